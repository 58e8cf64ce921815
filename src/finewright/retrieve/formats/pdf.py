"""PDF: the text layer of each page, by pypdf. Pictures are not read: a scan has no text and is refused."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.retrieve.section import Reading, Section


def pdf(path: Path) -> Reading:
    """A section for each page that has text. Raises DataError where it is encrypted, damaged, or has no text at all."""
    with _quiet():
        sections = tuple(_sections(path))
    if not sections:
        raise DataError(
            "has no text that can be read", place=Place(path), remedy="it may be a scan: run text recognition on it"
        )
    return Reading(sections)


def _sections(path: Path) -> Iterator[Section]:
    # pypdf takes a fifth of a second to import, which readers of other formats need not pay.
    from pypdf import PasswordType, PdfReader

    try:
        reader = PdfReader(path)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise _encrypted(path)
        for number, page in enumerate(reader.pages, 1):
            text = page.extract_text().replace("\0", "")
            if text.strip():
                yield Section(text, page=number)
    except DataError:
        raise
    except MemoryError:
        raise
    except Exception as fault:  # whatever a parser stumbles over in a file that others wrote
        if type(fault).__name__ == "DependencyError":
            raise _encrypted(path) from fault
        raise DataError(
            f"is no PDF that can be read ({type(fault).__name__})", place=Place(path), remedy="export it again"
        ) from fault


def _encrypted(path: Path) -> DataError:
    return DataError("is encrypted", place=Place(path), remedy="save it without a password")


@contextmanager
def _quiet() -> Iterator[None]:
    """pypdf tells every oddity of a file on standard error, which a refusal says in one sentence."""
    log = logging.getLogger("pypdf")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
