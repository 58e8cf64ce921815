"""Which source reads a file, told by its name and first bytes; and files that are not there. Knows no rows."""

from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.nearest import nearest

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_HEAD = 1024


def file_type(path: Path, asked: str, shape: str = "auto") -> str:
    """csv, jsonl, json, parquet or text. Raises DataError for a file that is missing, empty or of no known kind.

    Many exports call JSON lines `.json`, so that suffix alone does not decide: an array begins with `[`. A `.txt` file
    or a folder of them is text where rows of the shape `documents` are asked for.
    """
    documents = asked == "text" or (asked == "auto" and shape == "documents")
    if documents and path.is_dir():
        return "text"
    head = _head(path)
    if asked != "auto":
        return asked
    known = _SUFFIXES.get(path.suffix.casefold())
    if known is None:
        raise DataError(
            f"its kind cannot be told from the ending '{path.suffix}'",
            place=Place(path),
            remedy="set `data.type` to csv, jsonl, json, parquet or text",
        )
    if documents and path.suffix.casefold() == ".txt":
        return "text"
    return "jsonl" if known == "json" and _is_lines(head) else known


def _is_lines(head: bytes) -> bool:
    """Whether an object ends on the line it begins on, as it does in JSON lines; long lines may not end in the head."""
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n")[0].rstrip()
    return first.startswith(b"{") and len(first) > 1 and (first.endswith(b"}") or len(first) > _HEAD // 2)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise DataError("is a folder, not a file", place=Place(path), remedy="name a file in it") from None
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise DataError(f"cannot be opened ({reason})", place=Place(path), remedy="check its permissions") from fault
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise DataError("the file is empty", place=Place(path), remedy="give a file with examples")
    return head


def _missing(path: Path) -> DataError:
    if not path.parent.is_dir():
        return DataError("there is no such folder", place=Place(path.parent), remedy="check the path in the recipe")
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    found = nearest(path.name, names)
    remedy = f"did you mean '{found}'?" if found else "check the path in the recipe"
    return DataError("there is no such file", place=Place(path), remedy=remedy.removesuffix("?"))
