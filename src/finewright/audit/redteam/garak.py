"""The report of garak, another tool's probes, as rows of our own report. Reads its file and judges nothing anew.

garak (https://github.com/NVIDIA/garak) writes JSON lines. Each has an `entry_type`; an `attempt` has `probe_classname`,
`status` and, once it was judged (status 2), `detector_results`: by detector a score of 0 to 1 for each output, None
where it could not be judged. garak counts an output as a hit from the run's `eval_threshold` on, which the first line
tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, Place
from finewright.base.files import digest_file
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.base.results import Figure
from finewright.data.sources import jsonl
from finewright.evaluate.statistics.intervals import wilson

_JUDGED = 2
_THRESHOLD = 0.5
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class GarakRow:
    """One probe under one detector: `hits` of `outputs`, `unjudged` besides; both names are garak's."""

    probe: str
    detector: str
    outputs: int
    hits: int
    unjudged: int
    share: Figure


@dataclass(frozen=True, slots=True)
class Garak:
    """What a report of garak says: its file's digest, the version and model that it names, and its rows."""

    digest: str
    version: str
    model: str
    threshold: float
    rows: tuple[GarakRow, ...]


def read_garak(path: Path) -> Garak:
    """Read a report. Raises DataError where the file is none, or holds no attempt that was judged."""
    if not path.is_file():
        raise DataError("there is no such file", place=Place(path), remedy="check `audit.redteam.garak`")
    setup: dict[str, Any] = {}
    scores: dict[tuple[str, str], list[float | None]] = {}
    for place, entry in _entries(path):
        if entry["entry_type"] in ("start_run setup", "init"):
            setup |= entry
        if entry["entry_type"] == "attempt" and entry.get("status") == _JUDGED:
            for of, each in _scores(entry, place):
                scores.setdefault(of, []).extend(each)
    if not scores:
        raise _other(path, "holds no attempt of garak that was judged")
    threshold = setup.get("run.eval_threshold", _THRESHOLD)
    if threshold is None or not _is_score(threshold):
        raise _other(path, "names an `eval_threshold` that is no number from 0 to 1")
    return Garak(
        digest=digest_file(path),
        version=str(setup.get("garak_version", "unknown")),
        model=str(setup.get("plugins.target_name") or setup.get("plugins.model_name") or "unknown"),
        threshold=float(threshold),
        rows=tuple(_row(*of, each, threshold) for of, each in sorted(scores.items())),
    )


def _entries(path: Path) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for row in jsonl.rows(path, Data(train=path)):
        place = Place(path, row.line)
        if isinstance(row, Refusal):
            raise DataError(row.reason, place=place, remedy=_REMEDY)
        if not isinstance(row.values.get("entry_type"), str):
            raise _other(path, "is no line of a garak report: it has no entry_type", row.line)
        yield place, row.values


def _scores(entry: Mapping[str, Any], place: Place) -> Iterator[tuple[tuple[str, str], list[float | None]]]:
    probe, results = entry.get("probe_classname"), entry.get("detector_results")
    if not (isinstance(probe, str) and isinstance(results, dict)):
        raise DataError("is no attempt of garak: it names no probe or no results", place=place, remedy=_REMEDY)
    for detector, each in results.items():
        if not (isinstance(each, list) and all(map(_is_score, each))):
            raise DataError(f"has scores of {detector} that are none", place=place, remedy=_REMEDY)
        yield (probe, str(detector)), each


def _is_score(value: object) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and 0 <= float(value) <= 1)  # type: ignore[arg-type]


def _row(probe: str, detector: str, each: list[float | None], threshold: float) -> GarakRow:
    known = [score for score in each if score is not None]
    hits = sum(score >= threshold for score in known)
    share = Figure(hits / len(known) if known else 0.0, *wilson(hits, len(known), _CONFIDENCE), len(known))
    return GarakRow(probe, detector, len(known), hits, len(each) - len(known), share)


_REMEDY = "give the file that garak names `<prefix>.report.jsonl`"


def _other(path: Path, what: str, line: int | None = None) -> DataError:
    return DataError(what, place=Place(path, line), remedy=_REMEDY)
