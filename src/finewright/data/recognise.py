"""What a file's rows look like, told from its first rows and said in one sentence. Reads no files itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import Place
from finewright.base.recipe import Data
from finewright.data.columns import LABELS, Header, chat_column, chat_columns, text_columns
from finewright.data.sources.row import Row

_TYPES = {"csv": "CSV", "jsonl": "JSON lines", "json": "JSON", "parquet": "Parquet"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a file is read: its type and shape, the column of each role, and the sentence that tells the user.

    Roles are `input`, `answer` (absent for a chat), and `group` and `time` where there are any.
    """

    type: str
    shape: str
    columns: Mapping[str, str]
    said: str


def recognise(path: Path, kind: str, first: Sequence[Row], settings: Data) -> Recognised:
    """Shape and columns of a file of this type. Raises DataError where they are unclear, naming the key to set."""
    names = list(dict.fromkeys(name for row in first for name in row.values))
    header = Header(names, Place(path))
    shape = settings.shape if settings.shape != "auto" else _shape(header, first, settings)
    columns = (
        chat_columns(header, settings.columns) if shape == "chat" else text_columns(header, settings.columns, shape)
    )
    if shape == "auto":
        shape = "labelled" if columns["answer"].strip().casefold() in LABELS else "prompt"
    return Recognised(kind, shape, columns, f"{path.name} is {_TYPES[kind]} of {_said(shape, columns)}.")


def _shape(header: Header, first: Sequence[Row], settings: Data) -> str:
    """`chat`, or `auto` where the name of the answer column will tell."""
    column = chat_column(header, settings.columns)
    return "chat" if column and any(isinstance(row.values.get(column), list) for row in first) else "auto"


def _said(shape: str, columns: Mapping[str, str]) -> str:
    extra = "".join(f", the {role} is '{columns[role]}'" for role in ("group", "time") if role in columns)
    if shape == "chat":
        return f"chats: the last assistant turn of '{columns['input']}' is the answer{extra}"
    what = {"labelled": ("texts with labels", "label"), "prompt": ("prompts with completions", "answer")}[shape]
    return f"{what[0]}: the input is '{columns['input']}', the {what[1]} is '{columns['answer']}'{extra}"
