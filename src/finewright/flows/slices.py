"""A finished run's figures by any column of its data. Reads the run folder and the data file; computes no answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place
from finewright.base.files import read_json, read_jsonl
from finewright.base.nearest import nearest
from finewright.base.recipe import Data
from finewright.base.results import Results
from finewright.data.load import rows_of
from finewright.data.shapes.field import text_of
from finewright.data.sources import text
from finewright.data.sources.row import Row
from finewright.evaluate.slices import Slice, sliced, slices_sentence
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Sliced:
    """The slices of a run by a column, and the sentence that they come to; `titles` are the measured arms' by name."""

    column: str
    figure: str
    titles: dict[str, str]
    slices: list[Slice]
    sentence: str


def slices_of(run: Path, column: str) -> Sliced:
    """The run's shared test rows by the values of a column of the file that they come from.

    Raises InputError where the folder holds no finished run with arms, where the file is gone or has changed since, or
    where it has no such column.
    """
    folder = RunFolder(run)
    results = finished(folder)
    arms = [arm for arm in results.arms if arm.test is not None]
    if not arms or arms[0].test is None:
        raise InputError(
            "has no arms that answered test rows", place=Place(run), remedy="name a run that measured some"
        )
    settings = {row["key"]: row["value"] for row in read_json(folder.resolved)}
    values = _values(folder, results, settings, column)
    shared = {row: values[row] for row in arms[0].test.correct}
    confidence, challenger = float(settings["evaluate.confidence"]), results.verdict.challenger
    titles = {arm.name: arm.title for arm in arms}
    found = sliced(arms, shared, challenger, confidence)
    tuned = next((arm.title for arm in arms if arm.trained), "")
    said = slices_sentence(found, tuned, titles.get(challenger or "", ""), confidence)
    return Sliced(column, results.deciding_figure, titles, found, said)


def _values(folder: RunFolder, results: Results, settings: Mapping[str, Any], column: str) -> dict[str, str]:
    """The column's text by record id, of every test row."""
    part = "test" if settings["data.test"] else "train"
    path = Path(settings[f"data.{part}"])
    _check_unchanged(path, results.data["files"][part]["digest"])
    lines = {record["line"]: record["id"] for record in read_jsonl(folder.part("test"))}
    found: dict[str, str] = {}
    names: dict[str, None] = {}
    for row in rows_of(path, _data(settings)):
        if isinstance(row, Row) and row.line in lines:
            names |= dict.fromkeys(row.values)
            found[lines[row.line]] = text_of(row.values.get(column))
    if column not in names:
        like = nearest(column, list(names))
        remedy = f"did you mean '{like}'" if like else f"name one of {', '.join(names)}"
        raise InputError(f"there is no column '{column}'", place=Place(path), remedy=remedy)
    return found


def _check_unchanged(path: Path, digest: str) -> None:
    if not path.is_file():
        raise InputError("the run's data file is gone", place=Place(path), remedy="put it back where it was")
    if text.digest(path) != digest:
        raise InputError("has changed since the run", place=Place(path), remedy="put the old file back, or run again")


def _data(settings: Mapping[str, Any]) -> Data:
    """The section `data` of the run's recipe."""
    section: dict[str, Any] = {"columns": {}}
    for key, value in settings.items():
        match key.split("."):
            case ["data", "columns", name]:
                section["columns"][name] = value
            case ["data", name]:
                section[name] = value
    return Data.model_validate(section)
