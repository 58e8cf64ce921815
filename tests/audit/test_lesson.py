"""What a run cannot be held to by its nature is said by name; it holds nothing up, and nothing is dodged by it."""

from dataclasses import replace
from typing import Any

import pytest

from audit.test_checks import AT, brought, found, policy
from finewright.audit.checks.lesson import Lesson, lesson
from finewright.audit.dossier import KINDS, Dossier
from finewright.audit.gate import decide
from finewright.base.break_even import break_even
from finewright.base.distillation import Distillation
from finewright.base.records import TaskKind
from finewright.base.results import Compliance, Figure, Perplexity, Preferences, Results, Verdict
from support.judged import results_of

NOT = "not applicable"
FIGURE = Figure(0.9, 0.85, 0.95, 200)
VERDICT = Verdict("better", "It is better.", "")
PREFERENCES = Preferences(200, FIGURE, FIGURE, FIGURE, FIGURE, FIGURE, Figure(0.3, 0.2, 0.4, 200), 0.001, 1.0)
PERPLEXITY = Perplexity(40, 2000, 20.0, 15.0, -0.25, -0.3, -0.2, 0.001)


def learned_from(what: Lesson) -> Results:
    """The results of a run that learned from this."""
    of = results_of("a")
    kinds: dict[str, TaskKind] = {"documents": "documents", "preferences": "preferences", "feedback": "feedback"}
    if what in kinds:
        told = {"perplexity": PERPLEXITY} if what == "documents" else {"preferences": PREFERENCES}
        return replace(of, kind=kinds[what], arms=(), verdict=VERDICT, **told)  # type: ignore[arg-type]
    if what == "distillation":
        return replace(of, distillation=Distillation("base", "tokens", 100, 90, 0, 0, 0, break_even(10, 10, 4, 2)))
    return replace(of, training=of.training | {"by_reward": what == "rewards"})


def without(dossier: Dossier, *kinds: str) -> Dossier:
    """The same evidence without the reports of these kinds, as an audit leaves it that could not make them."""
    reports = {kind: one for kind, one in dossier.reports.items() if kind not in kinds}
    return replace(dossier, reports=reports, missing=dict.fromkeys(kinds, "it does not apply"))


LEFT_OUT: dict[Lesson, dict[str, str]] = {
    "documents": {
        "exposure": "canaries",
        "extraction": "extraction",
        "outputs": "outputs",
        "redteam": "redteam",
        "secrets": "secrets",
    },
    "preferences": {"exposure": "canaries", "outputs": "outputs"},
    "feedback": {"exposure": "canaries", "outputs": "outputs"},
    "rewards": {"exposure": "canaries", "membership": "membership"},
    "distillation": {"exposure": "canaries", "membership": "membership"},
}
EVERY: dict[str, dict[str, Any]] = {
    check: {} for check in ("exposure", "membership", "extraction", "outputs", "redteam", "secrets")
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_checks_that_have_nothing_to_read_are_left_out_by_name(what: Lesson) -> None:
    results = learned_from(what)
    assert lesson(results) == what
    kinds = LEFT_OUT[what].values()
    decision = decide(policy(lift={}, **EVERY), without(brought(results), *kinds), AT)
    outcomes = {one.check: one.outcome for one in decision.findings}
    assert {check for check, outcome in outcomes.items() if outcome == NOT} == set(LEFT_OUT[what])
    assert set(outcomes.values()) == {"pass", NOT}
    assert decision.outcome == "pass"
    assert all(f"{one.check}" in decision.sentence for one in decision.findings if one.outcome == NOT)
    assert all(what in one.reason for one in decision.findings if one.outcome == NOT)


@pytest.mark.parametrize("what", [*LEFT_OUT, "answers"])
def test_what_applies_and_was_not_made_still_fails(what: Lesson) -> None:
    """Nothing but what the run learned from leaves a check out: not that its attack was switched off."""
    dossier = without(brought(learned_from(what)), *KINDS)
    outcomes = {one.check: one.outcome for one in decide(policy(**EVERY), dossier, AT).findings}
    assert outcomes == {check: NOT if check in LEFT_OUT.get(what, {}) else "fail" for check in EVERY}


def test_a_report_that_is_there_is_read_all_the_same() -> None:
    high = Figure(9.0, 8.0, 10.0, 32)
    one = found(brought(learned_from("preferences"), canaries={"exposure": high}), exposure={"at_most": 3})
    assert (one.outcome, one.blocks) == ("fail", True)


def test_secrets_that_were_planted_are_looked_for_in_documents_too() -> None:
    dossier = replace(without(brought(learned_from("documents")), "secrets"), planted=True)
    assert found(dossier, secrets={}).outcome == "fail"


def test_answers_that_were_kept_for_their_rules_are_searched() -> None:
    share, told = Figure(0.5, 0.4, 0.6, 40), results_of("a").verdict.deciding
    assert told is not None
    results = replace(
        learned_from("preferences"), compliance=Compliance(share, share, told, "better", "It keeps more.")
    )
    assert found(without(brought(results), "outputs"), outputs={}).outcome == "fail"


def test_results_that_are_gone_leave_nothing_out() -> None:
    dossier = without(brought(None), "canaries")
    assert found(dossier, exposure={"at_most": 3}).outcome == "fail"


def test_a_policy_of_which_nothing_applies_shows_nothing() -> None:
    decision = decide(policy(outputs={}), without(brought(learned_from("documents")), "outputs"), AT)
    assert (decision.outcome, [one.blocks for one in decision.findings]) == ("inconclusive", [False])
    assert decision.sentence == (
        "It cannot pass: none of the required checks applies to what it learned from. Not applicable: outputs."
    )


@pytest.mark.parametrize(
    ("smallest", "what", "outcome"),
    [
        (0.1, "preferences", "pass"),
        (0.5, "preferences", "fail"),
        (0.1, "documents", "pass"),
        (0.25, "documents", "inconclusive"),
        (0.4, "documents", "fail"),
    ],
)
def test_a_gain_over_the_base_is_held_to_the_bound(smallest: float, what: Lesson, outcome: str) -> None:
    assert found(brought(learned_from(what)), lift={"smallest": smallest}).outcome == outcome


def test_a_base_without_a_template_is_asked_nothing() -> None:
    results = replace(learned_from("documents"), forgetting=None)
    assert found(brought(results), forgetting={}).outcome == "fail"
    assert found(replace(brought(results), talks=False), forgetting={}).outcome == NOT
    other = replace(learned_from("preferences"), forgetting=None)
    assert found(replace(brought(other), talks=False), forgetting={}).outcome == "fail"


def test_validity_of_what_has_no_form_is_no_pass() -> None:
    of = results_of("a")
    arms = tuple(replace(arm, test=replace(arm.test, figures={})) for arm in of.arms if arm.test)
    assert found(brought(replace(of, kind="text", arms=arms)), validity={}).outcome == NOT
    assert found(brought(learned_from("documents")), validity={}).outcome == NOT
