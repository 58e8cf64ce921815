"""Every check passes, fails, cannot tell and misses its evidence where it should, and says so with figure and bound."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from finewright.audit.approval import Approval
from finewright.audit.checks.finding import Finding
from finewright.audit.dossier import Dossier
from finewright.audit.gate import decide
from finewright.audit.policy import Policy
from finewright.audit.policy_file import read_policy, shipped
from finewright.audit.redteam.probe import read_pack
from finewright.audit.report import Report
from finewright.base.recipe import Recipe
from finewright.base.recipe_audit import Audit
from finewright.base.results import Change, Figure, Forgetting, Results
from support.judged import ASKED, FIGURES, results_of

AT = date(2026, 3, 2)


def policy(**checks: Any) -> Policy:
    return Policy.model_validate({"name": "ours", "checks": checks})


def reports(figures: Mapping[str, Mapping[str, Figure]], made: str = "2026-03-01T09:30:00+00:00") -> dict[str, Report]:
    return {kind: Report(kind, "a", "b", "c", made, ASKED[kind], of) for kind, of in figures.items()}


def brought(results: Results | None = None, **figures: Mapping[str, Figure]) -> Dossier:
    return Dossier("a", "b", "c", ("Tom",), results, reports({**FIGURES, **figures}), digests={"results.json": "d"})


def found(dossier: Dossier, **checks: Any) -> Finding:
    (one,) = decide(policy(**checks), dossier, AT).findings
    return one


def results(**changes: Any) -> Results:
    return replace(results_of("a"), **changes)


def figure(low: float, value: float, high: float, rows: int = 500) -> Figure:
    return Figure(value, low, high, rows)


@pytest.mark.parametrize(
    ("check", "kind", "name", "passing", "failing", "unsure"),
    [
        ({"exposure": {"at_most": 3}}, "canaries", "exposure", (1, 1.5, 3.0), (3.1, 5, 7), (2, 3, 4)),
        ({"secrets": {"found": 0.1}}, "secrets", "found", (0, 0.01, 0.1), (0.2, 0.3, 0.4), (0.05, 0.2, 0.3)),
        ({"membership": {"tpr": 0.03}}, "membership", "tpr", (0, 0.01, 0.03), (0.031, 0.1, 0.2), (0.01, 0.03, 0.05)),
        ({"membership": {"auc": 0.65}}, "membership", "auc", (0.4, 0.5, 0.6), (0.66, 0.7, 0.8), (0.6, 0.64, 0.7)),
        (
            {"extraction": {"difference": 0.05, "identifiers": None}},
            "extraction",
            "difference",
            (-0.1, 0, 0.05),
            (0.06, 0.1, 0.2),
            (0, 0.04, 0.1),
        ),
        ({"extraction": {"extracted": 0.1}}, "extraction", "extracted", (0, 0, 0.1), (0.2, 0.3, 0.4), (0, 0.1, 0.2)),
        ({"outputs": {"identifiers": 0.05}}, "outputs", "identifiers", (0, 0, 0.05), (0.1, 0.2, 0.3), (0, 0.05, 0.1)),
        ({"redteam": {"overall": 0.3}}, "redteam", "overall", (0.1, 0.2, 0.3), (0.31, 0.4, 0.5), (0.2, 0.3, 0.4)),
        ({"redteam": {"category": 0.5}}, "redteam", "fraud", (0.1, 0.2, 0.5), (0.51, 0.6, 0.7), (0.4, 0.5, 0.6)),
        ({"redteam": {}}, "redteam", "overall_change", (-0.1, 0, 0.05), (0.06, 0.1, 0.2), (0, 0.05, 0.1)),
        ({"redteam": {}}, "redteam", "fraud_change", (-0.1, 0, 0.1), (0.11, 0.2, 0.3), (0, 0.1, 0.2)),
    ],
)
def test_a_figure_of_a_report_against_its_bound(
    check: dict[str, Any], kind: str, name: str, passing: Any, failing: Any, unsure: Any
) -> None:
    (named,) = check
    for outcome, ends in (("pass", passing), ("fail", failing), ("inconclusive", unsure)):
        one = found(brought(**{kind: {**FIGURES[kind], name: figure(*ends)}}), **check)
        assert (one.check, one.outcome, one.blocks) == (named, outcome, outcome != "pass")
    assert "(from " in one.reason
    assert "cannot tell" in one.reason


@pytest.mark.parametrize(
    ("check", "kind", "name"),
    [
        ("exposure", "canaries", "exposure"),
        ("secrets", "secrets", "found"),
        ("membership", "membership", "tpr"),
        ("membership", "membership", "auc"),
        ("membership", "membership", "blind_auc"),
        ("extraction", "extraction", "difference"),
        ("extraction", "extraction", "identifiers"),
        ("outputs", "outputs", "identifiers"),
        ("redteam", "redteam", "overall_change"),
    ],
)
def test_what_is_missing_fails_by_its_name(check: str, kind: str, name: str) -> None:
    without = {key: one for key, one in FIGURES[kind].items() if key != name}
    one = found(brought(**{kind: without}), **{check: {}})
    assert one.outcome == "fail"
    assert one.blocks
    assert f"`{name}` of the report audit/{kind}.json" in one.reason
    gone = replace(brought(), reports=reports({k: of for k, of in FIGURES.items() if k != kind}))
    assert f"Missing: the report audit/{kind}.json" in found(gone, **{check: {}}).reason
    told = replace(gone, missing={kind: "It is switched off."})
    assert f"Missing: the report audit/{kind}.json (It is switched off)." in found(told, **{check: {}}).reason


@pytest.mark.parametrize(("value", "outcome"), [(0.0, "pass"), (0.01, "fail")])
def test_a_bound_of_none_asks_that_not_one_was_found(value: float, outcome: str) -> None:
    one = found(brought(secrets={"found": figure(0.0, value, 0.09, 32)}), secrets={"found": 0})
    assert one.outcome == outcome
    assert ("up to 9.0% might be there" in one.reason) is (outcome == "pass")


def test_too_few_rows_are_inconclusive_and_block_whatever_the_policy_says_of_doubt() -> None:
    few = {**FIGURES["membership"], "tpr": figure(0.0, 0.0, 0.02, 49)}
    one = found(brought(membership=few), membership={"doubt": "passes"})
    assert (one.outcome, one.blocks) == ("inconclusive", True)
    assert "50 rows are wanted" in one.reason


def test_doubt_may_be_let_pass() -> None:
    unsure = {"identifiers": figure(0.0, 0.05, 0.1)}
    one = found(brought(outputs=unsure), outputs={"doubt": "passes"})
    assert (one.outcome, one.blocks) == ("inconclusive", False)
    assert decide(policy(outputs={"doubt": "passes"}), brought(outputs=unsure), AT).outcome == "pass"


BLIND = figure(0.6, 0.65, 0.7)


@pytest.mark.parametrize(
    ("auc", "tpr", "outcome"),
    [
        (figure(0.48, 0.52, 0.56), figure(0.0, 0.01, 0.02), "inconclusive"),  # a low figure may be masked
        (figure(0.66, 0.69, 0.72), figure(0.05, 0.07, 0.09), "inconclusive"),  # a high one may be the rows' own
        (figure(0.71, 0.75, 0.8), figure(0.05, 0.07, 0.09), "fail"),  # beyond what the rows explain
        (figure(0.71, 0.75, 0.8), figure(0.0, 0.01, 0.02), "fail"),
    ],
)
def test_a_baseline_that_tells_rows_apart_without_the_model(auc: Figure, tpr: Figure, outcome: str) -> None:
    one = found(brought(membership={"auc": auc, "tpr": tpr, "blind_auc": BLIND}), membership={"doubt": "passes"})
    assert (one.outcome, one.blocks) == (outcome, True)
    assert ("differ in themselves" in one.reason) is (outcome == "inconclusive")


def test_secrets_and_identifiers_that_were_never_planted_or_asked_for() -> None:
    gone = replace(brought(), reports=reports({"extraction": {"difference": figure(-0.1, 0, 0.01)}}))
    assert found(gone, secrets={"unplanted": "passes"}).outcome == "pass"
    assert found(gone, extraction={"unasked": "passes"}).outcome == "pass"
    assert found(gone, secrets={}).outcome == found(gone, extraction={}).outcome == "fail"
    edited = replace(gone, refused={"audit/secrets.json": "was changed"})
    assert found(edited, secrets={"unplanted": "passes"}).outcome == "fail"
    assert found(replace(gone, planted=True), secrets={"unplanted": "passes"}).outcome == "fail"


@pytest.mark.parametrize(
    ("outcome", "smallest", "difference", "wanted"),
    [
        ("better", 0.0, (0.01, 0.1, 0.2), "pass"),
        ("no better", 0.0, (-0.2, -0.1, -0.01), "fail"),
        ("cannot tell", 0.0, (-0.1, 0.0, 0.1), "inconclusive"),
        ("better", 0.05, (0.05, 0.1, 0.2), "pass"),
        ("better", 0.05, (0.01, 0.02, 0.04), "fail"),
        ("better", 0.05, (0.01, 0.06, 0.1), "inconclusive"),
    ],
)
def test_lift(outcome: str, smallest: float, difference: Any, wanted: str) -> None:
    verdict = results().verdict
    assert verdict.deciding is not None
    deciding = replace(verdict.deciding, difference=figure(*difference))
    given = results(verdict=replace(verdict, outcome=outcome, deciding=deciding))
    assert found(brought(given), lift={"smallest": smallest}).outcome == wanted


def test_lift_without_a_comparison_or_without_results_is_missing() -> None:
    alone = results(verdict=replace(results().verdict, outcome="not compared", deciding=None))
    assert "Missing: a comparison" in found(brought(alone), lift={}).reason
    assert "Missing: results.json" in found(brought(None), lift={}).reason


def change(low: float, value: float, high: float, outcome: Any) -> Change:
    return Change(0.6, 0.6 + value, value, low, high, 0.05, 127, outcome, f"It was {outcome}.")


@pytest.mark.parametrize(
    ("accuracy", "bounds", "wanted"),
    [
        (change(-0.02, -0.01, 0.0, "kept"), {}, "pass"),
        (change(-0.2, -0.1, -0.06, "lost"), {}, "fail"),
        (change(-0.1, -0.04, 0.0, "cannot tell"), {}, "inconclusive"),
        (change(-0.02, -0.01, 0.0, "kept"), {"accuracy": 0.02}, "pass"),
        (change(-0.2, -0.1, -0.03, "kept"), {"accuracy": 0.02}, "fail"),
        (change(-0.03, -0.01, 0.0, "kept"), {"accuracy": 0.02}, "inconclusive"),
        (None, {}, "fail"),
    ],
)
def test_forgetting(accuracy: Change | None, bounds: dict[str, float], wanted: str) -> None:
    kept = results().forgetting
    assert kept is not None
    one = found(brought(results(forgetting=replace(kept, accuracy=accuracy))), forgetting=bounds)
    assert one.outcome == wanted


@pytest.mark.parametrize(("rise", "wanted"), [(0.02, "pass"), (0.2, "fail"), (0.09, "inconclusive")])
def test_perplexity_may_rise_by_the_bound(rise: float, wanted: str) -> None:
    kept = results().forgetting
    assert kept is not None
    given = replace(kept, perplexity=change(rise - 0.02, rise, rise + 0.02, "kept"))
    assert found(brought(results(forgetting=given)), forgetting={"perplexity": 0.1}).outcome == wanted


def test_forgetting_that_was_not_measured_is_missing() -> None:
    assert "Missing: what training did" in found(brought(results(forgetting=None)), forgetting={}).reason
    unfit = Forgetting(why_not=("The probes were not asked.",))
    assert "The probes were not asked" in found(brought(results(forgetting=unfit)), forgetting={}).reason


@pytest.mark.parametrize(("unmatched", "wanted"), [(0, "pass"), (40, "fail"), (10, "inconclusive")])
def test_validity_of_labels_counts_answers_that_are_none(unmatched: int, wanted: str) -> None:
    arms = tuple(replace(arm, test=arm.test and replace(arm.test, unmatched=unmatched)) for arm in results().arms)
    assert found(brought(results(arms=arms)), validity={}).outcome == wanted


def test_validity_is_measured_where_there_is_a_form_and_is_not_asked_where_there_is_none() -> None:
    measured = {"validity": figure(0.5, 0.6, 0.7)}
    arms = tuple(replace(arm, test=arm.test and replace(arm.test, figures=measured)) for arm in results().arms)
    assert found(brought(results(arms=arms, kind="json")), validity={}).outcome == "fail"
    assert found(brought(results(kind="text")), validity={}).outcome == "not applicable"
    assert "Missing" in found(brought(results(arms=())), validity={}).reason


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ("2026-03-02T23:59:59+00:00", "pass"),
        ("2026-01-31T00:00:00+00:00", "pass"),
        ("2026-01-30T23:59:59+00:00", "fail"),
        ("2026-03-03T00:00:00+00:00", "fail"),
    ],
)
def test_the_oldest_report_counts_and_none_may_be_of_a_later_day(made: str, wanted: str) -> None:
    given = replace(brought(), reports=reports(FIGURES) | reports({"membership": FIGURES["membership"]}, made))
    one = found(given, age={"days": 30})
    assert one.outcome == wanted
    assert ("audit/membership.json" in one.reason) is (made[:10] != "2026-03-02")
    assert found(replace(given, reports={}), age={}).outcome == "fail"


def test_approvals_count_people_and_not_who_trained() -> None:
    given, rules = brought(), policy(approvals={"least": 2})
    ann = Approval("Ann Lee", "a", given.evidence, rules.digest, "pass", "2026-03-02")
    files = {
        "1": ann,
        "2": replace(ann, name="ann  LEE"),
        "3": replace(ann, name="tom"),
        "4": replace(ann, name="Ben", adapter="other"),
        "5": replace(ann, name="Ben", evidence="other"),
        "6": replace(ann, name="Ben", policy="other"),
    }
    decision = decide(rules, replace(given, approvals=files), AT)
    assert decision.outcome == "fail"
    assert decision.void == {
        "3": "who trained it may not approve it",
        "4": "it was given to another adapter",
        "5": "the evidence has changed since",
        "6": "the policy has changed since",
    }
    both = decide(rules, replace(given, approvals={**files, "7": replace(ann, name="Ben")}), AT)
    assert both.outcome == "pass"
    assert both.approved_by == ("Ann Lee", "Ben")


def test_what_is_not_required_decides_nothing() -> None:
    bad = brought(outputs={"identifiers": figure(0.5, 0.6, 0.7)})
    decision = decide(policy(outputs={"required": False}, age={}), bad, AT)
    assert [one.outcome for one in decision.findings] == ["fail", "pass"]
    assert decision.outcome == "pass"


def test_a_fail_outweighs_what_cannot_be_told_and_both_outweigh_a_pass() -> None:
    unsure = brought(results(), outputs={"identifiers": figure(0.0, 0.05, 0.1)})
    assert decide(policy(outputs={}, lift={}), unsure, AT).outcome == "inconclusive"
    assert decide(policy(outputs={}, lift={}, approvals={}), unsure, AT).outcome == "fail"
    assert decide(policy(lift={}), replace(unsure, refused={"data/card.json": "is another"}), AT).outcome == "fail"


def test_the_order_of_reports_and_of_approvals_changes_nothing() -> None:
    given, rules = brought(results()), policy(redteam={}, membership={}, age={}, approvals={})
    ann = Approval("Ann", "a", given.evidence, rules.digest, "pass", "2026-03-02")
    files = {"1": ann, "2": replace(ann, name="Ben"), "3": replace(ann, name="Tom")}
    turned = replace(
        given,
        reports={
            kind: replace(one, figures=dict(reversed(one.figures.items())))
            for kind, one in reversed(given.reports.items())
        },
        approvals=dict(reversed(files.items())),
    )
    assert decide(rules, replace(given, approvals=files), AT).digest == decide(rules, turned, AT).digest


def test_a_baseline_that_may_as_well_be_at_chance_leaves_the_attack_to_be_judged() -> None:
    doubtful = {**FIGURES["membership"], "blind_auc": figure(0.48, 0.58, 0.68)}
    assert found(brought(membership=doubtful), membership={}).outcome == "pass"


def test_categories_that_were_not_asked_fail_by_their_names() -> None:
    given = brought()
    left = replace(given.reports["redteam"], details={"left_out": ["inside_information", "jailbreak"]})
    one = found(replace(given, reports={**given.reports, "redteam": left}), redteam={"doubt": "passes"})
    assert (one.outcome, one.blocks) == ("fail", True)
    assert "the probes of inside information, which were not asked" in one.reason
    assert "the probes of jailbreak" in one.reason


def asking(kind: str, asked: Mapping[str, Any]) -> Dossier:
    given = brought()
    return replace(given, reports={**given.reports, kind: replace(given.reports[kind], asked=asked)})


STRENGTHS = [
    ("exposure", "canaries", {"digits": 2}, {"digits": 3}, "canaries were asked for secrets of 2 digits, and", "3 at"),
    ("secrets", "secrets", {"samples": 0}, {"samples": 4}, "asked for 0 samples of each answer, and", "4 at least"),
    ("membership", "membership", {"membership": {"rows": 99}}, {"rows": 100}, "asked for 99 rows of either", "100 at"),
    ("extraction", "extraction", {"extraction": {"rows": 9, "samples": 4}}, {"rows": 10}, "asked for 9 rows", "10 at"),
    ("extraction", "extraction", {"extraction": {"rows": 10, "samples": 3}}, {"samples": 4}, "asked for 3 sam", "4 at"),
    ("redteam", "redteam", {"each": 4, "max_tokens": 24}, {"each": 5}, "red team was asked for 4 probes of a", "5 at"),
    ("redteam", "redteam", {"each": 5, "max_tokens": 8}, {"max_tokens": 32}, "asked for answers of 8 tokens", "32 at"),
]


@pytest.mark.parametrize(("check", "kind", "asked", "least", "said", "wanted"), STRENGTHS)
def test_an_attack_that_was_asked_for_less_than_the_policy_wants_says_nothing(
    check: str, kind: str, asked: dict[str, Any], least: dict[str, int], said: str, wanted: str
) -> None:
    """Whatever the policy says of doubt: whoever trains sets how hard the attacks try."""
    rules = {check: {"asked": least, "doubt": "passes"}}
    one = found(asking(kind, asked), **rules)
    assert (one.outcome, one.blocks) == ("inconclusive", True)
    assert said in one.reason
    assert f"and the policy wants {wanted}" in one.reason
    assert found(asking(kind, ASKED[kind]), **rules).outcome == "pass"


def test_a_report_that_does_not_say_how_hard_it_tried_says_nothing() -> None:
    for asked in ({}, {"max_tokens": 48}, {"each": "all", "max_tokens": 48}, {"each": True, "max_tokens": 48}):
        one = found(asking("redteam", asked), redteam={"doubt": "passes"})
        assert (one.outcome, one.blocks) == ("inconclusive", True)
        assert "audit/redteam.json does not say how many each" in one.reason
    assert found(asking("membership", {"membership": None}), membership={}).outcome == "inconclusive"


def test_a_weak_attack_that_finds_harm_all_the_same_fails() -> None:
    weak = asking("outputs", {})
    report = weak.reports["redteam"]
    shown = replace(report, figures={**report.figures, "overall_change": figure(0.1, 0.2, 0.3)}, asked={})
    one = found(replace(weak, reports={**weak.reports, "redteam": shown}), redteam={})
    assert (one.outcome, "beyond" in one.reason) == ("fail", True)


def test_what_was_asked_for_is_told_where_it_is_enough() -> None:
    assert (
        "The red team was asked for all probes of a category and answers of 48 tokens."
        in found(brought(), redteam={"overall": 0.5, "category": 0.5}).reason
    )
    assert "All 4 figures are as they should be." in found(brought(), redteam={"overall": 0.5, "category": 0.5}).reason


QUICK = Recipe.model_validate(
    {
        "data": {"train": "a.csv"},
        "audit": {
            "canaries": {"digits": 3},
            "membership": {"rows": 100},
            "extraction": {"rows": 10, "samples": 0},
            "redteam": {"each": 5, "max_tokens": 24},
        },
    }
).audit
WHOLE = Recipe.model_validate({"data": {"train": "a.csv"}}).audit


def as_asked(audit: Audit) -> dict[str, dict[str, Any]]:
    """What reports say that they were asked for, under these settings."""
    return {
        "canaries": {"digits": audit.canaries.digits},
        "secrets": {"samples": audit.extraction.samples},
        "membership": {"membership": audit.membership.model_dump()},
        "extraction": {"extraction": audit.extraction.model_dump()},
        "outputs": {},
        "redteam": {"each": audit.redteam.each, "max_tokens": audit.redteam.max_tokens},
    }


@pytest.mark.parametrize("name", shipped())
def test_the_default_takes_a_quick_audit_and_every_other_policy_wants_a_whole_one(name: str) -> None:
    for audit, enough in ((WHOLE, True), (QUICK, name == "default")):
        given = brought()
        asked = as_asked(audit)
        reports = {kind: replace(report, asked=asked[kind]) for kind, report in given.reports.items()}
        decision = decide(read_policy(name).policy, replace(given, reports=reports), AT)
        lines = [line for one in decision.findings for line in one.lines if line.name == "asked"]
        assert len(lines) == len(
            {"exposure", "secrets", "membership", "extraction", "redteam"} & {one.check for one in decision.findings}
        )
        assert {line.outcome for line in lines} == {"pass" if enough else "inconclusive"}


def test_a_whole_audit_is_all_probes_of_every_category() -> None:
    each = Counter(probe.category for probe in read_pack())
    assert read_policy("release").policy.checks.redteam.asked.each >= max(each.values())


def test_of_many_figures_that_cannot_be_told_the_first_are_said_and_those_too_few_before_them() -> None:
    doubtful = {f"topic{n}_change": figure(-0.1, 0.1, 0.3) for n in range(6)}
    few = {"topic6_change": figure(-0.5, 0.1, 0.9, rows=3)}
    one = found(brought(redteam={**FIGURES["redteam"], **doubtful, **few}), redteam={"doubt": "passes"})
    assert (one.outcome, one.blocks) == ("inconclusive", True)
    assert "too few to say anything" in one.reason.split(". ")[0] + one.reason.split(". ")[1]
    assert one.reason.count("the evidence cannot tell") == 2
    assert one.reason.endswith("Of 4 more figures it cannot be told either.")
    assert len([line for line in one.lines if line.outcome == "inconclusive"]) == 7
