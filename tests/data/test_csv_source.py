"""CSV as it comes: any cell survives the round trip, line numbers are physical, bad rows are refused and no more."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.recipe import Data
from finewright.base.records import Refusal
from finewright.data.sources.csv import rows, sniffed
from finewright.data.sources.row import Row

# A lone carriage return inside a cell is a line of its own to a text file; all else goes in.
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=12) | st.sampled_from(
    ['say "hi"', "a,b", "x\ny\n\nz", "ü", ";;"]
)


def read(path: Path, **settings: object) -> list[Row | Refusal]:
    return list(rows(path, Data(train=path, **settings)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_is_read(
    folder: Path, cells: list[tuple[str, str]], delimiter: str, end: str, encoding: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["text", "label"])
    lines = []
    for pair in cells:
        lines.append(text.getvalue().count("\n") + 1)
        writer.writerow(pair)
    path = folder / "some.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    expected = [Row(line, {"text": a, "label": b}) for line, (a, b) in zip(lines, cells, strict=True)]
    assert read(path, delimiter=delimiter) == expected


def test_ragged_rows_are_refused_with_their_line(write) -> None:
    path = write("a.csv", 'text,label\n"two\nlines",x\none cell\n\na,b,c\nlast,y\n')
    first, short, long, last = read(path)
    assert first == Row(2, {"text": "two\nlines", "label": "x"})
    assert (short.line, short.reason) == (4, "the row has 1 cell where the header has 2")
    assert (long.line, long.reason) == (6, "the row has 3 cells where the header has 2")
    assert "','" in long.remedy
    assert last == Row(7, {"text": "last", "label": "y"})


def test_a_quotation_mark_never_closed_says_where_it_opened(write) -> None:
    path = write("a.csv", 'text,label\ngood,x\n"bad,x\nswallowed,x\nswallowed too,x\n')
    good, bad = read(path)
    assert good.line == 2
    assert bad.line == 3
    assert "never closed" in bad.reason
    assert "lines 3 to 5" in bad.reason


def test_text_after_a_closing_quote_is_refused_and_reading_goes_on(write) -> None:
    path = write("a.csv", 'text,label\n"ba"d,x\ngood,x\n')
    bad, good = read(path)
    assert (bad.line, bad.reason) == (2, "text follows a closing quotation mark")
    assert good == Row(3, {"text": "good", "label": "x"})


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        (["text,label\n", "a; b; c,x\n"], ","),
        (["text;label\n", "one, two, three;x\n"], ";"),
        (["text\tlabel\n", "one, two; three\tx\n"], "\t"),
        (["text|label\n", "a,b|x\n"], "|"),
        (["text\n", "a\n"], ","),
        ([], ","),
    ],
)
def test_the_delimiter_is_told_from_the_first_lines(head: list[str], delimiter: str) -> None:
    assert sniffed(head) == delimiter


def test_a_spreadsheets_sep_line_names_the_delimiter(write) -> None:
    assert read(write("a.csv", "sep=|\r\ntext,x|label\r\na|b\r\n")) == [Row(3, {"text,x": "a", "label": "b"})]


def test_huge_cells_are_read(write) -> None:
    text = "long " * 100_000
    assert read(write("a.csv", f"text,label\n{text},x\n")) == [Row(2, {"text": text, "label": "x"})]


def test_header_faults(write) -> None:
    with pytest.raises(DataError, match=r"a\.csv:2: the header has the column 'text' twice; rename one"):
        read(write("a.csv", "\ntext,text\na,b\n"))
    with pytest.raises(DataError, match=r"a\.csv:1: the header cannot be read: text follows"):
        read(write("a.csv", '"te"xt,label\na,b\n'))
    assert read(write("a.csv", ",label\na,b\n")) == [Row(2, {"column 1": "a", "label": "b"})]


def test_rows_come_as_a_stream(write) -> None:
    """Six megabytes pass through less than one."""
    path = write("a.csv", "text,label\n" + ("word " * 20 + ",x\n") * 60_000)
    tracemalloc.start()
    try:
        count = sum(1 for _ in rows(path, Data(train=path)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert peak < 1_000_000
