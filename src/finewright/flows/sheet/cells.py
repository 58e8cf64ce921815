"""Cells that a spreadsheet takes for what they say: a formula is never run, a figure or date never rewritten.

A cell that begins like a formula, or is all digits and signs, gets an apostrophe in front, and so does one that has
it already: `bare(guarded(text)) == text` for every text. The page does the same in its script.
"""

import re

FORMULA_LIKE = r"'*(?:[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]|[\d\s.,:/%+\-]+$)"
"""A regular expression, from the start of a cell, that Python and browsers read alike."""

_GUARDED = re.compile(FORMULA_LIKE)


def guarded(text: str) -> str:
    """The text as it may stand in a spreadsheet's cell."""
    return f"'{text}" if _GUARDED.match(text) else text


def bare(cell: str) -> str:
    """The text of a cell that `guarded` made."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell[1:]) else cell
