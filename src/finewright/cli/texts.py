"""Texts that nobody has labelled: one a line, from a file or standard input. Blank lines are passed over."""

import sys
from pathlib import Path

from finewright.base.errors import DataError, Place


def texts_of(file: Path) -> list[str]:
    """The texts in `file`, or of standard input where it is `-`, in order.

    Raises DataError naming the line where the file is absent or no UTF-8 text.
    """
    lines = _decoded(_content(file), file).split("\n")
    return [line.strip() for line in lines if line.strip()]


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as fault:
        raise DataError(
            f"the texts cannot be read ({fault.strerror})", place=Place(file), remedy="name a file of texts, one a line"
        ) from fault


def _decoded(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise DataError("is not UTF-8 text", place=Place(file, line), remedy="save it as UTF-8") from fault
