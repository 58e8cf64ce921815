"""Whole runs on a tiny base whose answers are numbers or records by a schema: arms, verdict, report and prediction."""

import json
from pathlib import Path

import jsonschema
import pytest

from finewright.base.errors import DataError, InputError
from finewright.base.recipe_file import read_recipe
from finewright.cli.show_answers import automation_lines, cut_lines
from finewright.flows.predict import predict
from finewright.flows.prepare import prepare
from finewright.flows.run import RunOutcome, run
from support.mail import FEW_ARMS, write_mail_recipe
from support.tiny import tiny_base

SCHEMA = {
    "type": "object",
    "properties": {
        "total": {"type": "integer", "minimum": 0, "maximum": 99},
        "code": {"enum": ["A", "B"]},
    },
    "required": ["code", "total"],
    "additionalProperties": False,
}
ARMS = "{frozen: {enabled: false}, encoder: {enabled: false}, few_shot: {examples: 1}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def write(folder: Path, base: Path, answers: list[str], task: str, arms: str = ARMS + "}", more: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"prompt": f"case {n} ref {n * 7919 % 1000:03d}", "completion": one} for n, one in enumerate(answers)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = folder / "scored.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: rows.jsonl}}\nsplit: {{near: 1.0}}\ntask: {task}\narms: {arms}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1}}\n{more}"
    )
    return recipe


def records(count: int) -> list[str]:
    return [json.dumps({"code": "AB"[n % 2], "total": n % 7}) for n in range(count)]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    """A random model held to a schema in one prompted arm and in the tuned one."""
    folder = tmp_path_factory.mktemp("held")
    (folder / "record.json").write_text(json.dumps(SCHEMA))
    arms = ARMS + ", few_shot: {examples: 1, constrained: true}, tuned: {constrained: true}}"
    arms = arms.replace("few_shot: {examples: 1}, ", "")
    more = "evaluate: {max_tokens: 40, forgetting: {enabled: false}}\n"
    return run(
        write(folder, base, records(24), "{kind: json, schema_file: record.json}", arms, more), say=lambda _: None
    )


def test_held_arms_answer_with_valid_records_and_the_others_do_not(held: RunOutcome) -> None:
    arms = {arm.name: arm.test for arm in held.results.arms if arm.test}
    for name in ("few_shot", "tuned"):
        assert arms[name].figures["validity"].value + arms[name].cut / arms[name].rows >= 1
        assert arms[name].figures["validity"].value > 0
    assert arms["zero_shot"].figures["validity"].value == 0
    assert held.results.verdict.deciding is not None
    assert "Valid answers" in (held.folder / "report.html").read_text()


def test_the_adapter_predicts_what_it_was_measured_with(held: RunOutcome) -> None:
    (answered,) = predict(held.folder, ["case 3"])
    if answered.finish == "stop":
        jsonschema.validate(json.loads(answered.answer), SCHEMA)
        assert list(json.loads(answered.answer)) == ["code", "total"], "keys in the order of the examples"


def test_numbers_are_scored_by_value_from_the_arms_to_the_report(tmp_path: Path, base: Path) -> None:
    """The most frequent answer is 1,000 in one of its spellings; two of three rows mean it."""
    answers = [("1,000", "1000.00", f"{n + 5}")[n % 3] for n in range(30)]
    arms = ARMS + ", zero_shot: {enabled: false}}"
    recipe = write(
        tmp_path, base, answers, "{kind: numbers}", arms, "evaluate: {max_tokens: 8, forgetting: {enabled: false}}\n"
    )
    outcome = run(recipe, say=lambda _: None)
    results = outcome.results
    assert (results.kind, results.deciding_figure) == ("numbers", "right_numbers")
    majority = next(arm for arm in results.arms if arm.name == "majority").test
    assert majority is not None
    wanted = [json.loads(line) for line in (outcome.folder / "data" / "test.jsonl").read_text().splitlines()]
    meant = sum(row["answer"].startswith("1") and "000" in row["answer"] for row in wanted)
    assert majority.figures["right_numbers"].value == pytest.approx(meant / len(wanted))
    assert majority.figures["right_numbers"].value > 1 / 2
    assert next(arm for arm in results.arms if arm.name == "tfidf").why_not
    assert results.verdict.sentence
    assert "Right numbers" in (outcome.folder / "report.html").read_text()


def test_answers_that_need_no_review_are_told_in_results_words_and_report(tmp_path: Path, base: Path) -> None:
    more = "evaluate: {automate: {error: 0.45}}\nsplit: {near: 1.0, validation: 0.4, test: 0.3}\n"
    recipe = write_mail_recipe(
        tmp_path,
        base,
        train="enabled: false",
        arms=FEW_ARMS.replace("few_shot: {examples: 2}", "few_shot: {enabled: false}"),
    )
    recipe.write_text(recipe.read_text().replace("split: {near: 1.0}\n", "") + more)
    outcome = run(recipe, say=lambda _: None)
    found = {arm.name: arm.automation for arm in outcome.results.arms if arm.automation}
    assert set(found) >= {"tfidf", "zero_shot"}, "arms that give a probability"
    sure = found["tfidf"]
    assert sure.threshold is not None
    assert sure.share is not None
    assert sure.share.value > 0.5
    assert "need no review" in sure.sentence
    assert "Answers that need no review" in (outcome.folder / "report.html").read_text()
    assert any("need no review" in line.plain for line in automation_lines(outcome.results))
    assert not list(cut_lines(outcome.results))


@pytest.mark.parametrize(
    ("answers", "task", "arms", "named", "fault"),
    [
        (
            [*records(9), '{"code": "C", "total": 1}'],
            "{kind: json, schema_file: record.json}",
            ARMS + "}",
            r"rows\.jsonl:10: the answer breaks `task\.schema_file`: 'C' is not one of",
            DataError,
        ),
        (
            records(10),
            "{kind: json, schema_file: absent.json}",
            ARMS + "}",
            r"scored\.yaml:4: there is no JSON Schema to read in absent\.json",
            InputError,
        ),
        (
            ["1"] * 9 + ["many"],
            "{kind: numbers}",
            ARMS + "}",
            r"rows\.jsonl:10: the answer is not one number",
            DataError,
        ),
        (
            [f"answer {n}" for n in range(10)],
            "{kind: text}",
            ARMS + ", tuned: {constrained: true}}",
            r"scored\.yaml:5: arms\.tuned\.constrained is for answers that are JSON records",
            InputError,
        ),
        (
            [f"answer {n}" for n in range(10)],
            "{kind: text, schema_file: record.json}",
            ARMS + "}",
            r"scored\.yaml:4: task\.schema_file is for answers that are JSON records",
            InputError,
        ),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_written(tmp_path, base, answers, task, arms, named, fault):
    (tmp_path / "record.json").write_text(json.dumps(SCHEMA))
    recipe = write(tmp_path, base, answers, task, arms)
    with pytest.raises(fault, match=named):
        prepare(read_recipe(recipe))
    assert not (tmp_path / "runs").exists()


def test_another_schema_is_another_run(tmp_path: Path, base: Path) -> None:
    recipe = write(tmp_path, base, records(24), "{kind: json, schema_file: record.json}")
    digests = []
    for schema in (SCHEMA, SCHEMA | {"title": "Record"}):
        (tmp_path / "record.json").write_text(json.dumps(schema))
        digests.append(prepare(read_recipe(recipe)).digest)
    assert digests[0] != digests[1]
