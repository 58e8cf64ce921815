"""Text that is not what it was said to be: the line, the byte and the encoding to try."""

import pytest

from finewright.base.errors import DataError
from finewright.data.text import opened


def read(path, encoding: str = "utf-8") -> str:
    with opened(path, encoding) as stream:
        return stream.read()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(write, encoding: str) -> None:
    assert read(write("a.csv", "text\r\nmüde".encode(encoding))) == "text\r\nmüde"


@pytest.mark.parametrize("before", [b"", b"filler " * 50_000])
def test_a_wrong_byte_is_named_with_line_and_encoding(write, before: bytes) -> None:
    path = write("a.csv", before + b"\nf\xc3\xbcr\nm\xfcde\n")
    byte = len(before) + 1 + 5 + 2
    said = rf"a\.csv:3: byte {byte} of the file is not utf-8 text; save it as UTF-8 or set `data.encoding: cp1252`\."
    with pytest.raises(DataError, match=said):
        read(path)


def test_the_encoding_to_try_is_one_that_works(write) -> None:
    with pytest.raises(DataError, match=r"`data.encoding: latin-1`"):
        read(write("a.csv", b"m\xfcde \x81"))
    with pytest.raises(DataError, match=r"`data.encoding: utf-8`"):
        read(write("a.csv", "für".encode()), "ascii")


def test_a_character_cut_off_at_the_end(write) -> None:
    with pytest.raises(DataError, match=r"a\.csv:2: byte 3 of the file"):
        read(write("a.csv", b"a\n\xc3"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_byte_text_without_a_mark(write, encoding: str) -> None:
    path = write("a.csv", "text,label\na,b\n".encode(encoding))
    with pytest.raises(DataError, match=rf"every other byte is zero; set `data.encoding: {encoding}`"):
        read(path)
    assert read(path, encoding) == "text,label\na,b\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04rest", "is a spreadsheet or ZIP file; save it as CSV"),
        (b"PAR1rest", "is a Parquet file; set `data.type: parquet`"),
        (b"\x1f\x8brest", "is compressed with gzip"),
    ],
)
def test_what_is_no_text_is_named(write, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(write("a.csv", content))


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_an_unknown_encoding(write, encoding: str) -> None:
    with pytest.raises(DataError, match=rf"unknown encoding '{encoding}'; set `data.encoding`"):
        read(write("a.csv", "text"), encoding)
