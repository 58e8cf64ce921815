"""A run's figures by any column of its data. Reads the run folder and the data file; computes no answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_json, read_json, read_jsonl, write_json
from finewright.base.nearest import nearest
from finewright.base.recipe import Data, Evaluate
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.records import PREFERRED, Record, TaskKind
from finewright.base.results import Results
from finewright.data.load import rows_of
from finewright.data.shapes.field import text_of
from finewright.data.sources import text
from finewright.data.sources.row import Row
from finewright.evaluate.slices import Slice, sliced, slices_sentence
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder

LABEL = "label"
GROUP = "group"
"""What the slices by the wanted label and by the rows' group are called."""


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
    _check_arms(folder, results)
    return sliced_by(column, _stored_values(folder, results, [column])[column], results, _confidence(folder))


def keep_slices(run: Path, column: str) -> Sliced:
    """As `slices_of`; the column's values are kept in the run's folder, from which its report shows them ever after."""
    folder = RunFolder(run)
    results = finished(folder)
    _check_arms(folder, results)
    values = _stored_values(folder, results, [column])
    write_values(folder, values)
    return sliced_by(column, values[column], results, _confidence(folder))


def slices_in(folder: RunFolder, results: Results, records: Sequence[Record]) -> list[Sliced]:
    """The slices that the report shows: by label and by group, where two are large enough to compare, and by every
    column whose values are kept.

    `records` are the shared test rows. Raises StorageError where what was kept was edited.
    """
    own: dict[str, dict[str, str]] = {}
    if results.kind == "classes":
        own[LABEL] = {record.id: record.answer for record in records}
    if any(record.group is not None for record in records):
        own[GROUP] = {record.id: record.group or "" for record in records}
    confidence = _confidence(folder)
    found = [sliced_by(name, values, results, confidence) for name, values in own.items()]
    large = [one for one in found if sum(not of.small for of in one.slices) > 1]
    return large + [sliced_by(name, values, results, confidence) for name, values in _kept(folder).items()]


def sliced_by(column: str, values: Mapping[str, str], results: Results, confidence: float) -> Sliced:
    """The shared test rows by `values`, which are by record id and of all these rows."""
    arms = [arm for arm in results.arms if arm.test is not None]
    shared = {row: values[row] for row in (arms[0].test.correct if arms and arms[0].test else ())}
    challenger = results.verdict.challenger
    titles = {arm.name: arm.title for arm in arms}
    found = sliced(arms, shared, challenger, confidence)
    tuned = next((arm.title for arm in arms if arm.trained), "")
    said = slices_sentence(found, tuned, titles.get(challenger or "", ""), confidence)
    return Sliced(column, results.deciding_figure, titles, found, said)


def values_of(path: Path, data: Data, lines: Mapping[int, str], columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """By column the text of each row, by the id that `lines` has for its line.

    Raises InputError where the file has no such column.
    """
    found: dict[str, dict[str, str]] = {column: {} for column in columns}
    names: dict[str, None] = {}
    for row in rows_of(path, data):
        if isinstance(row, Row) and row.line in lines:
            names |= dict.fromkeys(row.values)
            for column, values in found.items():
                values[lines[row.line]] = text_of(row.values.get(column))
    for column in columns:
        if column not in names:
            like = nearest(column, list(names))
            remedy = f"did you mean '{like}'" if like else f"name one of {', '.join(names)}"
            raise InputError(f"there is no column '{column}'", place=Place(path), remedy=remedy)
    return found


def asked_values(resolved: ResolvedRecipe, kind: TaskKind, records: Sequence[Record]) -> dict[str, dict[str, str]]:
    """The values of the columns of `evaluate.slices` by record id, of all test rows.

    Raises InputError where the file lacks one, or where a run of this kind has no arms to show figures of.
    """
    recipe = resolved.recipe
    if recipe.evaluate.slices and kind in (*PREFERRED, "documents"):
        raise InputError(
            f"evaluate.slices: a run on {kind} has no arms to show figures of",
            place=resolved.place("evaluate.slices"),
            remedy="remove it",
        )
    if not recipe.evaluate.slices:
        return {}
    lines = {record.line: record.id for record in records}
    return values_of(recipe.data.test or recipe.data.train, recipe.data, lines, recipe.evaluate.slices)


def lacking(folder: RunFolder, columns: Sequence[str]) -> list[str]:
    """Those of the columns whose values are not kept."""
    kept = _kept(folder) if columns else {}
    return [column for column in columns if column not in kept]


def write_values(folder: RunFolder, columns: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the values of columns by record id, beside those that are kept, for the report."""
    every = {**_kept(folder), **columns}
    if every:
        write_json(folder.slices, {"digest": digest_json(every), "columns": every})


def _kept(folder: RunFolder) -> dict[str, dict[str, str]]:
    if not folder.slices.exists():
        return {}
    stored: Any = read_json(folder.slices)
    if not isinstance(stored, dict) or stored.get("digest") != digest_json(stored.get("columns")):
        remedy = "remove it, and name the columns again by `finewright show RUN --by COLUMN --report`"
        raise StorageError("was changed after it was written", place=Place(folder.slices), remedy=remedy)
    columns: dict[str, dict[str, str]] = stored["columns"]
    return columns


def _check_arms(folder: RunFolder, results: Results) -> None:
    if not any(arm.test is not None for arm in results.arms):
        raise InputError(
            "has no arms that answered test rows", place=Place(folder.root), remedy="name a run that measured some"
        )


def _confidence(folder: RunFolder) -> float:
    rows = {row["key"]: row["value"] for row in read_json(folder.resolved)}
    return float(rows.get("evaluate.confidence", Evaluate.model_fields["confidence"].default))


def _stored_values(folder: RunFolder, results: Results, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns' texts by record id, of every test row, from the file of a finished run."""
    settings = {row["key"]: row["value"] for row in read_json(folder.resolved)}
    part = "test" if settings["data.test"] else "train"
    path = Path(settings[f"data.{part}"])
    _check_unchanged(path, results.data["files"][part]["digest"])
    lines = {record["line"]: record["id"] for record in read_jsonl(folder.part("test"))}
    return values_of(path, _data(settings), lines, columns)


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
