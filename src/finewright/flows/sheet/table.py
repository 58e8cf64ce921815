"""A sheet as a table for spreadsheets: a row an item, empty columns to fill in. The page saves the same table, filled.

Columns: item, one for each heading of the blocks, answer, comment, seconds, sheet (the digest). UTF-8 with a byte
order mark and CRLF, as spreadsheets want it.
"""

import csv
import io
from collections.abc import Sequence

from finewright.flows.sheet.cells import guarded
from finewright.flows.sheet.sheet import Item, Sheet

ITEM, ANSWER, COMMENT, SECONDS, SHEET = "item", "answer", "comment", "seconds", "sheet"


def headings(sheet: Sheet) -> tuple[str, ...]:
    """The headings of all blocks, each once, in the order in which they first appear."""
    return tuple(dict.fromkeys(block.title for item in sheet.items for block in item.blocks))


def columns(sheet: Sheet) -> list[str]:
    """The header of the table."""
    return [ITEM, *headings(sheet), ANSWER, COMMENT, SECONDS, SHEET]


def texts(item: Item, of: Sequence[str]) -> list[str]:
    """What the item shows under each heading; nothing where it has no such block."""
    shown = {block.title: block.text for block in item.blocks}
    return [shown.get(title, "") for title in of]


def table(sheet: Sheet) -> str:
    """The table with nothing filled in. Its text begins with the byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns(sheet))
    titles = headings(sheet)
    for item in sheet.items:
        shown = (guarded(one) for one in texts(item, titles))
        writer.writerow([item.id, *shown, "", "", "", sheet.digest])
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"
