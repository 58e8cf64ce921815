"""Whole runs on a tiny random base where any of some labels apply, and where labels have an order."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from finewright.base.errors import DataError, RecipeError
from finewright.base.label_list import labels_text
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message, Record
from finewright.base.results import ArmResult
from finewright.cli.show_check import check_parts
from finewright.evaluate.decide import decide
from finewright.evaluate.prompt import choices
from finewright.evaluate.results_file import read as read_results
from finewright.flows.check import check
from finewright.flows.predict import predict
from finewright.flows.prepare import prepare
from finewright.flows.report.confusion import ADDED, LEFT_OUT, UNREADABLE, confusion, label_shares
from finewright.flows.report.mistakes import confusion_section
from finewright.flows.run import RunOutcome, run
from support.tiny import tiny_base

TOPICS = {"bill": "invoice amount due", "late": "parcel truck dock", "login": "password reset locked"}
GRADES = {"low": "awful broken", "middle": "fair usable", "high": "great lovely"}
QUIET = "evaluate: {forgetting: {enabled: false}}\narms: {frozen: {enabled: false}, encoder: {enabled: false}}\n"


def tagged(count: int) -> list[tuple[str, list[str]]]:
    """Texts whose words give every label away, in all eight sets; labels in the order of the words, not sorted."""
    sets = [[topic for at, topic in reversed(list(enumerate(TOPICS))) if n >> at & 1] for n in range(8)]
    return [
        (f"case {n * 7919 % 1000:03d}" + "".join(f" {TOPICS[topic]}" for topic in sets[n % 8]), sets[n % 8])
        for n in range(count)
    ]


def graded(count: int) -> list[tuple[str, str]]:
    return [
        (f"review {n * 7919 % 1000:03d} {words.split()[n % 2]} thing", grade)
        for n in range(count)
        for grade, words in GRADES.items()
    ]


def write_recipe(folder: Path, base: Path, rows: list[tuple[str, object]], task: str, train: str) -> Path:
    lines = (json.dumps({"text": text, "labels": answer}) for text, answer in rows)
    (folder / "mail.jsonl").write_text("\n".join(lines) + "\n")
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.jsonl}}\nsplit: {{near: 1.0}}\n"
        f"task: {{{task}}}\n{QUIET}train: {{{train}}}\n"
    )
    return recipe


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tags(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    train = "epochs: 1, batch: 16, threads: 1, evaluations: 1"
    return write_recipe(tmp_path_factory.mktemp("tags"), base, tagged(96), "instruction: Tag the mail.", train)


@pytest.fixture(scope="module")
def tagging(tags: Path) -> RunOutcome:
    return run(tags, say=lambda line: None)


@pytest.fixture(scope="module")
def grading(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    folder = tmp_path_factory.mktemp("grades")
    task = "instruction: Grade it., order: [low, middle, high]"
    return run(write_recipe(folder, base, graded(24), task, "enabled: false"), say=lambda line: None)


def test_every_arm_answers_with_lists(tagging: RunOutcome) -> None:
    arms = {arm.name: arm for arm in tagging.results.arms if arm.test}
    assert {"majority", "tfidf", "zero_shot", "few_shot", "tuned"} <= set(arms)
    assert tagging.results.kind == "labels"
    assert tagging.results.deciding_figure == "exact_set"
    for arm in arms.values():
        assert arm.test is not None
        assert {"exact_set", "micro_f1", "macro_f1", "jaccard", "validity"} == set(arm.test.figures)
    assert arms["tfidf"].test is not None
    assert arms["tfidf"].test.figures["exact_set"].value > 0.8
    assert arms["tfidf"].test.figures["validity"].value == 1.0
    stored = json.loads((tagging.folder / "arms" / "tfidf" / "test.json").read_text())
    assert all(json.loads(row["answer"]) == sorted(json.loads(row["answer"])) for row in stored["rows"])


def test_stored_answers_are_in_the_one_form(tagging: RunOutcome) -> None:
    rows = [json.loads(line) for line in (tagging.folder / "data" / "train.jsonl").read_text().splitlines()]
    assert {row["answer"] for row in rows} >= {"[]", '["bill","late","login"]'}
    assert sum(sum(counts.values()) for counts in tagging.results.data["labels"].values()) == 3 * 48
    assert {label for counts in tagging.results.data["labels"].values() for label in counts} == set(TOPICS)


def test_the_report_names_labels_and_figures(tagging: RunOutcome) -> None:
    page = (tagging.folder / "report.html").read_text()
    for said in ("Sets all right", "Micro-F1", "Jaccard index", "by Jaccard indices", "How often each label is named"):
        assert said in page


def test_the_verdict_recomputed_from_the_file_is_the_same(tagging: RunOutcome, grading: RunOutcome) -> None:
    for outcome in (tagging, grading):
        stored = read_results(outcome.folder / "results.json")
        assert decide(stored.arms, stored.kind, 0.95) == stored.verdict


def test_the_adapter_answers_in_text(tagging: RunOutcome) -> None:
    (answer,) = predict(tagging.folder, ["parcel late at dock"])
    assert isinstance(answer.answer, str)


def test_the_task_has_every_label_once_and_is_asked_for_as_a_list(tags: Path) -> None:
    task = prepare(read_recipe(tags)).task
    assert (task.kind, task.labels) == ("labels", tuple(sorted(TOPICS)))
    assert choices(task).endswith(': "bill", "late", "login"')


def test_the_check_counts_rows_by_label(tags: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = check(tags)
    assert report.kind == "labels"
    assert report.label_counts == dict.fromkeys(TOPICS, 48)
    console = Console(width=200)
    for part in check_parts(report, colour=False):
        console.print(part)
    assert "Answers are any of some labels" in capsys.readouterr().out


def test_an_order_is_measured_by_distance(grading: RunOutcome) -> None:
    arms = {arm.name: arm for arm in grading.results.arms if arm.test}
    assert grading.results.kind == "classes"
    figures = arms["tfidf"].test.figures  # type: ignore[union-attr]
    assert figures["mean_distance"].value < 0.2
    assert figures["kappa"].value > 0.5
    assert arms["majority"].test.figures["kappa"].value == 0.0  # type: ignore[union-attr]
    page = (grading.folder / "report.html").read_text()
    assert "Mean distance, of the scale" in page
    assert "Quadratic kappa" in page


def test_the_matrix_stands_in_the_order_of_the_labels() -> None:
    records = [Record(f"r{n}", (Message("user", "t"),), grade) for n, grade in enumerate(["low", "middle", "high"] * 2)]
    said = {"few": {f"r{n}": grade for n, grade in enumerate(["high", "high", "low", "low", "high", "high"])}}
    for order, shown in ((tuple(GRADES), ["low", "middle", "high"]), ((), ["high", "low", "middle"])):
        found = confusion_section("classes", records, said, ArmResult("few", "Few"), order)
        assert found is not None
        assert found["labels"] == shown


@pytest.mark.parametrize(
    ("row", "task", "said"),
    [
        (("text", "bill"), "kind: labels", r"^mail\.jsonl:97: the answer 'bill' is no JSON list of labels"),
        (("text", "bill"), "kind: auto", r"^mail\.jsonl:97: the answer 'bill' is no JSON list of labels"),
        (("text", ["bill", 3]), "kind: labels", r"^mail\.jsonl:97: the list of labels holds 3, which is no text"),
        (("text", ["bill", "alone"]), "kind: labels", r"^mail\.jsonl:97: the label 'alone' has a single example"),
        (("text", ["bill"]), "order: [bill, late, login]", r"^`task\.order` orders labels, but the answers are not"),
    ],
)
def test_bad_lists_stop_before_anything_is_written(tmp_path: Path, base: Path, row, task: str, said: str) -> None:
    recipe = write_recipe(tmp_path, base, [*tagged(96), row], task, "enabled: false")
    for attempt in (lambda: run(recipe, say=lambda line: None), lambda: check(recipe)):
        with pytest.raises(DataError, match=said):
            attempt()
    assert not (tmp_path / "runs").exists()


def test_an_order_of_numbers_wants_quotes(tmp_path: Path, base: Path) -> None:
    recipe = write_recipe(tmp_path, base, graded(9), "order: [1, 2, 3]", "enabled: false")
    with pytest.raises(RecipeError, match=r"yaml:4: task\.order must be a list of names, .*; put each in quotes, for"):
        read_recipe(recipe)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("[low, high]", r"^mail\.jsonl:2: the label 'middle' is not in `task\.order`; correct the row, or add"),
        ("[low, middle, high, extreme]", r"^`task\.order` names the label 'extreme', which no row has; remove it"),
    ],
)
def test_bad_orders_stop_before_anything_is_written(tmp_path: Path, base: Path, order: str, said: str) -> None:
    recipe = write_recipe(tmp_path, base, graded(9), f"order: {order}", "enabled: false")
    for attempt in (lambda: run(recipe, say=lambda line: None), lambda: check(recipe)):
        with pytest.raises(DataError, match=said):
            attempt()
    assert not (tmp_path / "runs").exists()


def test_labels_are_confused_one_for_one_or_left_out_or_added() -> None:
    wanted = {"r1": "ab", "r2": "a", "r3": "", "r4": "bc", "r5": "c"}
    records = [Record(name, (Message("user", "t"),), labels_text(labels)) for name, labels in wanted.items()]
    said = {"r1": '["a", "c"]', "r2": "[]", "r3": '["a", "b"]', "r4": "nothing", "r5": '["c"]'}
    found = confusion("labels", records, said)
    assert found is not None
    assert found.pairs == {
        ("a", "a"): 1,
        ("b", "c"): 1,
        ("a", LEFT_OUT): 1,
        (ADDED, "a"): 1,
        (ADDED, "b"): 1,
        ("b", UNREADABLE): 1,
        ("c", UNREADABLE): 1,
        ("c", "c"): 1,
    }
    assert found.wrong == 6
    assert {(wanted, rows) for wanted, _, _, rows in found.top(9)} == {("a", 2), ("b", 2), ("c", 2), (ADDED, 0)}
    shares = {share.name: (share.right, share.rows) for share in label_shares(records, said)}
    assert shares == {"a": (1, 2), "b": (0, 2), "c": (1, 2)}
