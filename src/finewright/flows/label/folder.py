"""The folder of a labelling job: the page and the table for a person, and what is needed to read the answers back."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import InputError, Place
from finewright.base.files import read_json, write_json, write_text
from finewright.base.records import Record
from finewright.flows.sheet.page import page
from finewright.flows.sheet.sheet import Choice, Item, Sheet
from finewright.flows.sheet.table import table

Kind = Literal["queue", "errors"]

_JOB, PAGE, TABLE = "job.json", "page.html", "sheet.csv"
_KEYS = "123456789"
_TITLES = {"queue": "rows to label", "errors": "labels that may be wrong"}


@dataclass(frozen=True, slots=True)
class Job:
    """What a person was asked: new rows of a `queue`, or rows of the training part that may be `errors`."""

    kind: Kind
    recipe: Path
    sheet: Sheet
    rows: tuple[Record, ...]


def sheet_of(recipe: str, what: Kind, asked: str, labels: Sequence[str], items: Sequence[Item]) -> Sheet:
    """The sheet that asks for one of the labels; up to nine have a digit each as their key, of more none has one."""
    keys = _KEYS if len(labels) <= len(_KEYS) else " " * len(labels)
    return Sheet(
        name=re.sub(r"[^A-Za-z0-9]+", "-", f"{recipe}-{what}"),
        title=f"{recipe}: {_TITLES[what]}",
        instructions=asked,
        question="Which label is right?",
        choices=tuple(Choice(label, label, key.strip()) for label, key in zip(labels, keys, strict=False)),
        items=tuple(items),
    )


def check_free(folder: Path) -> None:
    """Raise InputError where the folder holds something already, be it answers to an earlier job."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError("is not empty and is left as it is", place=Place(folder), remedy="name a new folder")


def write_job(folder: Path, job: Job) -> None:
    """Write page, table and job; the job last, so that a folder with one is whole."""
    write_text(folder / PAGE, page(job.sheet))
    write_text(folder / TABLE, table(job.sheet))
    write_json(folder / _JOB, asdict(job) | {"recipe": str(job.recipe.absolute())})


def read_job(folder: Path) -> Job:
    """The job of a folder. Raises InputError where there is none, StorageError where it is damaged."""
    path = folder / _JOB
    if not path.is_file():
        raise InputError("holds no labelling job", place=Place(folder), remedy="name what `--out` named")
    try:
        return TypeAdapter(Job).validate_python(read_json(path))
    except ValidationError as fault:
        raise InputError("is damaged", place=Place(path), remedy="make the job anew") from fault
