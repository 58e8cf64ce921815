"""Whole runs over rows with personal data: nothing of it lies anywhere but in quarantine, and all is accounted for."""

import json
import re
import stat
import sys
from pathlib import Path

import pytest

from finewright.base.errors import DataError, InputError, StorageError
from finewright.base.files import read_jsonl
from finewright.base.home import home
from finewright.base.recipe_file import read_recipe
from finewright.cli.main import main
from finewright.flows.check import check
from finewright.flows.parts import sampled
from finewright.flows.prepare import prepare
from finewright.flows.privacy.lookup import accesses, find_subject
from finewright.flows.privacy.raw_input import raw_input_of
from finewright.flows.privacy.refused import READERS, export_refused
from finewright.flows.privacy.sealed import VAULT_KEY
from finewright.flows.replay import check_replay
from finewright.flows.run import RunOutcome, run
from finewright.privacy.encrypted import key_file
from finewright.privacy.vault import Vault
from finewright.retrieve.formats.table import jsonl_table
from support.command import Call, Called
from support.tiny import tiny_base

OFF = ("frozen", "encoder", "tfidf", "zero_shot", "few_shot", "neighbours")
ARMS = "{" + ", ".join(f"{name}: {{enabled: false}}" for name in OFF) + "}"
ROWS = 20
OTHER = "otto.general@example.org"
REPLAYED_DEAL = "What became of Project Heron, the acquisition?"
SHARED = (
    "vault: true, policy: {licence: terms, licences: [own], entitlements: readers}",
    ", replay: {file: general.jsonl, share: 0.2}",
)
"""The one run that most tests look at keeps a vault and replays examples."""
SEALED = {"sealed.jsonl", "quarantine.jsonl", "subjects.index", "vault.bin"}
SECRET_DEAL = "The acquisition goes by Project Osprey"


def mail(n: int) -> str:
    return f"buyer{n % 7}.{'abcdefg'[n % 7]}@example.org"


def iban(n: int) -> str:
    """A German IBAN of a bank code and account of zeros and n, with its check digits (ISO 13616)."""
    account = f"{n:018d}"
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def rows() -> list[dict[str, str]]:
    made = [
        {
            "prompt": f"case {'abcdefghijklmnopqrst'[n]} {n * 7919 % 1000:03d}: mail {mail(n)} or pay {iban(n)}",
            "completion": json.dumps({"mail": mail(n), "iban": iban(n)}),
            "terms": "own",
            "readers": "sales",
        }
        for n in range(ROWS)
    ]
    refused = {"completion": '{"mail":"none","iban":"none"}', "terms": "own", "readers": "board, legal"}
    made.insert(3, {"prompt": f"{SECRET_DEAL}, write to {mail(1)}"} | refused)
    made.insert(9, {"prompt": "An article of another house"} | refused | {"terms": "all rights reserved"})
    return made


def general() -> list[dict[str, str]]:
    """Examples to replay: one of a person of the rows, one of another, and one that may not be learned."""
    told = (
        (f"Who is {mail(1)}?", f"I do not know {mail(1)}."),
        (f"And {OTHER}?", "Nobody knows."),
        (REPLAYED_DEAL, "So."),
    )
    return [{"prompt": prompt, "completion": answer, "terms": "own", "readers": "all"} for prompt, answer in told]


def write(folder: Path, base: Path, more: str = "", privacy: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()))
    (folder / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in general()))
    recipe = folder / "mails.yaml"
    policy = "policy: {licence: terms, licences: [own], entitlements: readers}"
    recipe.write_text(
        f"base: {base}\ndata: {{train: rows.jsonl}}\nsplit: {{near: 1.0}}\ntask: {{kind: json}}\narms: {ARMS}\n"
        f"privacy: {{{privacy or policy}}}\n"
        "evaluate: {max_tokens: 8, forgetting: {enabled: false}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1{more}}}\n"
    )
    return recipe


