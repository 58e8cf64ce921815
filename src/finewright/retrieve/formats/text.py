"""Plain text and Markdown: the file is one section, as it stands. Knows nothing of what it says."""

from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.data.text import opened
from finewright.retrieve.section import Reading, Section


def text(path: Path) -> Reading:
    """The whole file. Raises DataError where it is no UTF-8 text and has no byte order mark, or is binary."""
    return Reading((Section(whole_text(path)),))


def whole_text(path: Path) -> str:
    """The file's text, line ends kept. Raises DataError as `text` does."""
    with opened(path, "utf-8") as stream:
        found = stream.read()
    if "\0" in found:
        raise DataError("is binary, not text", place=Place(path), remedy="leave it out, or convert it to text")
    return found
