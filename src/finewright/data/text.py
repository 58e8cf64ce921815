"""Text files as they come from other people: byte order marks, wrong encodings, files that are no text.

Knows nothing of rows. A byte order mark decides over the encoding that was asked for.
"""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from finewright.base.errors import DataError, Place

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TEXT = (
    (b"PAR1", "is a Parquet file", "set `data.type: parquet`"),
    (b"PK\x03\x04", "is a spreadsheet or ZIP file", "save it as CSV (UTF-8) and give that file"),
    (b"\xd0\xcf\x11\xe0", "is an old spreadsheet file", "save it as CSV (UTF-8) and give that file"),
    (b"\x1f\x8b", "is compressed with gzip", "unpack it and give the unpacked file"),
    (b"%PDF", "is a PDF", "give a CSV, JSONL, JSON or Parquet file"),
)
_CANDIDATES = ("utf-8", "cp1252", "latin-1")
_HEAD = 4096


@contextmanager
def opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text, line ends kept as they are.

    Raises DataError where the file is no text, and, from within the block, where its bytes are not in `encoding`:
    with the line, the byte and the encoding to try.
    """
    actual = _settled(path, encoding)
    try:
        with path.open(encoding=actual, newline="") as stream:
            yield stream
    except UnicodeError as fault:
        raise _undecodable(path, actual) from fault


def _settled(path: Path, encoding: str) -> str:
    """The encoding to read with. Raises DataError for files that are no text, or plainly in another encoding."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for start, what, remedy in _NO_TEXT:
        if head.startswith(start):
            raise DataError(what, place=Place(path), remedy=remedy)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    asked = _known(path, encoding)
    if marked is None and (wide := _wide(head)) and not asked.startswith(("utf-16", "utf-32")):
        what = f"is not {asked} text: every other byte is zero"
        raise DataError(what, place=Place(path), remedy=f"set `data.encoding: {wide}`")
    return marked or asked


def _known(path: Path, encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        what = f"cannot be read with the unknown encoding '{encoding}'"
        raise DataError(what, place=Place(path), remedy="set `data.encoding` to utf-8, cp1252 or utf-16") from None
    return codecs.lookup(encoding).name


def _wide(head: bytes) -> str | None:
    """The UTF-16 flavour of text without a byte order mark, told by where its zero bytes stand."""
    enough = max(2, len(head) // 4)
    low, high = head[0::2].count(0), head[1::2].count(0)
    if max(low, high) < enough or min(low, high) > enough // 2:
        return None
    return "utf-16-le" if high > low else "utf-16-be"


def _undecodable(path: Path, encoding: str) -> DataError:
    line, byte = _first_fault(path, encoding)
    plain = encoding.removesuffix("-sig")
    other = next((name for name in _CANDIDATES if name != plain and _first_fault(path, name) == (0, 0)), "latin-1")
    remedy = f"save it as UTF-8 or set `data.encoding: {other}`"
    return DataError(f"byte {byte} of the file is not {plain} text", place=Place(path, line), remedy=remedy)


def _first_fault(path: Path, encoding: str) -> tuple[int, int]:
    """1-based line and byte offset of the first undecodable byte; (0, 0) where all can be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset = 1, 0
    with path.open("rb") as stream:
        for block in stream:
            held = len(decoder.getstate()[0])
            try:
                line += decoder.decode(block).count("\n")
            except UnicodeError as fault:
                return line, offset - held + getattr(fault, "start", 0) + 1
            offset += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return line, offset
    return 0, 0
