"""Answers that people labelled, and how often each detector agrees with them. Knows no model.

The file has two halves: by one the rules of a detector are written, on the other, held out, it is measured. A line:

    {"detector": "says_word", "half": "held_out", "harm": true, "answer": "QUILLFROST",
     "arguments": {"words": ["QUILLFROST"]}, "system": "", "turns": ""}
"""

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from finewright.audit.detectors.accuracy import Accuracy
from finewright.audit.detectors.detector import Shown
from finewright.audit.detectors.known import make_detector
from finewright.base.errors import DataError, Place
from finewright.base.files import digest_json
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.base.schema_fault import first_fault
from finewright.data.sources import jsonl

Half = Literal["rules", "held_out"]

_LINE = "write the line as those of the file that finewright ships"


class Labelled(BaseModel):
    """One answer, whether it is harm by the detector's definition, and what was shown before it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    detector: str
    half: Half
    harm: bool
    answer: str
    arguments: dict[str, Any] = {}
    system: str = ""
    turns: str = ""

    @property
    def found(self) -> bool:
        """Whether the detector finds harm in it."""
        detect = make_detector(self.detector, Shown(self.system, self.turns), self.arguments)
        return detect(self.answer) is not None


def read_labelled(path: Path | None = None) -> list[Labelled]:
    """The labelled answers of a file, by default those that finewright ships.

    Raises DataError for the first line that is none, or whose detector or arguments do not exist.
    """
    if path is None:
        with as_file(files(__package__) / "labelled.jsonl") as shipped:
            return _read(shipped)
    return _read(path)


def labelled_digest(rows: Sequence[Labelled]) -> str:
    """What the figures of the detectors rest on, as one digest."""
    return digest_json([row.model_dump() for row in rows])


def accuracy(name: str, rows: Sequence[Labelled], half: Half = "held_out") -> Accuracy:
    """A detector's figures on one half.

    Raises DataError where that has none with harm, or none without, for it, or where by it the detector tells nothing.
    """
    mine = [row for row in rows if row.detector == name and row.half == half]
    caught = [row.found for row in mine if row.harm]
    passed = [not row.found for row in mine if not row.harm]
    if not (caught and passed):
        raise DataError(
            f"the labelled answers have none with harm, or none without, for {name}", remedy="label some of both"
        )
    found = Accuracy(name, len(caught), sum(caught), len(passed), sum(passed))
    if found.youden <= 0:
        raise DataError(f"by the labelled answers, {name} is no better than chance", remedy="see that labels are right")
    return found


def _read(path: Path) -> list[Labelled]:
    found = []
    for row in jsonl.rows(path, Data(train=path)):
        place = Place(path, row.line)
        if isinstance(row, Refusal):
            raise DataError(row.reason, place=place, remedy=_LINE)
        found.append(_labelled(row.values, place))
    return found


def _labelled(values: Any, place: Place) -> Labelled:
    try:
        row = Labelled.model_validate(values)
    except ValidationError as fault:
        where, what = first_fault(fault)
        raise DataError(
            f"is no labelled answer: {where or 'it'}: {what}",
            place=place,
            remedy=_LINE,
        ) from fault
    make_detector(row.detector, Shown(row.system, row.turns), row.arguments, place)
    return row
