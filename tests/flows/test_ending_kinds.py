"""Runs of every kind end with attacks, a gate and a page that says both: preferences, documents, rewards, all weights.

What cannot be asked of a kind is left out by its name, and what was switched off is not.
"""

from pathlib import Path

import pytest

from finewright.audit.decision import Decision
from finewright.base.files import read_json
from finewright.flows.audit.pack import pack
from finewright.flows.estimate import estimate
from finewright.flows.folder import RunFolder
from finewright.flows.run import RunOutcome, run
from finewright.flows.view import rewrite
from flows import test_preferences, test_pretrain, test_reinforce
from flows.test_run import write_task
from support.tiny import tiny_base

QUICK = "audit: {membership: {rows: 20}, extraction: {rows: 4, samples: 0}, redteam: {each: 1, max_tokens: 4}}\n"
NOT = "not applicable"

# peft asks transformers by a name that transformers renames.
pytestmark = [
    pytest.mark.usefixtures("audited"),
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def silent(line: str) -> None:
    """Nobody listens."""


def ended(recipe: Path, told: str) -> tuple[RunOutcome, Decision, dict[str, str]]:
    """The run, its decision and the outcome of each check; the page says the decision, and `told` as before it."""
    done = run(recipe, say=silent)
    assert done.decision is not None
    assert not done.decision.refused
    page = (done.folder / "report.html").read_text()
    assert "May it be used?" in page
    assert told in page
    rewrite(RunFolder(done.folder))
    assert (done.folder / "report.html").read_text() == page
    return done, done.decision, {one.check: one.outcome for one in done.decision.findings}


def reports(done: RunOutcome) -> set[str]:
    listed = read_json(done.folder / "audit" / "evidence.json")
    assert not set(listed["reports"]) & set(listed["missing"])
    return set(listed["reports"])


def left_out(outcomes: dict[str, str]) -> set[str]:
    return {check for check, outcome in outcomes.items() if outcome == NOT}


def test_a_run_on_preferences(tmp_path: Path, base: Path) -> None:
    rows = test_preferences.pairs(60)
    recipe = test_preferences.write(tmp_path, base, rows, test_preferences.OFF + QUICK)  # type: ignore[arg-type]
    assert "attacks" in estimate(recipe).minutes
    done, decision, outcomes = ended(recipe, "Moved most towards the preferred answer")
    assert reports(done) == {"membership", "extraction", "redteam"}
    assert left_out(outcomes) == {"exposure", "outputs", "validity"}
    assert decision.sentence.endswith("Not applicable: exposure, outputs, validity.")
    assert (done.results.verdict.outcome, outcomes["lift"]) == ("better", "pass")

    packed = pack(done.folder, tmp_path / "pack", policy="release")
    assert {one.check: one.outcome for one in packed.decision.findings}["lift"] == "pass"
    assert "Not applicable" in (tmp_path / "pack" / "index.html").read_text()
    assert "preferred answer" in (tmp_path / "pack" / "model-card.md").read_text()


def test_a_run_on_documents(tmp_path: Path, base: Path) -> None:
    recipe = test_pretrain.write_corpus(tmp_path, base, epochs=1, more=QUICK)
    assert "attacks" in estimate(recipe).minutes
    done, _, outcomes = ended(recipe, "Perplexity before")
    assert reports(done) == {"membership"}
    assert left_out(outcomes) == {"exposure", "secrets", "extraction", "outputs", "redteam", "validity"}
    assert outcomes["forgetting"] == "fail"  # switched off in the recipe, and no less missing than before
    again = run(recipe, say=silent)
    assert (again.state, again.decision) == ("shown", done.decision)
    pack(done.folder, tmp_path / "pack")
    assert (tmp_path / "pack" / "report-membership.json").exists()


def test_a_base_without_a_chat_template_is_attacked_by_its_documents(tmp_path: Path) -> None:
    bare = tiny_base(tmp_path / "bare", template=None)
    more = QUICK + "evaluate: {forgetting: {enabled: true}}\n"
    recipe = test_pretrain.write_corpus(tmp_path / "task", bare, epochs=1, more=more)
    done, _, outcomes = ended(recipe, "Perplexity before")
    assert reports(done) == {"membership"}
    left = {"exposure", "secrets", "extraction", "forgetting", "outputs", "redteam", "validity"}
    assert left_out(outcomes) == left


def test_a_run_with_rewards(tmp_path: Path, base: Path) -> None:
    recipe = test_reinforce.task(tmp_path, base, more=test_reinforce.OFF + QUICK)
    done, _, outcomes = ended(recipe, "Learning from rewards")
    assert reports(done) == {"extraction", "outputs", "redteam"}
    assert left_out(outcomes) == {"exposure", "membership"}


def test_a_run_of_all_weights(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, ", method: full, learning_rate: 2e-3")
    recipe.write_text(recipe.read_text() + "evaluate: {forgetting: {enabled: false}}\n" + QUICK)
    done, _, outcomes = ended(recipe, "Every approach on the same held-out rows")
    assert (done.folder / "model").is_dir()
    assert reports(done) == {"membership", "extraction", "outputs", "redteam"}
    assert left_out(outcomes) == set()
