"""Published numbering schemes as checks, by their names in python-stdnum. Knows no pattern and no kind.

The schemes are loaded when first asked for: loading them all would slow every command down.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import cast

from finewright.privacy.recogniser import Check

_SEPARATORS = str.maketrans("", "", " \t\u00a0\u202f.-/")


def bare(written: str) -> str:
    """Upper case, without blanks, dots, hyphens and slashes."""
    return written.translate(_SEPARATORS).upper()


@cache
def _validator(scheme: str) -> Callable[[str], str]:
    return cast(Callable[[str], str], import_module(f"stdnum.{scheme}").validate)


def conforms(scheme: str, number: str) -> bool:
    """Whether a number follows a scheme, `br.cpf`, with whatever checksum that scheme has."""
    try:
        return bool(_validator(scheme)(number))
    except (ValueError, KeyError, IndexError, TypeError):  # what schemes raise for what is no number of theirs
        return False


def standard(scheme: str) -> Check:
    """The check of one scheme; the written form is the bare one."""

    def check(written: str) -> str | None:
        number = bare(written)
        return number if conforms(scheme, number) else None

    return check


def luhn(number: str) -> bool:
    """Whether digits agree with their last one (ISO/IEC 7812-1, annex B)."""
    return conforms("luhn", number)
