"""`finewright advise` and `finewright cost` as a person meets them: whole output, exit codes, files."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from finewright.base.recipe import Data
from finewright.cli.advise import ask
from finewright.data.load import load
from support.advice import changing_facts, short_rule, stable_format
from support.command import Call
from support.mail import write_mail_recipe
from support.tiny import tiny_base

OUTPUT = Path(__file__).parent / "advice"


@pytest.mark.parametrize(
    ("make", "first"),
    [
        (changing_facts, "Retrieval (RAG) (+5) comes first"),
        (stable_format, "Fine-tuning (+4) comes first"),
        (short_rule, "Prompt (+4) comes first"),
    ],
)
def test_three_tasks_have_three_right_answers(
    make: Callable[[Path], Path], first: str, tmp_path: Path, call: Call
) -> None:
    told = call("advise", make(tmp_path))
    assert (told.code, told.err) == (0, "")
    assert f"Advice: {first}" in told.out
    assert told.out == (OUTPUT / f"{make.__name__}.txt").read_text(encoding="utf-8")


def test_unanswered_questions_that_matter_are_asked_for(tmp_path: Path, call: Call) -> None:
    recipe = stable_format(tmp_path)
    recipe.write_text(recipe.read_text().split("advise:")[0])
    told = call("advise", recipe)
    assert "Cannot tell without an answer" in told.out
    assert "Could you write down in ten lines" in told.out
    document = json.loads(call("advise", recipe, "--json").out)
    assert document["outcome"] == "cannot tell"
    assert "short_rule" in document["open"]
    assert len(document["rows"]) == document["situation"]["rows"] == 300


def test_answers_of_a_file_come_before_the_recipes(tmp_path: Path, call: Call) -> None:
    recipe, answers = short_rule(tmp_path), tmp_path / "answers.yaml"
    answers.write_text("advise: {short_rule: false, must_cite: true}\n")
    given = json.loads(call("advise", recipe, "--answers", answers, "--json").out)["situation"]["answers"]
    assert (given["short_rule"], given["must_cite"], given["calls_month"]) == (False, True, 2000)


def test_facts_go_into_a_corpus_and_nothing_is_lost(tmp_path: Path, call: Call) -> None:
    recipe = changing_facts(tmp_path)
    with (tmp_path / "rows.jsonl").open("a") as rows:
        rows.write('{"prompt": "Good morning", "completion": "Good morning, what can we do for you?"}\n')
    done = call("advise", recipe, "--export-facts", tmp_path / "facts.jsonl")
    assert done.code == 0, done.err
    assert "60 rows with facts" in done.err
    facts = [json.loads(line) for line in (tmp_path / "facts.jsonl").read_text().splitlines()]
    others = load(tmp_path / "facts.behaviour.jsonl", Data(train=tmp_path / "facts.behaviour.jsonl")).records
    assert [one.answer for one in others] == ["Good morning, what can we do for you?"]
    whole = load(tmp_path / "rows.jsonl", Data(train=tmp_path / "rows.jsonl")).records
    assert {one["text"] for one in facts} | {f"{one.text}\n{one.answer}" for one in others} == {
        f"{one.text}\n{one.answer}" for one in whole
    }
    refused = call("advise", recipe, "--export-facts", tmp_path / "facts.jsonl")
    assert refused.code == 2
    assert "exists and is left as it is" in refused.err


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("advise: {calls_month: -1}\n", "answers.yaml:1: advise.calls_month must be at least 0, not -1"),
        ("advise: {facts_change: hourly}\n", "must be one of 'never', 'yearly', 'monthly', 'weekly', 'daily'"),
        ("advise: {enough: 1.5}\n", "advise.enough must be less than 1"),
        ("advise: {must_sight: true}\n", "'must_sight' is not a key of advise; write must_cite"),
        ("advice: {}\n", "'advice' is not a key of the recipe; write advise"),
        ("cost: {}\n", "holds no section `advise`; write `advise:` and its keys"),
        ("", "is empty"),
    ],
)
def test_answers_at_fault_are_told_with_their_place(answers: str, said: str, tmp_path: Path, call: Call) -> None:
    recipe = short_rule(tmp_path)
    (tmp_path / "answers.yaml").write_text(answers)
    told = call("advise", recipe, "--answers", tmp_path / "answers.yaml")
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert "fault of finewright" not in told.err


def test_files_that_are_missing_or_empty_are_told(tmp_path: Path, call: Call) -> None:
    recipe = short_rule(tmp_path)
    assert "there is no such file" in call("advise", recipe, "--answers", tmp_path / "none.yaml").err
    (tmp_path / "rows.jsonl").write_text("")
    empty = call("advise", recipe)
    assert empty.code == 2
    assert "rows.jsonl" in empty.err
    (tmp_path / "rows.jsonl").unlink()
    gone = call("advise", recipe)
    assert gone.code == 2
    assert "rows.jsonl" in gone.err
    assert "fault of finewright" not in empty.err + gone.err


def test_measuring_replaces_rules_on_validation_rows_and_asks_once(tmp_path: Path, call: Call) -> None:
    recipe = write_mail_recipe(tmp_path, tiny_base(tmp_path / "base"))
    document = json.loads(call("advise", recipe, "--measure", "--json").out)
    ways = {way["option"]: way for way in document["ranking"]}
    assert ways["classifier"]["measured"]
    assert ways["prompt"]["measured"]
    assert not ways["rag"]["measured"]
    assert "validation rows right" in ways["prompt"]["reasons"][0]["number"]
    # No look at the test set was spent, and what was answered is not asked again.
    assert not list(tmp_path.glob("runs/*/arms/*/test.json"))
    (stored,) = tmp_path.glob("runs/*-advice-*/arms/zero_shot/validation.json")
    before = stored.stat().st_mtime_ns
    assert "Plain classifier" in call("advise", recipe, "--measure").out
    assert stored.stat().st_mtime_ns == before


def test_a_run_tells_its_cost_and_tells_it_again_at_other_prices(tmp_path: Path, call: Call) -> None:
    recipe = write_mail_recipe(
        tmp_path, tiny_base(tmp_path / "base"), more="evaluate: {forgetting: {enabled: false}}\n"
    )
    done = call("run", recipe)
    assert done.code == 0, done.err
    assert "Cost: this run took EUR" in done.out
    assert "examples of January 2026 and nobody's offer" in done.out
    (folder,) = (tmp_path / "runs").iterdir()
    assert "What it costs" in (folder / "report.html").read_text()
    (tmp_path / "prices.yaml").write_text("cost: {as_of: 2026-03-31, currency: CHF, billing: tokens, million_in: 7}\n")
    told = call("cost", folder, "--prices", tmp_path / "prices.yaml", "--calls", "250000")
    assert told.code == 0, told.err
    for part in ("250,000 calls a month", "Prices as of 2026-03-31", "CHF", "All weights".lower(), "not measured"):
        assert part in told.out
    stored = json.loads((folder / "results.json").read_text())["cost"]
    again = json.loads(call("cost", folder, "--json").out)
    assert again == json.loads(json.dumps(stored))
    (tmp_path / "prices.yaml").write_text("cost: {gpu_hour: -1, cpu_our: 1}\n")
    refused = call("cost", folder, "--prices", tmp_path / "prices.yaml")
    assert refused.code == 2
    assert "cost.gpu_hour must be at least 0" in refused.err
    assert "write cpu_hour" in refused.err
    assert "holds no finished run" in call("cost", tmp_path).err


@pytest.mark.parametrize(
    ("name", "typed", "answer"),
    [
        ("calls_month", "many\n-3\n250\n", 250),
        ("must_cite", "yes\n", True),
        ("facts_change", "hourly\nweekly\n", "weekly"),
        ("compute", "\n", None),
    ],
)
def test_a_question_is_asked_until_it_is_answered_or_left(
    name: str, typed: str, answer: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert ask(name) == answer
    assert capsys.readouterr().err.count("Please answer") == typed.count("\n") - 1
