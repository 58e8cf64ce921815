"""How a run ends: with attacks, a gate, and a page that says both; and a repeat that makes none of it again."""

import json
from pathlib import Path

import pytest

from finewright.base.files import read_json
from finewright.flows.audit.audit import audit
from finewright.flows.run import RunOutcome, run
from flows.test_run import write_task
from support.tiny import tiny_base

QUICK = "audit: {membership: {rows: 20}, extraction: {rows: 4, samples: 1}, redteam: {each: 1, max_tokens: 8}}\n"


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = write_task(tmp_path, tiny_base(tmp_path / "base"))
    path.write_text(path.read_text() + QUICK)
    return path


@pytest.fixture
def done(recipe: Path, audited: None) -> RunOutcome:
    return run(recipe, say=lambda line: None)


def test_a_run_ends_with_attacks_and_a_decision(recipe: Path, done: RunOutcome) -> None:
    assert done.decision is not None
    stored = read_json(done.folder / "audit" / "gate.json")
    assert (stored["outcome"], stored["sentence"]) == (done.decision.outcome, done.decision.sentence)
    assert {path.name for path in (done.folder / "audit").glob("*.json")} >= {
        "membership.json",
        "extraction.json",
        "outputs.json",
        "redteam.json",
        "evidence.json",
    }
    page = (done.folder / "report.html").read_text()
    assert "May it be used?" in page
    assert all(one.reason.split("'")[0][:40] in page for one in done.decision.findings)

    said: list[str] = []
    times = {path: path.stat().st_mtime_ns for path in (done.folder / "audit").glob("*.json") if path.stem != "gate"}
    again = run(recipe, say=said.append)
    assert (again.state, again.decision) == ("shown", done.decision)
    assert not any("Audit" in line for line in said)
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_an_edited_report_fails_the_next_decision_and_the_page_says_so(recipe: Path, done: RunOutcome) -> None:
    path = done.folder / "audit" / "membership.json"
    stored = json.loads(path.read_text())
    stored["figures"]["auc"]["value"] = 0.5001
    path.write_text(json.dumps(stored))
    again = run(recipe, say=lambda line: None)
    assert again.decision is not None
    assert again.decision.outcome == "fail"
    assert any("membership" in name for name in again.decision.refused)
    assert "membership" in (done.folder / "report.html").read_text()

    # Nor does a damaged file of the run end an audit half-way: the attack is missing by its name, and the list says so.
    (done.folder / "data" / "train.jsonl").write_text("{")
    (done.folder / "audit" / "extraction.json").unlink()
    found = audit(done.folder, only=["extraction"], say=lambda line: None)
    assert "put the file back from a backup" in found.missing["extraction"]
    assert "extraction" in read_json(done.folder / "audit" / "evidence.json")["missing"]


def test_a_recipe_can_do_without(recipe: Path, audited: None) -> None:
    recipe.write_text(recipe.read_text().replace(QUICK, "audit: {enabled: false}\n"))
    outcome = run(recipe, say=lambda line: None)
    assert outcome.decision is None
    assert not (outcome.folder / "audit").exists()
