"""What a judge found about two arms: from replies to counts, effects, agreement, and whether it may decide.

Reads replies, never models. The file that holds it carries the digest of all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.recipe_judge import INCONCLUSIVE, PREFERRED, Criterion
from finewright.base.recipe_judge import Judge as Settings
from finewright.base.results import Figure, Outcome
from finewright.evaluate.decide import outcome_of
from finewright.evaluate.judge.bias import Effect, Shown, effects
from finewright.evaluate.judge.pairwise import Compared, Pair, compared
from finewright.evaluate.judge.people import TIE, Agreement, Label, agreement
from finewright.evaluate.measure import resampled
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.statistics.paired import paired_bootstrap


@dataclass(frozen=True, slots=True)
class Judged:
    """One row: the level of each criterion by arm, None where inconclusive, and the comparison in both orders."""

    record: str
    levels: dict[str, dict[str, str | None]]
    pair: Pair


@dataclass(frozen=True, slots=True)
class Rated:
    """One criterion over all rows.

    `counts` by arm are those of each level and of what was inconclusive. `means` by arm are of the scale from 0, the
    worst level, to 1, over the rows that are conclusive for that arm; `difference`, first arm less second, and `p` are
    over the rows that are conclusive for both. None where there are none.
    """

    criterion: str
    counts: dict[str, dict[str, int]]
    means: dict[str, Figure | None]
    difference: Figure | None
    p: float | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """All of it. `judge` says who was asked and how; `outcome` is of the first arm against the second, and None where
    the judge may not decide, because it was not held against people or does not agree with them."""

    run: str
    judge: dict[str, Any]
    arms: tuple[str, str]
    confidence: float
    threshold: float
    rated: tuple[Rated, ...]
    compared: Compared
    effects: tuple[Effect, ...]
    agreement: tuple[Agreement, ...]
    decides: bool
    outcome: Outcome | None
    rows: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a judgement rests on: the rows judged, both arms' answers and what was right, by record, and labels."""

    rows: tuple[Judged, ...]
    answers: Mapping[str, tuple[str, str]]
    right: Mapping[str, tuple[bool, bool]]
    labels: tuple[Label, ...]


def judgement(
    asked: Asked, settings: Settings, arms: tuple[str, str], confidence: float, *, run: str, judge: dict[str, Any]
) -> Judgement:
    """From rows and labels to a judgement; the same rows give the same."""
    pairs = [row.pair for row in asked.rows]
    found = compared(pairs, confidence)
    shown = [Shown(pair, asked.answers[pair.record], asked.right[pair.record]) for pair in pairs]
    agreed = _agreements(asked, settings, arms, confidence)
    decides = any(one.criterion == PREFERRED and one.decides for one in agreed)
    return Judgement(
        run=run,
        judge=judge,
        arms=arms,
        confidence=confidence,
        threshold=settings.kappa,
        rated=tuple(_rated(one, asked.rows, arms, confidence) for one in settings.criteria),
        compared=found,
        effects=effects(shown, confidence),
        agreement=agreed,
        decides=decides,
        outcome=_outcome(found, confidence) if decides else None,
        rows=asked.rows,
    )


def _outcome(found: Compared, confidence: float) -> Outcome | None:
    if found.p is None or found.difference is None:
        return None
    return outcome_of(found.p, found.difference, confidence)


def write(path: Path, found: Judgement) -> None:
    """Write a judgement with the digest of its content, whole or not at all."""
    content = asdict(found)
    write_json(path, {"digest": digest_json(content), "judgement": content})


def read(path: Path) -> Judgement:
    """The judgement that `write` wrote. Raises StorageError where it is damaged, or was edited."""
    stored = read_json(path)
    try:
        if stored["digest"] != digest_json(stored["judgement"]):
            raise ValueError("its content is not what was written")
        return TypeAdapter(Judgement).validate_python(stored["judgement"])
    except (KeyError, TypeError, ValueError, ValidationError) as fault:
        raise StorageError(
            "holds no judgement that can be relied on: it was edited or damaged",
            place=Place(path),
            remedy="remove it and run the same command again; replies that are stored are not asked for anew",
        ) from fault


def _agreements(asked: Asked, settings: Settings, arms: tuple[str, str], confidence: float) -> tuple[Agreement, ...]:
    scales = {one.name: tuple(one.levels) for one in settings.criteria} | {PREFERRED: (*arms, TIE)}
    rows = {row.record: row for row in asked.rows}
    by_name = {name: [label for label in asked.labels if label.criterion == name] for name in scales}
    return tuple(
        agreement(labels, {one: _said(one, rows, arms) for one in labels}, scales[name], confidence, settings.kappa)
        for name, labels in by_name.items()
        if labels
    )


def _said(label: Label, rows: Mapping[str, Judged], arms: tuple[str, str]) -> str | None:
    row = rows[label.record]
    if label.arm is not None:
        return row.levels[label.criterion][label.arm]
    standing = row.pair.standing
    return {"won": arms[0], "lost": arms[1], "inconclusive": None}.get(standing, TIE)


def _rated(criterion: Criterion, rows: Sequence[Judged], arms: tuple[str, str], confidence: float) -> Rated:
    names, top = criterion.levels, len(criterion.levels) - 1
    said = {arm: [row.levels[criterion.name][arm] for row in rows] for arm in arms}
    counts = {
        arm: {name: said[arm].count(None if name == INCONCLUSIVE else name) for name in (*names, INCONCLUSIVE)}
        for arm in arms
    }
    height = {arm: [None if one is None else names.index(one) / top for one in said[arm]] for arm in arms}
    means = {arm: _mean([one for one in height[arm] if one is not None], confidence) for arm in arms}
    both = [one - other for one, other in zip(*height.values(), strict=True) if one is not None and other is not None]
    if not both:
        return Rated(criterion.name, counts, means, None, None)
    low, high, p = paired_bootstrap(np.array(both), confidence)
    if min(both) == max(both):
        low, high = _alike(both[0], len(both), confidence)
    return Rated(criterion.name, counts, means, Figure(float(np.mean(both)), low, high, len(both)), p)


def _alike(value: float, rows: int, confidence: float) -> tuple[float, float]:
    """Differences that are all alike resample to themselves: as many others as `rows` could have missed, by Wilson's
    interval, may lie at either end of -1..1."""
    missed = 1 - wilson(rows, rows, confidence)[0]
    return value - missed * (1 + value), value + missed * (1 - value)


def _mean(heights: Sequence[float], confidence: float) -> Figure | None:
    values = np.array(heights)
    return resampled(lambda weights: weights @ values / len(values), len(values), confidence) if heights else None
