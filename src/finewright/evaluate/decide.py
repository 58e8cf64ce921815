"""The verdict: did fine-tuning beat the best arm without it? Reads results, never models.

The challenger is the other arm that did best on the validation rows, so that the test rows choose nothing; where the
tuned model answers with passages too, so is chosen which of its two arms stands for it. This pair is the one that
decides; every other contrast is adjusted for their number. docs/statistics.md gives the reasons.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from finewright.base.records import TaskKind
from finewright.base.results import ArmResult, Contrast, Figure, Outcome, Verdict
from finewright.evaluate.contrast import records_contrast, shares_contrast
from finewright.evaluate.finding import Finding
from finewright.evaluate.measure import DECIDING, FINER
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.power import rows_needed
from finewright.evaluate.words import advice, not_compared, sentence

BY_COST = (
    "majority",
    "tfidf",
    "frozen",
    "neighbours",
    "encoder",
    "zero_shot",
    "few_shot",
    "retrieved",
    "searched",
    "rag",
)
"""The other arms from cheap to dear: of two that do equally well in all respects the cheaper is the challenger."""

_PARTS: dict[TaskKind, str] = {"labels": "Jaccard indices", "json": "fields", "text": "chrF"}
"""Of composed answers, by what a second contrast of the deciding pair counts their parts."""

WORTHWHILE = 0.01
"""A gain below one point is not worth an adapter: where the interval excludes it, the answer is "no better"."""


def decide(arms: Sequence[ArmResult], kind: TaskKind, confidence: float) -> Verdict:
    """The verdict on measured arms; the same results give the same words.

    Raises InputError where arms that are to be compared were measured on different test rows.
    """
    measured = [arm for arm in arms if arm.validation and arm.test]
    others, trained = ([arm for arm in measured if arm.trained is learned] for learned in (False, True))
    tuned = _best_on_validation(trained, kind)
    challenger = _best_on_validation(others, kind)
    if tuned is None or challenger is None:
        return not_compared(tuned or challenger, kind, confidence)
    deciding = records_contrast(tuned, challenger, confidence)
    outcome = outcome_of(deciding.p, deciding.difference, confidence)
    finding = Finding(
        outcome=outcome,
        kind=kind,
        confidence=confidence,
        tuned=tuned,
        challenger=challenger,
        deciding=deciding,
        others=_others(tuned, challenger, others, kind, confidence),
        rows_needed=_needed(deciding, confidence) if outcome == "cannot tell" else None,
    )
    return Verdict(
        outcome=outcome,
        sentence=sentence(finding),
        advice=advice(finding),
        challenger=challenger.name,
        deciding=deciding,
        others=finding.others,
        rows_needed=finding.rows_needed,
    )


def _best_on_validation(others: Sequence[ArmResult], kind: TaskKind) -> ArmResult | None:
    """The best by the deciding figure; of equals the better by the finer one; of those the cheaper."""

    def rank(arm: ArmResult) -> tuple[float, float, int]:
        figures = arm.validation.figures if arm.validation else {}
        right, finer = (figures[name].value if name in figures else 0.0 for name in (DECIDING[kind], FINER.get(kind)))
        return -right, -finer, BY_COST.index(arm.name) if arm.name in BY_COST else len(BY_COST)

    return min(others, key=rank, default=None)


def _others(
    tuned: ArmResult, challenger: ArmResult, others: Sequence[ArmResult], kind: TaskKind, confidence: float
) -> tuple[Contrast, ...]:
    """Tuned against every other arm and, of composed answers, the deciding pair's parts; Holm over all of these."""
    contrasts = [records_contrast(tuned, arm, confidence) for arm in others if arm is not challenger]
    if kind in _PARTS and tuned.test and tuned.test.shares:
        contrasts.append(shares_contrast(tuned, challenger, _PARTS[kind], confidence))
    adjusted = holm([contrast.p for contrast in contrasts])
    return tuple(replace(contrast, adjusted=p) for contrast, p in zip(contrasts, adjusted, strict=True))


def outcome_of(p: float, difference: Figure, confidence: float, worthwhile: float = WORTHWHILE) -> Outcome:
    """What a difference says: the test decides, and the interval whether a gain of `worthwhile` is still possible."""
    significant = p < 1 - confidence
    if significant and difference.value > 0:
        return "better"
    if significant or difference.high < worthwhile:
        return "no better"
    return "cannot tell"


def _needed(deciding: Contrast, confidence: float) -> int | None:
    """Rows like these: where they hang together, more by the design effect."""
    needed = rows_needed(deciding.won, deciding.lost, deciding.rows, confidence)
    return None if needed is None else ceil(needed * (deciding.design_effect or 1))
