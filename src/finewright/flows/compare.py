"""`compare`: two finished runs beside each other, arm by arm on the same test rows. Reads files, runs no model.

The pair of tuned arms is the one that is asked about, and its p-value stands as it is; those of the other arms are
adjusted for their number. Runs on other test rows are refused: their figures say nothing about each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place
from finewright.base.files import read_json
from finewright.base.records import PREFERRED
from finewright.base.results import ArmResult, Contrast, Figure, Results
from finewright.evaluate.contrast import records_contrast
from finewright.evaluate.results_file import read as read_results
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.words import p_value, percent, points
from finewright.flows.folder import RunFolder

_UNSAID = frozenset({"name", "output.runs"})


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs: its verdict, and minutes and bytes of what it trained, None where it trained nothing."""

    name: str
    folder: Path
    outcome: str
    minutes: float | None
    trained_bytes: int | None


@dataclass(frozen=True, slots=True)
class Pair:
    """An arm of both runs: the share that each got right, and `contrast`: the second run's against the first's."""

    arm: str
    title: str
    first: Figure
    second: Figure
    contrast: Contrast


@dataclass(frozen=True, slots=True)
class Differing:
    """A setting that the runs do not share, with both values."""

    key: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs beside each other; `arms` begins with the tuned ones, where both trained."""

    first: Side
    second: Side
    figure: str
    rows: int
    confidence: float
    arms: tuple[Pair, ...]
    settings: tuple[Differing, ...]
    looks: int
    sentence: str
    advice: str


def compare(first: Path, second: Path) -> Comparison:
    """Compare two run folders.

    Raises InputError where one holds no finished run, where their test rows are not the same, where such runs have no
    arms, or where they have no measured arm in common.
    """
    folders = [RunFolder(path) for path in (first, second)]
    one, other = (finished(folder) for folder in folders)
    settings = [_settings(folder) for folder in folders]
    confidence = float(settings[0]["evaluate.confidence"])
    require_same_rows(one, other, second)
    arms = _pairs(one, other, confidence, second)
    looks = max(one.looks, other.looks)
    return Comparison(
        first=_side(one, folders[0]),
        second=_side(other, folders[1]),
        figure=one.deciding_figure,
        rows=arms[0].contrast.rows,
        confidence=confidence,
        arms=arms,
        settings=tuple(_differing(*settings)),
        looks=looks,
        sentence=_sentence(arms[0], one, other, confidence),
        advice=_advice(looks),
    )


def finished(folder: RunFolder) -> Results:
    """The results of a finished run. Raises InputError where the folder holds none."""
    if not folder.results.exists():
        remedy = "name the folder of a run; one that was stopped is finished by the command that began it"
        raise InputError("holds no finished run", place=Place(folder.root), remedy=remedy)
    return read_results(folder.results)


def _settings(folder: RunFolder) -> dict[str, Any]:
    return {row["key"]: row["value"] for row in read_json(folder.resolved)}


def require_same_rows(one: Results, other: Results, second: Path) -> None:
    """Raise InputError, naming the second run, where the two were measured on other test rows."""
    if one.kind != other.kind or one.data.get("test_digest") != other.data.get("test_digest"):
        raise InputError(
            "was measured on other test rows, so the two cannot be compared",
            place=Place(second),
            remedy="give both recipes the same seed and data, or the same file as `data.test`, and run them again",
        )


def _pairs(one: Results, other: Results, confidence: float, second: Path) -> tuple[Pair, ...]:
    """The arms that both runs measured: tuned ones first, with their own p-values; Holm's of all others."""
    if other.kind in (*PREFERRED, "documents"):
        remedy = "hold the figures of both reports against each other"
        raise InputError(f"is a run on {other.kind}, which has no arms to compare", place=Place(second), remedy=remedy)
    theirs = {arm.name: arm for arm in other.arms if arm.test}
    shared = [(arm, theirs[arm.name]) for arm in one.arms if arm.test and arm.name in theirs]
    if not shared:
        remedy = "run both recipes with an arm that is the same"
        raise InputError("has no measured arm in common with the other run", place=Place(second), remedy=remedy)
    tuned = [_pair(*both, one.deciding_figure, confidence, second) for both in shared if both[0].trained]
    rest = [_pair(*both, one.deciding_figure, confidence, second) for both in shared if not both[0].trained]
    adjusted = holm([pair.contrast.p for pair in rest])
    return *tuned, *(
        replace(pair, contrast=replace(pair.contrast, adjusted=p)) for pair, p in zip(rest, adjusted, strict=True)
    )


def _pair(mine: ArmResult, theirs: ArmResult, figure: str, confidence: float, second: Path) -> Pair:
    assert mine.test is not None
    assert theirs.test is not None
    if mine.test.correct.keys() != theirs.test.correct.keys():
        raise InputError(
            f"its arm {theirs.name} answered other rows of the same test part",
            place=Place(second),
            remedy="give both recipes the same seed and `evaluate.test_rows`, and run them again",
        )
    contrast = records_contrast(theirs, mine, confidence)
    return Pair(mine.name, theirs.title, mine.test.figures[figure], theirs.test.figures[figure], contrast)


def _side(results: Results, folder: RunFolder) -> Side:
    seconds, size = (results.training.get(key) for key in ("seconds", "adapter_bytes"))
    return Side(
        name=results.name,
        folder=folder.root,
        outcome=results.verdict.outcome,
        minutes=None if seconds is None else seconds / 60,
        trained_bytes=size,
    )


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[Differing]:
    for key in [*first, *(key for key in second if key not in first)]:
        if key not in _UNSAID and first.get(key) != second.get(key):
            yield Differing(key, first.get(key), second.get(key))


def _sentence(pair: Pair, one: Results, other: Results, confidence: float) -> str:
    """What the first pair says, with both shares, the difference, its interval and the p-value."""
    found = pair.contrast
    significant = (found.p if found.adjusted is None else found.adjusted) < 1 - confidence
    difference, low, high = found.difference.value, points(found.difference.low), points(found.difference.high)
    told = "better" if difference > 0 else "worse"
    said = (
        f"{percent(pair.second.value)} against {percent(pair.first.value)} of {found.rows:,} rows, a difference of "
        f"{points(difference)} points ({100 * confidence:g}% interval {low} to {high}, {found.test} {p_value(found.p)})"
    )
    names = f"{pair.title} of the second run ({other.name})", f"the first run's ({one.name})"
    if significant:
        return f"{names[0]} is {told} than {names[1]}: {said}."
    return f"It cannot be told whether {names[0]} is better than {names[1]}: {said}."


def _advice(looks: int) -> str:
    """What comparing on test rows costs."""
    times = "once" if looks == 1 else f"by {looks:,} runs"
    return (
        f"These test rows were measured on {times}; each choice that is made by them makes them less of a test. Choose "
        "settings by `finewright sweep`, on validation rows, and confirm the last choice on rows that are new."
    )
