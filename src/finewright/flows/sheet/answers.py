"""Answers as a person gave them, read back from the table that the page saves or a spreadsheet filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources import csv
from finewright.data.sources.row import Row
from finewright.flows.sheet.cells import bare
from finewright.flows.sheet.sheet import Choice, Item, Sheet
from finewright.flows.sheet.table import ANSWER, COMMENT, ITEM, SECONDS, SHEET, headings, texts

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Answered:
    """One item's answer: the value of a choice, a comment (may be empty), and seconds looked at, where known."""

    item: str
    answer: str
    comment: str = ""
    seconds: float | None = None


def digest_in(path: Path) -> str:
    """The digest of the sheet that the file says it answers. Raises DataError where it is no such table."""
    for row in _rows(path):
        return str(row.values[SHEET]).strip()
    raise DataError("holds no answers", place=Place(path), remedy="give the CSV file that was saved from the page")


def read(path: Path, sheet: Sheet, *, complete: bool = True) -> list[Answered]:
    """The answers of a file, in its order; items that are not answered are left out.

    Raises DataError, naming the row, where the file belongs to another sheet, where an item is unknown or comes twice,
    where a text that was shown has been changed, where an answer is none of the choices, and, if the answers must
    be `complete`, where one is missing.
    """
    items, titles = {item.id: item for item in sheet.items}, headings(sheet)
    found: dict[str, Answered] = {}
    open_items: dict[str, str] = {}
    for row in _rows(path):
        place = Place(path, row.line)
        _check_sheet(row, sheet, titles, place)
        item = _item(row, items, place)
        if item.id in found or item.id in open_items:
            raise DataError(f"the item {item.id} comes a second time", place=place, remedy="remove one of the rows")
        _check_texts(row, item, titles, place)
        if said := bare(row.values[ANSWER]).strip():
            found[item.id] = Answered(item.id, _choice(said, sheet, place), *_asides(row, place))
        else:
            open_items[item.id] = f"{item.id} (row {row.line})"
    open_items |= {name: f"{name} (no row)" for name in items if name not in found and name not in open_items}
    if complete and open_items:
        raise _incomplete(path, list(open_items.values()), len(items))
    return list(found.values())


def _rows(path: Path) -> Iterator[Row]:
    """Rows of a table. Raises DataError where the file is absent, one cannot be read, or a column is missing."""
    if not path.is_file():
        raise DataError("there is no such file", place=Place(path), remedy="give the CSV file that was saved")
    for row in csv.rows(path, Data(train=path, type="csv")):
        if isinstance(row, Refusal):
            raise DataError(row.reason, place=Place(path, row.line), remedy=row.remedy)
        missing = next((name for name in (ITEM, ANSWER, SHEET) if name not in row.values), None)
        if missing is not None:
            raise DataError(
                f"has no column '{missing}'",
                place=Place(path),
                remedy="give the CSV file that was saved from the page, or the sheet's own CSV, filled in",
            )
        yield row


def _check_sheet(row: Row, sheet: Sheet, titles: tuple[str, ...], place: Place) -> None:
    if str(row.values[SHEET]).strip() != sheet.digest:
        raise DataError("the row belongs to another sheet", place=place, remedy="give each sheet's answers as a file")
    missing = next((title for title in titles if title not in row.values), None)
    if missing is not None:
        raise DataError(f"the column '{missing}' is gone", place=place, remedy="put back what the sheet showed")


def _item(row: Row, items: Mapping[str, Item], place: Place) -> Item:
    name = bare(row.values[ITEM]).strip()
    if name not in items:
        raise DataError(f"the item '{name}' is not on this sheet", place=place, remedy="remove the row")
    return items[name]


def _check_texts(row: Row, item: Item, titles: tuple[str, ...], place: Place) -> None:
    """Line ends are the spreadsheet's own affair; everything else is what the person was shown."""
    for title, shown in zip(titles, texts(item, titles), strict=True):
        if _lines(bare(row.values[title])) != _lines(shown):
            raise DataError(
                f"'{title}' of the item {item.id} is not what the sheet showed",
                place=place,
                remedy="the sheet was edited, or changed by a spreadsheet: fill in the page or an unchanged CSV",
            )


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _choice(said: str, sheet: Sheet, place: Place) -> str:
    """The value of a choice that was named by its value, its label or its key, in any case of letters."""
    for named in (_value, _label, _key):
        for choice in sheet.choices:
            if said.casefold() == named(choice).casefold():
                return choice.value
    allowed = ", ".join(choice.value for choice in sheet.choices[:9]) + (", ..." if len(sheet.choices) > 9 else "")
    raise DataError(f"the answer '{said}' is none of the choices", place=place, remedy=f"write one of: {allowed}")


def _value(choice: Choice) -> str:
    return choice.value


def _label(choice: Choice) -> str:
    return choice.label


def _key(choice: Choice) -> str:
    return choice.key


def _asides(row: Row, place: Place) -> tuple[str, float | None]:
    """Comment and seconds; both may be absent."""
    comment, seconds = bare(row.values.get(COMMENT, "")), bare(row.values.get(SECONDS, "")).strip()
    if not seconds:
        return comment, None
    try:
        return comment, float(seconds.replace(",", "."))
    except ValueError as fault:
        raise DataError(f"'{seconds}' is no number of seconds", place=place, remedy="empty the cell") from fault


def _incomplete(path: Path, open_items: list[str], number: int) -> DataError:
    named = ", ".join(open_items[:_NAMED]) + (", ..." if len(open_items) > _NAMED else "")
    return DataError(
        f"{len(open_items)} of {number} items have no answer: {named}",
        place=Place(path),
        remedy="answer them; the page goes on where it was left",
    )
