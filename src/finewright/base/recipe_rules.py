"""What the schema cannot say about a recipe: files that must exist, and rules between keys.

Each rule reads the document as written, so that it is told together with the schema's faults and not after them.
"""

import codecs
import stat
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, InputError
from finewright.base.nearest import nearest
from finewright.base.places import located, mode_at
from finewright.base.recipe import Split
from finewright.base.recipe_adapter import adapter_faults
from finewright.base.recipe_admission import privacy_faults
from finewright.base.recipe_endpoint import endpoint_faults
from finewright.base.recipe_grid import grid_faults
from finewright.base.recipe_judge import judge_faults
from finewright.base.recipe_objective import objective_faults
from finewright.base.recipe_style import style_faults
from finewright.base.yaml_lines import Document

DATA_FILES = ("train", "validation", "test")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "iso-8859-15", "cp1252", "cp1250", "cp437", "ascii")


def rule_faults(document: Document) -> list[InputError]:
    """All breaches of the rules beyond the schema, in no order. Values of a wrong type are the schema's affair."""
    return [*_breaches(document), *grid_faults(document, _breaches)]


def _breaches(document: Document) -> list[InputError]:
    files = [fault for name in DATA_FILES if (fault := _missing_file(document, name))]
    written = document.get("train", "start")
    start = located(written, document.file.parent) if isinstance(written, str) else None
    adapter = adapter_faults(document, start)
    objective = objective_faults(document, document.file.parent)
    rules = [*_unknown_encoding(document), *_nothing_left(document), *_not_documents(document)]
    asked = [*judge_faults(document), *endpoint_faults(document)]
    return [*files, *rules, *adapter, *objective, *style_faults(document), *privacy_faults(document), *asked]


def nearest_file(path: Path) -> str | None:
    """The name in the same folder most like a file that is not there, or None."""
    try:
        return nearest(path.name, sorted(entry.name for entry in path.parent.iterdir()))
    except OSError:
        return None


def _missing_file(document: Document, name: str) -> InputError | None:
    written = document.get("data", name)
    if not isinstance(written, str):
        return None
    path, place = located(written, document.file.parent), document.place(("data", name))
    found = mode_at(path)
    if found and stat.S_ISDIR(found) and not _reads_documents(document):
        remedy = "name a file inside it, or set `data.type: text` for a folder of documents"
        return DataError(f"data.{name} names the folder {written!r}", place=place, remedy=remedy)
    if found:
        return None
    like = nearest_file(path)
    remedy = f"did you mean {like!r}" if like else "paths are relative to the recipe's folder"
    return DataError(f"data.{name}: there is no file {written!r}", place=place, remedy=remedy)


_DOCUMENTS = {("task", "kind"): "documents", ("data", "shape"): "documents", ("data", "type"): "text"}
"""Keys any of which asks for continued pretraining on documents, with the value that does."""


def _reads_documents(document: Document) -> bool:
    return any(document.get(*key) == value for key, value in _DOCUMENTS.items())


def _not_documents(document: Document) -> list[InputError]:
    """A key that asks for something else where another asks for documents: only files may be of several types."""
    if not _reads_documents(document):
        return []
    asked = {key: document.get(*key) for key in (("task", "kind"), ("data", "shape"))}
    return [
        InputError(
            f"{'.'.join(key)}: {value} does not go with documents",
            place=document.place(key),
            remedy=f"remove {'.'.join(key)}, or do not ask for documents or plain text elsewhere",
        )
        for key, value in asked.items()
        if isinstance(value, str) and value not in ("auto", "documents")
    ]


def _unknown_encoding(document: Document) -> list[InputError]:
    encoding = document.get("data", "encoding")
    if not isinstance(encoding, str) or _known_encoding(encoding):
        return []
    remedy = f"write encoding: {nearest(encoding, _ENCODINGS) or 'utf-8'}"
    place = document.place(("data", "encoding"))
    return [InputError(f"data.encoding: {encoding!r} is no text encoding", place=place, remedy=remedy)]


def _known_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except (LookupError, ValueError):
        return False


def _nothing_left(document: Document) -> list[InputError]:
    """Shares for validation and test that leave no row to learn from."""
    shares = [_share(document, name) for name in ("validation", "test")]
    if None in shares or sum(share for share in shares if share) < 1:
        return []
    return [
        InputError(
            f"split.validation and split.test are {shares[0]} and {shares[1]}, which leaves no row to learn from",
            place=document.place(("split",)),
            remedy="write shares that add up to less than 1, such as 0.15 and 0.2",
        )
    ]


def _share(document: Document, name: str) -> float | None:
    """The share that a part takes from the training file; 0 where it has a file, None where it is no number."""
    if document.get("data", name):
        return 0.0
    value: Any = document.get("split", name)
    value = Split.model_fields[name].default if value is None else value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
