"""Endpoints, searched prompts and further arms in whole runs: nothing is asked twice, lost, or seen too early."""

import json
import time
from pathlib import Path

import pytest

from finewright.base.errors import EndpointError, InputError, RecipeError, StorageError
from finewright.base.recipe import Evaluate
from finewright.base.recipe_arms import Searched
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message, Record
from finewright.base.results import ArmResult
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.task import make_task
from finewright.flows.adopt import adopt
from finewright.flows.answers import answered, measured
from finewright.flows.folder import RunFolder
from finewright.flows.journal import Journal
from finewright.flows.prompt_search import PromptSearcher, search_of
from finewright.flows.report.search import search_section
from finewright.flows.run import RunOutcome, run
from support.served import Said, answer, served
from support.tiny import tiny_base

TOPICS = {"invoice": "bill amount", "delivery": "parcel truck", "password": "login locked"}
KEYWORD = {word: label for label, words in TOPICS.items() for word in words.split()}
OFF = "".join(f"  {name}: {{enabled: false}}\n" for name in ("tfidf", "frozen", "encoder", "zero_shot", "few_shot"))


def knowing(asked: str, before: int) -> Said:
    return answer(next(label for word, label in KEYWORD.items() if word in asked), tokens=(20, 2))


@pytest.fixture(autouse=True)
def _no_timing_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Estimates measure the machine for most of a second before each run."""
    monkeypatch.setattr("finewright.flows.estimate.arithmetic_rate", lambda threads: 1e11)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def endpoint(url: str, name: str = "one", **more: object) -> dict[str, object]:
    return {"name": name, "url": url, "model": f"m-{name}", "retries": 0, "concurrency": 1} | more


def write(folder: Path, base: Path, *endpoints: dict[str, object], arms: str = "", tuned: bool = False) -> Path:
    lines = [f"case {n * 7919 % 1000:03d} about {words.split()[n % 2]},{label}"
             for n in range(16) for label, words in TOPICS.items()]  # fmt: skip
    (folder / "mail.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    recipe = folder / "mail.yaml"
    train = "{epochs: 1, batch: 8, threads: 1, evaluations: 1}" if tuned else "{enabled: false, threads: 1}"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.csv}}\nsplit: {{near: 1.0}}\ntask: {{instruction: Name the topic.}}\n"
        f"arms:\n{OFF}{arms}  endpoints: {json.dumps(endpoints)}\n"
        f"train: {train}\nevaluate: {{forgetting: {{enabled: false}}}}\n"
    )
    return recipe


def arm_of(outcome: RunOutcome, name: str) -> ArmResult:
    return next(one for one in outcome.results.arms if one.name == name)


@pytest.mark.loopback
def test_an_endpoint_is_asked_every_row_once_and_is_the_challenger_with_its_cost(tmp_path: Path, base: Path) -> None:
    with served(knowing) as server:
        outcome = run(write(tmp_path, base, endpoint(server.url, price_in=1.0, price_out=10.0)), say=lambda _: None)
    found = arm_of(outcome, "endpoint-one")
    assert found.test is not None
    assert found.validation is not None
    assert found.test.figures["accuracy"].value == 1
    assert found.test.cost == pytest.approx(found.test.rows * (20 * 1 + 2 * 10) / 1e6)
    assert outcome.results.verdict.challenger == "endpoint-one"
    assert len(server.bodies) == len(set(server.questions)) == found.test.rows + found.validation.rows
    page = (outcome.folder / "report.html").read_text()
    assert "m-one at 127.0.0.1" in page
    assert "at the recipe&#39;s prices its answers cost" in page
    assert "data left this machine" not in page


@pytest.mark.loopback
def test_rows_answered_before_a_failure_are_kept_and_never_asked_again(tmp_path: Path, base: Path) -> None:
    broken = [True]

    def reply(asked: str, before: int) -> Said:
        return Said(b"", 500) if broken[0] and len(server.bodies) > 4 else knowing(asked, before)

    with served(reply) as server:
        recipe = write(tmp_path, base, endpoint(server.url))
        with pytest.raises(EndpointError, match="answered 500"):
            run(recipe, say=lambda _: None)
        kept = server.questions[:4]
        (part,) = (tmp_path / "runs").rglob("*.part")
        with part.open("ab") as stream:
            stream.write(b'{"row": {"record": "cut o')  # as a crash leaves it
        server.bodies.clear()
        broken[0] = False
        outcome = run(recipe, say=lambda _: None)
    assert outcome.state == "resumed"
    assert not set(kept) & set(server.questions)
    found = arm_of(outcome, "endpoint-one")
    assert found.test is not None
    assert found.validation is not None
    assert len(kept) + len(server.bodies) == found.test.rows + found.validation.rows
    assert found.validation.figures["accuracy"].value == 1
    assert not list(outcome.folder.rglob("*.part"))


@pytest.mark.loopback
def test_a_further_arm_asks_its_own_rows_alone_and_trains_nothing(tmp_path: Path, base: Path) -> None:
    said: list[str] = []
    with served(knowing) as server, served(knowing) as other:
        first = run(write(tmp_path, base, endpoint(server.url), tuned=True), say=lambda _: None)
        asked = len(server.bodies)
        both = [endpoint(server.url, concurrency=3, price_in=2.0), endpoint(other.url, "two")]
        second = run(write(tmp_path, base, *both, tuned=True), say=said.append)
    assert len(server.bodies) == asked == len(other.bodies)
    assert first.folder != second.folder
    assert first.results.training == second.results.training
    assert arm_of(first, "tuned").test == arm_of(second, "tuned").test
    assert arm_of(second, "endpoint-one").test.cost > 0  # type: ignore[union-attr, operator]  # at the new prices
    assert [line for line in said if line.startswith("Taken over from")] == [
        f"Taken over from {first.folder.name}: majority, endpoint-one, training"
    ]


@pytest.mark.loopback
def test_answers_that_are_no_label_are_wrong_and_told(tmp_path: Path, base: Path) -> None:
    with served(lambda asked, before: answer("I think it is an invoice")) as server:
        outcome = run(write(tmp_path, base, endpoint(server.url)), say=lambda _: None)
    found = arm_of(outcome, "endpoint-one").test
    assert found is not None
    assert (found.unmatched, found.figures["accuracy"].value) == (found.rows, 0)
    told = f"{found.rows} of {found.rows} answers were none of the labels and count as wrong"
    assert told in (outcome.folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("section", "fault"),
    [
        ({"url": "https://api.example.com/v1"}, "is not on this machine.*leaves_machine: true"),
        ({"url": "127.0.0.1:8000"}, "no http or https address"),
        ({"url": "http://[::1"}, "no http or https address"),
        ({"url": "http://me:pw@127.0.0.1/v1"}, "more than an address"),
        ({"key_env": "sk-abc-123"}, "no name of an environment variable"),
        ({"name": "two"}, "another endpoint too"),
        ({"nmae": "x"}, "'nmae' is not a key of arms.endpoints"),
        ({"concurrency": 0}, "must be at least 1"),
    ],
)
def test_a_section_that_cannot_be_used_is_told_with_its_line_and_no_secret(
    tmp_path: Path, base: Path, section: dict[str, object], fault: str
) -> None:
    two = endpoint("http://127.0.0.1:1", "two")
    recipe = write(tmp_path, base, two, endpoint("http://127.0.0.1:1") | section)
    with pytest.raises(RecipeError, match=fault) as caught:
        read_recipe(recipe)
    assert "sk-abc" not in str(caught.value)
    assert "pw@" not in str(caught.value)
    assert f"{recipe}:" in str(caught.value)


def test_who_sends_data_away_is_told_before_anything_else(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base, endpoint("https://api.example.com/v1", leaves_machine=True, examples=2))
    (note,) = read_recipe(recipe).notes
    assert note.startswith("DATA LEAVE THIS MACHINE")
    assert "api.example.com" in note


def test_a_key_that_is_not_there_stops_the_run_before_anything_is_written(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    recipe = write(tmp_path, base, endpoint("http://127.0.0.1:1", key_env="NO_SUCH_KEY"))
    with pytest.raises(InputError, match="NO_SUCH_KEY of the endpoint one is empty"):
        run(recipe, say=lambda _: None)
    assert not (tmp_path / "runs").exists()


@pytest.mark.loopback
def test_the_key_is_stored_nowhere(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "top-secret-7")
    with served(knowing) as server:
        outcome = run(write(tmp_path, base, endpoint(server.url, key_env="MY_KEY")), say=lambda _: None)
    assert {headers["authorization"] for headers in server.headers} == {"Bearer top-secret-7"}
    files = [path for path in outcome.folder.rglob("*") if path.is_file()]
    assert [path for path in files if b"top-secret" in path.read_bytes()] == []


def rows(count: int, start: int = 0) -> list[Record]:
    return [
        Record(f"r{n:03}", (Message("user", f"case {n} {words.split()[n % 2]}"),), label)
        for n, (label, words) in enumerate(list(TOPICS.items()) * count, start)
    ]


def test_a_changed_answers_file_is_told(tmp_path: Path) -> None:
    records, path = rows(2), tmp_path / "test.json"
    task = make_task("classes", "Name it.", records, len)
    answered(path, records, lambda: prompted(FakeCompleter(lambda _: "invoice"), "", task))
    stored = json.loads(path.read_text())
    stored["rows"][1]["answer"] = "delivery"
    path.write_text(json.dumps(stored))
    with pytest.raises(StorageError, match=r"test\.json: was changed after it was written"):
        answered(path, records, lambda: prompted(FakeCompleter({}), "", task))


def test_a_journal_of_other_rows_or_with_a_broken_line_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "test.part")
    journal.path.write_text('{"row": {"record": "elsewhere", "answer": "a"}, "seconds": 1.0}\n')
    with pytest.raises(StorageError, match=r"test\.part:1"):
        journal.read({"here"})
    journal.path.write_text("{broken}\n")
    with pytest.raises(StorageError, match=r"test\.part:1"):
        journal.read({"here"})


def test_the_harness_takes_less_than_a_twentieth_of_the_arms_own_time(tmp_path: Path) -> None:
    """At twenty milliseconds a row, faster than any real arm. Own time is this thread's, for waiting is the arm's
    and threads of a matrix library spin for a while when they are done."""
    records, spent = rows(20), [0.0]
    task = make_task("classes", "Name it.", records, len)

    def slow(request: object) -> str:
        before = time.perf_counter()
        time.sleep(0.02)
        spent[0] += time.perf_counter() - before
        return "invoice"

    def asked(name: str) -> float:
        """Processor seconds of this thread to ask, store and measure all rows."""
        spent[0], started = 0.0, time.thread_time()
        arm = prompted(FakeCompleter(slow), "{instruction}", task)
        measured(task, records, answered(tmp_path / name, records, lambda: arm), Evaluate())
        return time.thread_time() - started

    asked("first.json")  # what is imported on first use is no arm's affair
    shares = []
    for turn in range(3):  # the least of three: what else the machine does can only add to it
        shares.append(asked(f"{turn}.json") / spent[0])
        assert spent[0] >= len(records) * 0.02
    assert min(shares) < 0.05


def searcher(folder: Path, train: list[Record], choosing: list[Record]) -> PromptSearcher:
    settings = Searched(enabled=True, prompts=["poor", "good {instruction}"], examples=[0, 2], draws=2, budget=60)
    task = make_task("classes", "Name it.", train, len)
    return PromptSearcher(settings, task, train, choosing, seed=0, folder=folder)


def by_prompt(request: object) -> str:
    """Right where the system message is the good one and there are examples."""
    messages = request.messages  # type: ignore[attr-defined]
    right = KEYWORD[messages[-1].content.split()[-1]]
    return right if messages[0].content.startswith("good") and len(messages) > 2 else "invoice"


def test_the_search_finds_the_good_prompt_stores_what_it_tried_and_asks_no_other_rows(tmp_path: Path) -> None:
    train, choosing, test = rows(4), rows(12, 100), rows(4, 500)
    fake = FakeCompleter(by_prompt)
    said: list[str] = []
    predict = searcher(tmp_path, train, choosing).predictor(fake, said.append)
    search = search_of(tmp_path)
    assert search is not None
    best = search.candidates[search.winner]
    assert (best.prompt, best.examples) == ("good {instruction}", 2)
    assert search.asked == len(fake.requests) <= 60
    assert len(search.candidates) == 6
    assert search.messages[0] == ("system", "good Name it.")
    assert len(search.messages) == 5
    asked = {request.messages[-1].content for request in fake.requests}
    assert asked <= {one.text for one in choosing}
    assert "6 prompts" in said[-1]
    before = len(fake.requests)
    assert [one.record for one in predict(choosing)] == [one.id for one in choosing]
    assert len(fake.requests) - before == len(choosing) - best.rows  # what the search asked is known
    assert [one.answer for one in predict(test)] == [one.answer for one in test]


def test_a_search_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    train, choosing = rows(4), rows(12, 100)
    whole = FakeCompleter(by_prompt)
    searcher(tmp_path / "whole", train, choosing).predictor(whole, lambda _: None)

    def failing(request: object) -> str:
        if len(first.requests) > 20:
            raise InputError("stopped")
        return by_prompt(request)

    first = FakeCompleter(failing)
    with pytest.raises(InputError):
        searcher(tmp_path / "cut", train, choosing).predictor(first, lambda _: None)
    stored = sum(len(json.loads(path.read_text())["rows"]) for path in (tmp_path / "cut").rglob("*.json"))
    rest = FakeCompleter(by_prompt)
    searcher(tmp_path / "cut", train, choosing).predictor(rest, lambda _: None)
    assert stored + len(rest.requests) == len(whole.requests)
    assert search_of(tmp_path / "cut") == search_of(tmp_path / "whole")


def test_only_what_has_the_same_digest_is_taken_over(tmp_path: Path) -> None:
    old, new = RunFolder(tmp_path / "old"), RunFolder(tmp_path / "new")
    for arm in ("same", "changed"):
        old.answers(arm, "test").parent.mkdir(parents=True)
        old.answers(arm, "test").write_text("{}")
    digests = {"same": "a", "changed": "b"}
    (old.root / "arms" / "digests.json").write_text(json.dumps(digests))
    adopt(new, {"same": "a", "changed": "c"}, "lora", lambda _: None)
    assert not new.answers("same", "test").exists()  # the old run is not finished
    old.results.write_text("{}")
    adopt(new, {"same": "a", "changed": "c"}, "lora", lambda _: None)
    assert new.answers("same", "test").exists()
    assert not new.answers("changed", "test").exists()


def test_the_report_shows_what_was_searched(tmp_path: Path) -> None:
    searcher(tmp_path, rows(4), rows(12, 100)).predictor(FakeCompleter(by_prompt), lambda _: None)
    shown = search_section(search_of(tmp_path), 0.95)
    assert shown is not None
    assert [row["taken"] for row in shown["rows"]] == [True, *[False] * 5]
    assert shown["rows"][0] | {"interval": ""} == {
        "prompt": "good {instruction}", "examples": "2, choice 1", "rounds": "3", "rows": "19",
        "right": "100.0%", "interval": "", "taken": True,
    }  # fmt: skip
    assert [row["rounds"] for row in shown["rows"]] == ["3", "3", "2", "1", "1", "1"]
    assert search_section(None, 0.95) is None


@pytest.mark.base
def test_every_arm_by_embeddings_and_the_search_run_from_a_recipe(tmp_path: Path, base: Path) -> None:
    arms = "  searched: {enabled: true, budget: 12, examples: [0, 1], draws: 1, prompts: ['{choices}']}\n"
    recipe = write(tmp_path, base, arms=arms)
    recipe.write_text(recipe.read_text().replace("  frozen: {enabled: false}\n", "  frozen: {enabled: true}\n"))
    outcome = run(recipe, say=lambda _: None)
    for name in ("frozen", "neighbours", "retrieved", "searched"):
        assert arm_of(outcome, name).test is not None
    assert arm_of(outcome, "neighbours").test.figures["accuracy"].value > 0.8  # type: ignore[union-attr]
    search = outcome.results.search
    assert search is not None
    assert search.asked <= 12
    page = (outcome.folder / "report.html").read_text()
    assert "The prompt that was searched" in page
    assert "{choices}" in page
