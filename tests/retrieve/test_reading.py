"""Files as they come: each format's text and places, and one plain sentence for each that cannot be taken."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from finewright.base.errors import DataError
from finewright.retrieve import reading
from finewright.retrieve.formats.html import visible_text
from finewright.retrieve.reading import files, read
from support.passages import pdf_of

PAGE = """<!doctype html><html><head><title>T</title><style>p {}</style><body><h1>Pay</h1>
<script>if (a < b) x()</script>
<p>Net of <b>30</b>
days &amp; no more.<br>Late</p><!-- no --><table><tr><td>Fee</td><td>12</td></tr></table><ul><li>a<li>b</ul>"""


def test_a_page_says_what_a_reader_sees() -> None:
    assert visible_text(PAGE) == "Pay\nNet of 30 days & no more.\nLate\nFee | 12\na\nb"


@given(st.text(st.sampled_from("<>/!-pbscript&;= \"'\n"), max_size=80))
def test_broken_pages_are_read_nonetheless(page: str) -> None:
    assert isinstance(visible_text(page), str)


def test_a_page_whose_head_never_ends_is_read_from_its_body() -> None:
    assert visible_text("<head><title>x<body><p>said") == "said"


def test_pages_of_a_pdf_are_sections_and_empty_ones_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of("Net 30 days", "", "Late fee"))
    found = read(tmp_path / "a.pdf").sections
    assert [(one.page, one.text.strip()) for one in found] == [(1, "Net 30 days"), (3, "Late fee")]


def test_rows_of_tables_are_sections_with_their_lines_and_readers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,said,roles\n1,"two\nlines",hr;ap\n\n2,,*\n3,x,\n')
    (tmp_path / "a.jsonl").write_text('{"text": "only this", "id": 1, "roles": ["hr"]}\n{"text": "y"}\nno\n')
    rows = read(tmp_path / "a.csv", "roles")
    assert [(one.text, one.row, one.entitlements) for one in rows.sections] == [
        ("id: 1\nsaid: two\nlines", 2, {"hr", "ap"}),
        ("id: 2", 5, {"*"}),
    ]
    assert [(one.line, one.reason) for one in rows.refused] == [(6, "`roles` names nobody")]
    lines = read(tmp_path / "a.jsonl", "roles")
    assert [(one.text, one.row) for one in lines.sections] == [("only this", 1)]
    assert [one.line for one in lines.refused] == [2, 3]


def locked(path: Path) -> bytes:
    (path / "open.pdf").write_bytes(pdf_of("secret"))
    writer = PdfWriter(clone_from=PdfReader(path / "open.pdf"))
    writer.encrypt("word", algorithm="RC4-128")
    writer.write(path / "locked.pdf")
    return (path / "locked.pdf").read_bytes()


BAD: dict[str, tuple[str, Callable[[Path], bytes], str]] = {
    "empty": ("a.md", lambda _: b"", "a.md: is empty; leave it out"),
    "blank": ("a.txt", lambda _: b" \n\t\n", "a.txt: has no text"),
    "binary": ("a.txt", lambda _: b"ab\0\1\2\xc2\xa0c" * 9, "a.txt: is binary, not text"),
    "spreadsheet": ("a.csv", lambda _: b"PK\x03\x04zip", "a.csv: is a spreadsheet or ZIP file; save it as CSV"),
    "latin": ("a.md", lambda _: "a\nmüde".encode("latin-1"), "a.md:2: byte 4 .* not utf-8 text; save it as UTF-8 text"),
    "wide": ("a.html", lambda _: "<p>wide".encode("utf-16-le"), "every other byte is zero; save it as UTF-8 text"),
    "named": ("a.txt", lambda _: pdf_of("x"), "is a PDF; give it the ending .pdf"),
    "locked": ("a.pdf", locked, "a.pdf: is encrypted; save it without a password"),
    "scan": ("a.pdf", lambda _: pdf_of("", ""), "a.pdf: has no text that can be read; it may be a scan"),
    "torn": ("a.pdf", lambda _: pdf_of("x")[:90], r"a.pdf: is no PDF that can be read \(\w+\); export it again"),
    "noise": ("a.pdf", lambda _: b"no pdf at all", "a.pdf: is no PDF that can be read"),
    "ending": ("a.docx", lambda _: b"x", "'.docx' is no known ending; known are txt, md"),
    "no rows": ("a.jsonl", lambda _: b"nothing\n", r"a.jsonl: has no row that can be taken \(line 1"),
    "header": ("a.csv", lambda _: b"a,b\n", "a.csv: has no row that can be taken"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_be_taken_is_one_sentence(tmp_path: Path, kind: str) -> None:
    name, content, said = BAD[kind]
    (tmp_path / name).write_bytes(content(tmp_path))
    with pytest.raises(DataError, match=said) as fault:
        read(tmp_path / name)
    assert str(fault.value).count("\n") == 0


def test_too_large_a_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LARGEST", 3)
    (tmp_path / "a.txt").write_text("four")
    with pytest.raises(DataError, match="MB is the most; split it"):
        read(tmp_path / "a.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(DataError, match=r"cannot be opened \(Permission denied\)"):
        read(tmp_path / "a.txt")


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(DataError, match="is no ordinary file"):
        read(tmp_path / "a.txt")


def test_files_of_a_folder_by_name_without_hidden_ones_and_circles(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/z.md", "a.md", ".hidden.md"):
        (tmp_path / name).write_text("x")
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    assert [str(path.relative_to(tmp_path)) for path in files(tmp_path)] == ["a.md", "b/z.md"]
    with pytest.raises(DataError, match="there is no such file"):
        list(files(tmp_path / "none"))
