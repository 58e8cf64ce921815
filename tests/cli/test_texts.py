"""Unlabelled texts from files: every line arrives as it is, or the line at fault is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.cli.texts import texts_of

LINE = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1).map(str.strip).filter(bool)


@given(lines=st.lists(LINE), ending=st.sampled_from(["\n", "\r\n"]))
def test_lines_arrive_in_order(lines: list[str], ending: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("texts") / "a.txt"
    file.write_bytes(("\ufeff" + ending.join(lines) + ending).encode())
    assert texts_of(file) == lines


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n\n  \ntwo")
    assert texts_of(tmp_path / "a.txt") == ["one", "two"]


def test_wrong_encoding_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("one\nzwölf\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"a\.txt:2: is not UTF-8 text"):
        texts_of(tmp_path / "a.txt")


def test_absent_file_is_input_at_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        texts_of(tmp_path / "a.txt")
