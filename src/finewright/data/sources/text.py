"""Plain text: a file is one document; a folder's .txt files are one each, by name. Knows nothing of what they say.

A date in a file's name (20160127, 2016-01-27) is the document's time.
"""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.files import digest_file, digest_json
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources.row import Row, Rows
from finewright.data.text import opened

ENDING = ".txt"
_DATE = re.compile(r"(?<!\d)(\d{4})([-_]?)(\d{2})\2(\d{2})(?!\d)")


def rows(path: Path, settings: Data) -> Rows:
    """A row a document, with the columns `text` and, where the name holds a date, `time`.

    A file that is no text in `settings.encoding` is refused at the line where that shows, and the others still come.
    Raises DataError for a folder without text files.
    """
    for file in documents(path):
        try:
            with opened(file, settings.encoding) as stream:
                text = stream.read()
        except DataError as fault:
            line = (fault.place and fault.place.line) or 1
            yield Refusal(file.name, line, fault.what, fault.remedy)
            continue
        yield Row(1, {"text": text} | _time(file.stem), file.name)


def documents(path: Path) -> Sequence[Path]:
    """The text files that `path` stands for, sorted by name. Raises DataError for a folder that has none."""
    if not path.is_dir():
        return [path]
    found = sorted(entry for entry in path.iterdir() if entry.is_file() and entry.suffix.casefold() == ENDING)
    if not found:
        raise DataError(
            f"the folder has no {ENDING} files", place=Place(path), remedy="put one document a file into it"
        )
    return found


def digest(path: Path) -> str:
    """SHA-256 of a data file, or of the names and contents of a folder's documents."""
    if not path.is_dir():
        return digest_file(path)
    return digest_json({file.name: digest_file(file) for file in documents(path)})


def _time(name: str) -> dict[str, str]:
    """The one date that a name holds, in ISO 8601; nothing where it holds none or several."""
    found = {day for match in _DATE.finditer(name) if (day := _day(match))}
    return {"time": found.pop()} if len(found) == 1 else {}


def _day(match: re.Match[str]) -> str | None:
    try:
        return date(int(match[1]), int(match[3]), int(match[4])).isoformat()
    except ValueError:
        return None
