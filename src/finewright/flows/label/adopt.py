"""`label import`: a person's answers to data files that a recipe can name. Reads files, runs no model.

New rows go to the training part and nowhere else: rows chosen because they are hard would make a test set harder than
the work is. So parts that the recipe splits off are written as files as well, and nothing measured on them moves.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.base.files import write_text
from finewright.base.records import Record
from finewright.flows.label.folder import Job, check_free, read_job
from finewright.flows.label.rows import Rows, labelled_rows
from finewright.flows.sheet.answers import read

_ROLES = ("input", "answer", "group", "time")
_PLAIN = ("labelled", "prompt")


@dataclass(frozen=True, slots=True)
class Adopted:
    """How many rows were added or corrected or confirmed, how many were left open, and the files by recipe key."""

    added: int
    corrected: int
    confirmed: int
    left_open: int
    files: dict[str, Path]


def label_import(folder: Path, answers: Path, out: Path) -> Adopted:
    """Read the answers to the job in `folder` and write the recipe's data files anew, into `out`.

    Raises InputError or DataError, before anything is written, where answers, job and recipe do not belong together.
    """
    check_free(out)
    job = read_job(folder)
    said = {one.item: one.answer for one in read(answers, job.sheet, complete=False)}
    if not said:
        raise InputError("answers nothing", place=Place(answers), remedy="label some rows first")
    known = labelled_rows(job.recipe)
    if known.shape not in _PLAIN:
        what = f"the recipe's rows are of the shape {known.shape}, which is not written back"
        raise InputError(what, place=Place(job.recipe), remedy="set the answers of the sheet in your own file")
    train, corrected = _trained(job, known, said)
    parts: dict[str, Sequence[Record]] = {"train": train, **_split_off(known)}
    files = {f"data.{name}": out / f"{name}.csv" for name in parts}
    for name, path in zip(parts, files.values(), strict=True):
        write_text(path, _table(parts[name], known.columns, known.recipe.data.delimiter or ","))
    added = len(said) if job.kind == "queue" else 0
    confirmed = len(said) - corrected - added
    return Adopted(added, corrected, confirmed, len(job.rows) - len(said), files)


def _trained(job: Job, known: Rows, said: Mapping[str, str]) -> tuple[list[Record], int]:
    """The training part with what was said, and how many labels that changed."""
    if job.kind == "queue":
        return [*known.parts.train, *(replace(one, answer=said[one.id]) for one in job.rows if one.id in said)], 0
    present = {record.id for record in known.parts.train}
    gone = next((one for one in job.rows if one.id in said and one.id not in present), None)
    if gone is not None:
        what = "the row has changed, or left the training part, since its label was asked about"
        raise InputError(what, place=Place(gone.source, gone.line), remedy="run `finewright label errors` again")
    changed = sum(said.get(record.id, record.answer) != record.answer for record in known.parts.train)
    return [replace(one, answer=said.get(one.id, one.answer)) for one in known.parts.train], changed


def _split_off(known: Rows) -> dict[str, Sequence[Record]]:
    """The held-out parts that have no file yet."""
    data, parts = known.recipe.data, known.parts
    held: dict[str, Sequence[Record]] = {"validation": parts.validation, "test": parts.test}
    return {name: rows for name, rows in held.items() if getattr(data, name) is None}


def _table(records: Sequence[Record], columns: Mapping[str, str], delimiter: str) -> str:
    """The rows as CSV, under the names that the training file has for the same columns."""
    roles = [role for role in _ROLES if role in columns]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([columns[role] for role in roles])
    for record in records:
        values = {"input": record.text, "answer": record.answer, "group": record.group, "time": record.time}
        writer.writerow([values[role] or "" for role in roles])
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"
