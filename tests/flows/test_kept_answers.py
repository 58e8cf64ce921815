"""What an arm answered, as it is kept, gone on with and taken over; and which settings make it another arm's."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

from finewright.base.errors import EndpointError, StorageError
from finewright.base.files import digest_json, write_json
from finewright.base.recipe_endpoint import Endpoint, endpoint_notes, is_loopback
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message, Prediction, Record
from finewright.flows.adopt import adopt
from finewright.flows.answers import answered
from finewright.flows.folder import RunFolder
from finewright.flows.identity import arm_digests, run_digest
from finewright.flows.journal import Journal
from finewright.flows.trainers import note_trainer, trainers
from finewright.model.hub import Base, find
from support.tiny import tiny_base

ROWS = [Record(name, (Message("user", name),), "") for name in "abcd"]


@dataclass
class Bitwise:
    """An arm that answers row by row, and fails at one of them."""

    fails: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, records: Sequence[Record]) -> list[Prediction]:
        return list(self.each(records))

    def each(self, records: Sequence[Record]) -> Iterator[Prediction]:
        for record in records:
            if record.id == self.fails:
                raise EndpointError("failed", remedy="ask again")
            self.asked.append(record.id)
            yield Prediction(record.id, record.id.upper())


def stopped(path: Path, at: str = "c") -> Journal:
    with pytest.raises(EndpointError):
        answered(path, ROWS, lambda: Bitwise(fails=at))
    return Journal(path.with_suffix(".part"))


def test_what_was_answered_before_a_fault_counts_with_its_seconds_and_the_journal_goes(tmp_path: Path) -> None:
    path = tmp_path / "test.json"
    journal = stopped(path)
    lines = [json.loads(line) for line in journal.path.read_text().splitlines()]
    lines[-1]["seconds"] = 100.0
    journal.path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"row": {"rec')
    again = Bitwise()
    found = answered(path, ROWS, lambda: again)
    assert again.asked == ["c", "d"]
    assert [one.answer for one in found.predictions] == ["A", "B", "C", "D"]
    assert found.seconds > 100
    assert not journal.path.exists()
    assert answered(path, ROWS, lambda: pytest.fail("asked again")) == found


def test_a_line_that_a_crash_cut_off_is_cut_away_before_the_next_is_written(tmp_path: Path) -> None:
    journal = stopped(tmp_path / "test.json")
    with journal.path.open("a") as stream:
        stream.write('{"row": {"record": "c", "ans')
    assert set(journal.read({"a", "b"})[0]) == {"a", "b"}
    with journal.writing() as keep:
        keep(Prediction("c", "C"), 2.0)
    kept, seconds = journal.read({"a", "b", "c"})
    assert (list(kept), seconds) == (["a", "b", "c"], 2.0)


def test_a_damaged_journal_names_its_line(tmp_path: Path) -> None:
    journal = stopped(tmp_path / "test.json")
    with pytest.raises(StorageError, match=r"test\.part:2: is damaged, or of another run"):
        journal.read({"a"})


def test_stored_answers_to_these_rows_in_another_order_are_others(tmp_path: Path) -> None:
    path = tmp_path / "test.json"
    answered(path, ROWS, Bitwise)
    with pytest.raises(StorageError, match="holds answers to other rows"):
        answered(path, ROWS[::-1], Bitwise)
    rows = [asdict(Prediction("a", "A")) | {"words": 1}]
    write_json(path, {"digest": digest_json(rows), "seconds": 1, "rows": rows})
    with pytest.raises(StorageError, match="holds no answers that can be read"):
        answered(path, ROWS[:1], Bitwise)


def done(root: Path, said: str, mark: str = "results.json") -> RunFolder:
    folder = RunFolder(root)
    write_json(folder.answers("one", "test"), {"said": said})
    write_json(root / "arms" / "digests.json", {"one": "d", "tuned": "t"})
    write_json(root / mark, {})
    return folder


def taken(folder: RunFolder, **digests: str) -> list[str]:
    lines: list[str] = []
    adopt(folder, digests or {"one": "d"}, "lora", lines.append)
    return lines


def test_nothing_of_ones_own_is_replaced_and_nothing_is_taken_from_oneself(tmp_path: Path) -> None:
    done(tmp_path / "old", "theirs")
    own = done(tmp_path / "own", "mine")
    (own.root / "arms" / "digests.json").unlink()
    assert taken(own) == []
    assert json.loads(own.answers("one", "test").read_text()) == {"said": "mine"}
    assert json.loads((own.root / "arms" / "digests.json").read_text()) == {"one": "d"}


def test_what_a_crash_left_half_copied_is_copied_anew(tmp_path: Path) -> None:
    done(tmp_path / "old", "theirs")
    half = tmp_path / "new" / "arms" / ".one.taken"
    half.mkdir(parents=True)
    (half / "rest").write_text("")
    new = RunFolder(tmp_path / "new")
    assert taken(new) == ["Taken over from old: one"]
    assert [path.name for path in new.answers("one", "test").parent.iterdir()] == ["test.json"]


def test_a_run_holds_more_than_advice_and_is_taken_first(tmp_path: Path) -> None:
    done(tmp_path / "advice", "few", mark="advice.json")
    new = RunFolder(tmp_path / "new")
    assert taken(new) == ["Taken over from advice: one"]
    done(tmp_path / "run", "all")
    newer = RunFolder(tmp_path / "newer")
    assert taken(newer) == ["Taken over from run: one"]


def test_who_trained_is_taken_over_with_the_training(tmp_path: Path) -> None:
    old = done(tmp_path / "old", "theirs")
    write_json(old.training, {})
    note_trainer(old, "Ann Lee")
    new = RunFolder(tmp_path / "new")
    assert taken(new, tuned="t") == ["Taken over from old: training"]
    assert trainers(new) == ("Ann Lee",)
    other = RunFolder(tmp_path / "other")
    assert taken(other, tuned="u") == []
    assert trainers(other) == ()


def test_a_training_whose_trainers_cannot_be_told_is_not_taken_over(tmp_path: Path) -> None:
    """Else who trained it could approve it."""
    old = done(tmp_path / "old", "theirs")
    write_json(old.training, {})
    old.trainers.write_text('"Ann Lee"')
    new = RunFolder(tmp_path / "new")
    assert taken(new, tuned="t") == []
    assert not new.training.exists()


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Base, Base]:
    folder = tmp_path_factory.mktemp("bases")
    return find(str(tiny_base(folder / "one"))), find(str(tiny_base(folder / "two", hidden=64)))


def digests(folder: Path, base: Base, text: str = "", rows: str = "q,a\n", schema: str = "{}") -> dict[str, str]:
    """The digests of a run and of two of its arms under a recipe."""
    (folder / "rows.csv").write_text(f"prompt,completion\n{rows}")
    (folder / "schema.json").write_text(schema)
    endpoint = '{name: near, url: "http://127.0.0.1:1/v1", model: m'
    (folder / "r.yaml").write_text(
        "data: {train: rows.csv}\ntask: {kind: json, schema_file: schema.json}\n"
        f"arms: {{endpoints: [{endpoint}{text if text.startswith(',') else ''}}}]}}\n"
        f"{'' if text.startswith(',') else text}"
    )
    recipe = read_recipe(folder / "r.yaml").recipe
    return {"run": run_digest(recipe, base)} | arm_digests(recipe, base, ["endpoint-near", "zero_shot"])


@pytest.mark.parametrize(
    ("changed", "others"),
    [
        ({"text": ", price_in: 2.0, retries: 1, timeout: 9, concurrency: 1, requests_per_minute: 5"}, {"run"}),
        ({"text": ", enabled: false"}, {"run"}),
        ({"text": ", model: other".replace("model", "prompt")}, {"run", "endpoint-near"}),
        ({"text": "train: {epochs: 9}\n"}, {"run"}),
        ({"text": "train: {max_length: 99}\n"}, {"run", "endpoint-near", "zero_shot"}),
        ({"text": "evaluate: {confidence: 0.9}\n"}, {"run"}),
        ({"text": "evaluate: {validation_rows: 9}\n"}, {"run", "endpoint-near", "zero_shot"}),
        ({"text": "cost: {calls_month: 9}\nadvise: {enough: 0.5}\n"}, set()),
        ({"rows": "q,b\n"}, {"run", "endpoint-near", "zero_shot"}),
        ({"schema": '{"type": "object"}'}, {"run", "endpoint-near", "zero_shot"}),
    ],
)
def test_what_makes_a_run_or_an_arm_another(
    changed: dict[str, str], others: set[str], bases: tuple[Base, Base], tmp_path: Path
) -> None:
    before, after = digests(tmp_path, bases[0]), digests(tmp_path, bases[0], **changed)
    assert {name for name in before if before[name] != after[name]} == others


def test_another_base_makes_every_arm_another(bases: tuple[Base, Base], tmp_path: Path) -> None:
    one, other = (digests(tmp_path, base) for base in bases)
    assert all(one[name] != other[name] for name in one)


def test_what_tokens_cost_at_an_endpoint_by_hand() -> None:
    """1,500 tokens at 2 a million and 250 at 8: 3,000 and 2,000 millionths."""
    priced = Endpoint(name="a", url="http://127.0.0.1/v1", model="m", price_in=2.0, price_out=8.0)
    assert priced.cost(1500, 250) == pytest.approx(0.005)
    half = priced.model_copy(update={"price_out": None})
    assert half.cost(1500, 250) == pytest.approx(0.003)
    assert half.model_copy(update={"price_in": None}).cost(1500, 250) is None


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *(("127.0.0.1", True), ("127.9.9.9:80", True), ("[::1]:8000", True), ("localhost", True)),
        *(("10.0.0.7", False), ("192.168.1.1", False), ("0.0.0.0", False), ("localhost.example", False)),
    ],
)
def test_a_neighbours_machine_is_not_this_one(host: str, here: bool) -> None:
    assert is_loopback(f"http://{host}/v1") is here


def test_only_endpoints_that_are_asked_send_anything_away() -> None:
    away = Endpoint(name="a", url="https://api.example.com:444/v1", model="m", leaves_machine=True)
    assert endpoint_notes([away.model_copy(update={"enabled": False})]) == []
    assert endpoint_notes([away]) == [
        "DATA LEAVE THIS MACHINE: the arm endpoint-a sends every question it is asked to api.example.com:444"
    ]
    assert "and examples of the training rows to" in endpoint_notes([away.model_copy(update={"examples": 2})])[0]