def quiet(_: str) -> None: ...


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    def called(*arguments: object) -> Called:
        monkeypatch.setattr(sys, "argv", ["finewright", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        return Called(leaving.value.code or 0, *capsys.readouterr())

    return called


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return write(tmp_path_factory.mktemp("task"), base, SHARED[1], SHARED[0])


@pytest.fixture(scope="module")
def done(recipe: Path) -> RunOutcome:
    return run(recipe, say=quiet)


def test_nothing_personal_lies_in_the_run_but_in_quarantine(done: RunOutcome) -> None:
    planted = [text.encode() for n in range(ROWS) for text in (mail(n), iban(n))] + [SECRET_DEAL.encode()]
    planted += [OTHER.encode(), REPLAYED_DEAL.encode()]
    for path in done.folder.rglob("*"):
        if path.is_file() and path.name != "quarantine.jsonl":
            content = path.read_bytes()
            assert [text for text in planted if text in content] == [], path
    assert SECRET_DEAL in (done.folder / "privacy" / "quarantine.jsonl").read_text()


def test_the_key_is_gone_and_what_is_kept_is_its_owners_alone(done: RunOutcome) -> None:
    kept = {path.name: path for path in (done.folder / "privacy").iterdir()}
    assert set(kept) == {*SEALED, "replay", "raw-input.json"}
    assert {path.name for path in kept["replay"].iterdir()} == SEALED
    closed = [
        folder / name for folder in (done.folder / "privacy", kept["replay"]) for name in SEALED - {"sealed.jsonl"}
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o600}
    assert not list(done.folder.rglob("*.key*"))


def test_rows_in_are_rows_kept_and_rows_quarantined(done: RunOutcome) -> None:
    card = json.loads((done.folder / "data" / "card.json").read_text())
    told, parts = card["privacy"], card["parts"]
    assert told["rows"] == {"in": ROWS + 2, "kept": ROWS, "quarantined": 2, "changed": ROWS}
    assert sum(part["rows"] for part in parts.values()) + len(card["departures"]) == ROWS
    assert [(row["line"], row["rules"], row["belongs"]) for row in told["refused"]] == [
        (4, ["deal_names"], "corpus"),
        (10, ["licence"], "corpus"),
    ]
    found = {one["kind"]: one for one in told["found"]}
    assert found["email"]["identifiers"] == found["iban"]["identifiers"] == 2 * ROWS
    assert found["iban"]["samples"][0].startswith("DE")
    manifest = json.loads((done.folder / "adapter" / "finewright.json").read_text())
    assert manifest["recipe"]["privacy"]["enabled"] is True


def test_the_task_still_works_and_one_customer_is_one_surrogate(done: RunOutcome) -> None:
    """Each answer is in its prompt still, and rows that named one address name one now, over all parts."""
    by_line = {}
    for part in ("train", "validation", "test"):
        for line in (done.folder / "data" / f"{part}.jsonl").read_text().splitlines():
            row = json.loads(line)
            answer = json.loads(row["answer"])
            assert all(value in row["messages"][0]["content"] for value in answer.values())
            by_line[row["line"]] = answer["mail"]
    before = {n: json.loads(row["completion"])["mail"] for n, row in enumerate(rows(), 1) if "case" in row["prompt"]}
    assert before.keys() == by_line.keys()
    pairs = {(before[line], by_line[line]) for line in before}
    assert len(pairs) == len(dict(pairs)) == len({after for _, after in pairs}) == 7


def test_the_report_tells_of_it(done: RunOutcome) -> None:
    page = (done.folder / "report.html").read_text()
    for said in ("Personal and confidential data", "22 rows went in: 20 kept and 2 in quarantine", "deal_names",
                 "It belongs in the retrieval corpus", "Raw input", "As it was written", "Replayed examples",
                 "3 rows went in: 2 kept and 1 in quarantine", "general.jsonl:3"):  # fmt: skip
        assert said in page, said


def test_raw_input_is_measured_beside_it_and_leaves_no_answers(done: RunOutcome) -> None:
    raw = done.results.raw_input
    assert raw is not None
    test = next(arm.test for arm in done.results.arms if arm.name == "tuned")
    assert test is not None
    assert (raw.rows, raw.changed) == (test.rows, test.rows)
    assert raw.scrubbed == test.figures["records"]
    assert raw.contrast.rows == test.rows
    assert "with surrogates in their place" in raw.sentence
    assert "answer" not in (done.folder / "privacy" / "raw-input.json").read_text()


def test_raw_rows_are_asked_and_judged_as_they_were_written(recipe: Path, done: RunOutcome, tmp_path: Path) -> None:
    """An arm that copies the addresses out of what it is asked is right on raw rows only if these are the raw ones."""
    from finewright.base.records import Prediction
    from finewright.flows.answers import Answers
    from finewright.flows.arms import Arm, Bench
    from finewright.flows.folder import RunFolder

    prepared = prepare(read_recipe(recipe))
    asked: list[str] = []

    def copying(records):  # type: ignore[no-untyped-def]
        asked.extend(record.text for record in records)
        mails = [re.search(r"mail (\S+) or pay (\S+)", record.text) for record in records]
        return [
            Prediction(record.id, json.dumps({"mail": of[1], "iban": of[2]}))
            for record, of in zip(records, mails, strict=True)
            if of
        ]

    test = next(arm.test for arm in done.results.arms if arm.name == "tuned")
    answers = Answers(tuple(Prediction(record.id, "") for record in prepared.shared), 0.0)
    bench = Bench(prepared, RunFolder(tmp_path), quiet)
    found = raw_input_of(bench, Arm("tuned", "Fine-tuned", lambda _: copying), test, answers)  # type: ignore[arg-type]
    assert found is not None
    assert found.raw.value == 1.0
    assert all("@example.org" in text and "buyer" in text for text in asked)


@pytest.mark.usefixtures("fresh_keys")
def test_the_same_recipe_again_is_the_same_data(recipe: Path, done: RunOutcome, tmp_path: Path, base: Path) -> None:
    first, second = (prepare(read_recipe(recipe)) for _ in range(2))
    assert first.parts == second.parts
    assert first.card == second.card == json.loads((done.folder / "data" / "card.json").read_text())
    elsewhere = prepare(read_recipe(write(tmp_path, base, SHARED[1], SHARED[0])))
    assert elsewhere.digest == first.digest
    assert elsewhere.dataset.version != first.dataset.version  # another key made other surrogates
    for part in ("train", "validation", "test"):  # and yet the same rows are held out
        lines = [[row.line for row in getattr(one.parts, part)] for one in (first, elsewhere)]
        assert lines[0] == lines[1]
    assert [row.id for row in first.parts.test] != [row.id for row in elsewhere.parts.test]
    fewer = [sampled(one.parts.train, 6, 0, "fewer", one.task.kind, one.dataset) for one in (first, elsewhere)]
    assert [row.line for row in fewer[0]] == [row.line for row in fewer[1]]


def test_a_stopped_run_goes_on_with_the_surrogates_it_had(done: RunOutcome, recipe: Path) -> None:
    train = (done.folder / "data" / "train.jsonl").read_bytes()
    weights = (done.folder / "adapter" / "adapter_model.safetensors").read_bytes()
    for name in ("results.json", "report.html", "data/train.jsonl", "training.json"):
        (done.folder / name).unlink()
    again = run(recipe, say=quiet)
    assert again.state == "resumed"
    assert (done.folder / "data" / "train.jsonl").read_bytes() == train
    assert (done.folder / "adapter" / "adapter_model.safetensors").read_bytes() == weights


def test_a_run_beside_it_takes_over_what_was_sealed(done: RunOutcome, recipe: Path, base: Path) -> None:
    other = recipe.with_name("other.yaml")
    other.write_text(recipe.read_text().replace("epochs: 1", "epochs: 2"))
    prepared = prepare(read_recipe(other))
    assert prepared.digest != done.results.run
    assert prepared.card["test_digest"] == done.results.data["test_digest"]
    assert prepared.dataset.sealed == done.folder / "privacy" / "sealed.jsonl"


@pytest.mark.usefixtures("fresh_keys")
def test_what_was_sealed_and_then_changed_is_refused(tmp_path: Path, base: Path) -> None:
    from finewright.flows.folder import RunFolder
    from finewright.flows.privacy.sealed import seal

    recipe = write(tmp_path, base)
    prepared = prepare(read_recipe(recipe))
    seal(prepared.dataset, RunFolder(tmp_path / "runs" / "mails-x"), subjects=False)
    path = tmp_path / "runs" / "mails-x" / "privacy" / "sealed.jsonl"
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    for changed in ("".join(lines[:-1]), whole.replace("case d", "case x"), "".join(lines[:2]) + "{}\n"):
        path.write_text(changed)
        with pytest.raises(StorageError, match="holds no data set version that can be read back"):
            prepare(read_recipe(recipe))
    other = prepare(read_recipe(write(tmp_path / "b", base)))
    path.write_text(whole)
    with pytest.raises(InputError, match="another run has just sealed the same data"):
        seal(other.dataset, RunFolder(tmp_path / "runs" / "mails-y"), subjects=False)


def test_refused_rows_go_to_a_corpus_with_their_entitlements(done: RunOutcome, tmp_path: Path) -> None:
    exported = export_refused(done.folder, tmp_path)
    assert exported.file is not None
    assert (exported.rows, exported.kept_back, exported.entitled) == (3, 0, True)
    sections = jsonl_table(exported.file, READERS).sections
    assert [section.entitlements for section in sections] == [frozenset({"board", "legal"})] * 2 + [frozenset({"all"})]
    assert SECRET_DEAL in sections[0].text
    assert REPLAYED_DEAL in sections[2].text


def test_what_is_replayed_goes_through_the_same_stage(done: RunOutcome, recipe: Path, tmp_path: Path) -> None:
    replayed = [row["record"] for row in read_jsonl(done.folder / "data" / "replay.jsonl")]
    assert [row["line"] for row in replayed] == [1, 2]
    (address,) = re.findall(r"\S+@\S+(?=\?)", replayed[0]["messages"][0]["content"])
    assert replayed[0]["answer"] == f"I do not know {address}."
    card = json.loads((done.folder / "data" / "card.json").read_text())["privacy"]
    assert card["replay"]["rows"] == {"in": 3, "kept": 2, "quarantined": 1, "changed": 2}
    (held,) = find_subject(done.folder, OTHER)
    assert held.places == ("replay: general.jsonl:2",)


def test_replaying_changes_none_of_the_rows(done: RunOutcome, recipe: Path) -> None:
    """Runs with and without it are to be compared, so that both must have the same surrogates."""
    without = recipe.with_name("without.yaml")
    without.write_text(recipe.read_text().replace(SHARED[1], ""))
    prepared = prepare(read_recipe(without))
    assert prepared.card["test_digest"] == done.results.data["test_digest"]
    assert "replay" not in prepared.card["privacy"]


def test_a_held_out_row_is_known_among_replayed_ones_whatever_its_surrogates(recipe: Path, done: RunOutcome) -> None:
    held_out = [json.loads(line) for line in (done.folder / "data" / "test.jsonl").read_text().splitlines()]
    row = (recipe.parent / "rows.jsonl").read_text().splitlines()[held_out[0]["line"] - 1]
    (recipe.parent / "leak.jsonl").write_text(row + "\n")
    leaking = recipe.with_name("leaking.yaml")
    leaking.write_text(recipe.read_text().replace("general.jsonl", "leak.jsonl"))
    with pytest.raises(DataError, match="the general example is 100% alike with the test row"):
        check_replay(prepare(read_recipe(leaking)))


def test_a_vault_leads_back(done: RunOutcome) -> None:
    vault = Vault(done.folder / "privacy" / "vault.bin", key_file(home() / VAULT_KEY))
    first = json.loads((done.folder / "data" / "test.jsonl").read_text().splitlines()[0])
    answer, before = json.loads(first["answer"]), json.loads(rows()[first["line"] - 1]["completion"])
    assert vault.originals("email", answer["mail"], "Ada") == [before["mail"]]
    assert vault.originals("iban", answer["iban"], "Ada") == [before["iban"]]
    assert vault.originals("email", before["mail"], "Ada") == []


def test_a_subject_is_found_by_his_address_and_the_lookup_is_logged(done: RunOutcome) -> None:
    before = len(accesses())
    held, replayed = find_subject(done.folder.parent, "BUYER1.B@example.org", who="Ada")
    assert (replayed.run, replayed.places) == (done.folder, ("replay: general.jsonl:1",))
    assert held.run == done.folder
    assert held.version == done.results.data["privacy"]["version"]
    assert len(held.records) == len(held.places) == len([n for n in range(ROWS) if n % 7 == 1])
    assert find_subject(done.folder, iban(2)[:4] + " " + iban(2)[4:], who="Ada")
    assert find_subject(done.folder, "nobody@example.org") == []
    log = accesses()
    assert len(log) >= before + 3
    assert log[before]["who"] == "Ada"
    assert "buyer1" not in (home() / "keys" / "subjects.log").read_text()
    with pytest.raises(InputError, match="there is no subject index"):
        find_subject(done.folder / "data", "x")


def test_subjects_on_the_command_line(done: RunOutcome, call: Call, tmp_path: Path) -> None:
    found = call("subjects", "find", done.folder, OTHER, "--as", "Bea")
    version = done.results.data["privacy"]["replay"]["version"]
    assert (found.code, found.err) == (0, "")
    assert found.out == f"{done.folder}  data set version {version}  1 rows\n  replay: general.jsonl:2\n"
    assert "No row of these runs holds it" in call("subjects", "find", done.folder, "nobody@example.org").err
    log = call("subjects", "log")
    assert f"Bea  find in {done.folder}" in log.out
    assert OTHER not in log.out
    (tmp_path / "other.key").write_bytes(b"k" * 32)
    (tmp_path / "other.key").chmod(0o600)
    other = call("subjects", "find", done.folder, OTHER, "--key", tmp_path / "other.key")
    assert (other.code, other.out) == (2, "")
    assert "does not open with this key file" in other.err
    path = home() / "keys" / "subjects.log"
    whole = path.read_text()
    path.write_text(whole.replace("Bea", "Eve"))
    changed = call("subjects", "log")
    path.write_text(whole)
    assert changed.code != 0
    assert "was changed, or a line before it was taken out" in changed.err


def test_refused_rows_are_exported_on_the_command_line(
    done: RunOutcome, recipe: Path, call: Call, tmp_path: Path
) -> None:
    called = call("run", recipe, "--export-refused", tmp_path / "refused", "--json")
    file = tmp_path / "refused" / f"{done.folder.name}.jsonl"
    assert called.code == 0
    assert json.loads(called.out)["state"] == "shown"
    assert f"Wrote 3 refused rows to {file}; next: finewright corpus add INDEX {file} --column {READERS}" in called.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_check_shows_what_would_become_of_the_rows(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base)
    found = check(recipe)
    assert found.privacy["rows"] == {"in": ROWS + 2, "kept": ROWS, "quarantined": 2, "changed": ROWS}
    assert not any(mail(n) in str(found.preview) for n in range(ROWS))
    assert not (tmp_path / "runs").exists()


def test_a_column_that_is_not_there_stops_before_anything_is_written(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base, privacy="policy: {embargo: readrs}")
    with pytest.raises(InputError, match="there is no column 'readrs' to admit rows by; did you mean 'readers'"):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()


def test_rows_that_are_all_refused_are_told(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base, privacy="policy: {licence: terms, licences: [CC0]}")
    with pytest.raises(DataError, match="all 22 train rows are refused, the first by the rule 'licence'"):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()


def test_switched_off_says_so_everywhere(tmp_path: Path, base: Path) -> None:
    done = run(write(tmp_path, base, privacy="enabled: false"), say=quiet)
    assert done.results.raw_input is None
    assert done.results.data["privacy"]["enabled"] is False
    assert "The data went in as they were" in (done.folder / "report.html").read_text()
    manifest = json.loads((done.folder / "adapter" / "finewright.json").read_text())
    assert manifest["recipe"]["privacy"]["enabled"] is False
    assert (
        mail(0)
        in (done.folder / "data" / "train.jsonl").read_text() + (done.folder / "data" / "test.jsonl").read_text()
    )
    assert not (done.folder / "privacy").exists()
