"""Sheets as tables: what a spreadsheet may do to them, what it may not, and every way to fill one in wrongly."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.flows.sheet.answers import Answered, digest_in, read
from finewright.flows.sheet.cells import bare, guarded
from finewright.flows.sheet.page import page
from finewright.flows.sheet.sheet import Block, Choice, Item, Sheet
from finewright.flows.sheet.table import table

FORMULA = '=HYPERLINK("http://example.invalid","x")'
CHOICES = (Choice("left", "Left one", "1"), Choice("tie", "Tie", "0"), Choice("right", "Right one", "2"))
ITEMS = (
    Item("aa", (Block("Text", "line one\nline two; with, signs"), Block("Left", FORMULA), Block("Right", "-5"))),
    Item("bb", (Block("Text", "été"), Block("Left", "1.50"), Block("Right", ""))),
)
SHEET = Sheet("review-1", "Title", "Read it.", "Which?", CHOICES, ITEMS)


def filled(*answers: str, sheet: Sheet = SHEET) -> list[list[str]]:
    """The cells of the table, header first, with these answers."""
    rows = list(csv.reader(io.StringIO(table(sheet).removeprefix("\ufeff"))))
    for row, answer in zip(rows[1:], answers, strict=False):
        row[4] = answer
    return rows


def saved(path: Path, rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@given(st.text(max_size=30))
def test_every_cell_comes_back_and_none_is_a_formula(text: str) -> None:
    assert bare(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_what_spreadsheets_rewrite_is_guarded_and_words_are_not() -> None:
    assert [guarded(text) for text in ("1.50", "03/04", "plain", "'quoted'", "'=x")] == [
        "'1.50",
        "'03/04",
        "plain",
        "'quoted'",
        "''=x",
    ]


@pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8-sig"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_a_table_filled_in_by_a_spreadsheet_is_read(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = saved(tmp_path / "a.csv", filled("LEFT", "0"), delimiter, encoding)
    assert digest_in(path) == SHEET.digest
    assert read(path, SHEET) == [Answered("aa", "left"), Answered("bb", "tie")]


def test_values_labels_and_keys_are_answers(tmp_path: Path) -> None:
    for said in ("right", "Right one", "2", " 2 ", "'2"):
        assert read(saved(tmp_path / "a.csv", filled(said, said)), SHEET)[1].answer == "right"


def planted(fault: str) -> list[list[str]]:
    rows = filled("left", "tie")
    match fault:
        case "unknown":
            rows[2][0] = "cc"
        case "double":
            rows.append(rows[1])
        case "edited":
            rows[2][1] = "ete"
        case "rewritten":
            rows[2][2] = "1.5"
        case "foreign":
            rows[2][-1] = "0" * 64
        case "value":
            rows[1][4] = "both"
        case "missing":
            rows[2][4] = ""
        case "gone":
            del rows[2]
        case "seconds":
            rows[1][-2] = "soon"
    return rows


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("unknown", r":4: the item 'cc' is not on this sheet; remove the row"),
        ("double", r":5: the item aa comes a second time"),
        ("edited", r":4: 'Text' of the item bb is not what the sheet showed"),
        ("rewritten", r":4: 'Left' of the item bb is not what the sheet showed; the sheet was edited, or changed by"),
        ("foreign", r":4: the row belongs to another sheet"),
        ("value", r":2: the answer 'both' is none of the choices; write one of: left, tie, right"),
        ("missing", r"1 of 2 items have no answer: bb \(row 4\)"),
        ("gone", r"1 of 2 items have no answer: bb \(no row\)"),
        ("seconds", r":2: 'soon' is no number of seconds"),
    ],
)
def test_each_way_to_fill_it_in_wrongly_is_told_with_its_row(tmp_path: Path, fault: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(saved(tmp_path / "a.csv", planted(fault)), SHEET)


def test_what_is_not_answered_may_be_left_out_where_that_is_asked_for(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv", planted("missing"))
    assert [one.item for one in read(path, SHEET, complete=False)] == ["aa"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("item,answer\na,left\n", "no column 'sheet'"), ("", "."), ("item,answer,sheet\n", "holds no answers")],
)
def test_a_file_that_is_no_sheet_is_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        digest_in(tmp_path / "a.csv")
    with pytest.raises(DataError, match="no such file"):
        digest_in(tmp_path / "absent.csv")


def test_the_page_asks_for_nothing_and_runs_only_its_own_script() -> None:
    hostile = Item("</script><script>alert(1)</script>", (Block("<b>", "</script><img src=x onerror=alert(1)>"),))
    text = page(Sheet("n", "<i>t</i>", "<u>", "<s>", CHOICES, (hostile,)))
    assert text.count("<script") == 2, "the data and the page's own"
    assert "default-src &#39;none&#39;" in text
    assert not re.search(r"unsafe-inline|src=|href=\"http|@import|url\(", text.replace("src=x", ""))
    assert "<img" not in text
    assert "<i>" not in text
    assert page(SHEET) == page(SHEET)
