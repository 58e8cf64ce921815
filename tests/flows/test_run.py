"""The whole spine on a tiny random base: every file is there, a repeat shows, a damaged run says so."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import AdapterError, DataError, InputError, Interrupted, StorageError
from finewright.evaluate.decide import decide
from finewright.evaluate.results_file import digest_in
from finewright.evaluate.results_file import read as read_results
from finewright.flows.predict import predict
from finewright.flows.run import RunOutcome, run
from finewright.model.manifest import read_manifest
from support.tiny import tiny_base

TOPICS = {
    "invoice": "bill invoice amount due",
    "delivery": "parcel truck late dock",
    "password": "login reset locked account",
}


def rows(count: int) -> list[tuple[str, str]]:
    """Texts whose words give their label away; every text its own."""
    return [
        (f"case {n} about {words.split()[n % 4]} {words.split()[(n // 4) % 4]} ref {n * 7919 % 1000:03d}", label)
        for n in range(count)
        for label, words in TOPICS.items()
    ]


def write_task(folder: Path, base: Path, extra: str = "") -> Path:
    """A labelled CSV and its recipe in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["text,label", *(f"{text},{label}" for text, label in rows(24))]
    (folder / "mail.csv").write_text("\n".join(lines) + "\n")
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\n"
        "data: {train: mail.csv}\n"
        "task: {instruction: Name the topic.}\n"
        "split: {near: 1.0}\n"
        "arms: {frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {examples: 2}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1{extra}}}\n"
    )
    return recipe


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return write_task(tmp_path_factory.mktemp("task"), base)


@pytest.fixture(scope="module")
def done(recipe: Path) -> RunOutcome:
    return run(recipe, say=lambda line: None)


def test_a_run_leaves_every_file(done: RunOutcome) -> None:
    assert done.state == "new"
    present = {str(path.relative_to(done.folder)) for path in done.folder.rglob("*") if path.is_file()}
    assert {
        "recipe.yaml",
        "recipe.resolved.json",
        "data/train.jsonl",
        "data/validation.jsonl",
        "data/test.jsonl",
        "data/card.json",
        "metrics.jsonl",
        "training.json",
        "adapter/adapter_config.json",
        "adapter/adapter_model.safetensors",
        "adapter/finewright.json",
        "arms/tuned/test.json",
        "results.json",
        "report.html",
    } <= present
    assert not (done.folder / "checkpoints").exists()


def test_every_arm_answers_the_same_rows(done: RunOutcome) -> None:
    asked = {arm.name: set(arm.test.correct) for arm in done.results.arms if arm.test}
    assert set(asked) == {"majority", "tfidf", "zero_shot", "few_shot", "tuned"}
    assert len({frozenset(ids) for ids in asked.values()}) == 1
    frozen = next(arm for arm in done.results.arms if arm.name == "frozen")
    assert frozen.why_not is not None


def test_the_separable_task_is_solved_by_tfidf(done: RunOutcome) -> None:
    tfidf = next(arm for arm in done.results.arms if arm.name == "tfidf")
    assert tfidf.test is not None
    assert tfidf.test.figures["accuracy"].value > 0.9
    assert done.results.verdict.challenger == "tfidf"


def test_the_verdict_recomputed_from_the_file_is_the_same(done: RunOutcome) -> None:
    stored = read_results(done.folder / "results.json")
    assert decide(stored.arms, stored.kind, 0.95) == stored.verdict  # type: ignore[arg-type]


def test_the_manifest_names_results_and_data_by_digest(done: RunOutcome) -> None:
    manifest = read_manifest(done.folder / "adapter")
    assert manifest.results["digest"] == digest_in(done.folder / "results.json")
    assert manifest.data == digest_in(done.folder / "data" / "card.json")


def test_a_repeat_shows_what_is_there(recipe: Path, done: RunOutcome) -> None:
    stamp = (done.folder / "results.json").stat().st_mtime_ns
    again = run(recipe, say=lambda line: None)
    assert again.state == "shown"
    assert again.folder == done.folder
    assert again.results == done.results
    assert (done.folder / "results.json").stat().st_mtime_ns == stamp


def test_another_seed_is_another_run(tmp_path: Path, base: Path, done: RunOutcome) -> None:
    recipe = write_task(tmp_path, base)
    recipe.write_text(recipe.read_text() + "seed: 5\n")
    assert run(recipe, say=lambda line: None).results.run != done.results.run


def test_the_adapter_predicts_labels_alone(done: RunOutcome) -> None:
    answers = list(predict(done.folder, ["parcel late at dock", "login locked"], probabilities=True))
    assert all(answer.answer in TOPICS for answer in answers)
    assert all(answer.probabilities and sum(answer.probabilities.values()) <= 1 + 1e-5 for answer in answers)


def test_an_adapter_is_refused_on_another_base(tmp_path: Path, done: RunOutcome) -> None:
    other = tiny_base(tmp_path / "other", seed=9)
    manifest = done.folder / "adapter" / "finewright.json"
    folder = tmp_path / "adapter"
    folder.mkdir()
    for path in manifest.parent.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    stored = json.loads(manifest.read_text())
    (folder / "finewright.json").write_text(json.dumps(stored | {"base": str(other)}))
    with pytest.raises(AdapterError, match="another base"):
        list(predict(folder, ["text"]))


def test_damaged_answers_are_named(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, extra=", rows: 9")
    outcome = run(recipe, say=lambda line: None)
    (outcome.folder / "results.json").unlink()
    answers = outcome.folder / "arms" / "tfidf" / "test.json"
    answers.write_text(answers.read_text()[:-20])
    with pytest.raises(StorageError, match=r"tfidf.test\.json"):
        run(recipe, say=lambda line: None)


def test_an_unusable_row_stops_before_anything_is_written(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base)
    with (tmp_path / "mail.csv").open("a") as stream:
        stream.write(",invoice\n")
    with pytest.raises(DataError, match=r"mail\.csv:74.*data\.on_bad: skip"):
        run(recipe, say=lambda line: None)
    assert not (tmp_path / "runs").exists()


def test_rows_that_are_skipped_are_counted_aloud(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = write_task(tmp_path, base, ", enabled: false")
    with (tmp_path / "mail.csv").open("a") as stream:
        stream.write(",invoice\n")
    recipe.write_text(recipe.read_text().replace("{train: mail.csv}", "{train: mail.csv, on_bad: skip}"))
    monkeypatch.setattr("finewright.flows.run._carry_out", halt)
    said: list[str] = []
    with pytest.raises(Interrupted):
        run(recipe, say=said.append)
    assert said[1] == "Left out: 1 of the rows, which cannot be used; the report lists them with their lines"


def halt(*given: object) -> None:
    raise Interrupted("stopped")


def test_a_text_beyond_the_limit_stops_or_is_cut_and_counted(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base)
    with (tmp_path / "mail.csv").open("a") as stream:
        stream.write("word " * 3000 + ",invoice\n")
    with pytest.raises(InputError, match=r"mail\.csv:74.*tokens.*too_long"):
        run(recipe, say=lambda line: None)
    recipe.write_text(recipe.read_text().replace("{train: mail.csv}", "{train: mail.csv, too_long: truncate}"))
    outcome = run(recipe, say=lambda line: None)
    over = outcome.results.data["lengths"]["rows"]
    assert [row["line"] for row in over] == [74]
