"""Files are whole or absent, and digests do not depend on the order of keys."""

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base import files
from finewright.base.errors import StorageError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept.txt"
    files.write_text(path, "old")
    with pytest.raises(RuntimeError, match="halfway"):
        write_half(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_fault_that_the_block_tells_itself_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{half")
    with pytest.raises(StorageError, match=r"other\.json.*cannot be read back"), files.writing(tmp_path / "kept.txt"):
        files.read_json(tmp_path / "other.json")


def write_half(path: Path) -> None:
    with files.writing(path) as temporary:
        temporary.write_text("half of the n")
        raise RuntimeError("halfway")


def test_a_full_disk_is_told_with_the_file_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageError, match=r"rows\.jsonl: could not be written \(No space left on device\)") as caught:
        files.write_jsonl(tmp_path / "rows.jsonl", [{"a": 1}])
    assert caught.value.exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="could not be written"):
        files.write_text(tmp_path / "file" / "below.txt", "text")


@given(value=JSON)
def test_canonical_json_is_one_text_for_one_value(value: object) -> None:
    text = files.canonical_json(value)
    assert json.loads(text) == value
    assert files.canonical_json(json.loads(text)) == text


def test_the_digest_of_a_value_does_not_see_the_order_of_keys() -> None:
    assert files.digest_json({"a": 1, "b": [2]}) == files.digest_json({"b": [2], "a": 1})
    assert files.digest_json({"a": 1}) == hashlib.sha256(b'{"a":1}').hexdigest()


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8200  # more than one block
    (tmp_path / "large").write_bytes(content)
    assert files.digest_file(tmp_path / "large") == files.digest_bytes(content)


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [{"text": "Größe\u2028\n", "n": 1}, [], None]
    assert files.write_jsonl(tmp_path / "rows.jsonl", rows) == 3
    assert list(files.read_jsonl(tmp_path / "rows.jsonl")) == rows


def test_a_damaged_row_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n{"a": \n')
    with pytest.raises(StorageError, match=r"rows\.jsonl:2: is damaged; remove the file"):
        list(files.read_jsonl(tmp_path / "rows.jsonl"))


@pytest.mark.parametrize("content", [None, "{", "\udcff"])
def test_a_json_file_that_cannot_be_read_back_is_told(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "state.json"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(StorageError, match=r"state\.json: cannot be read back"):
        files.read_json(path)


def test_not_a_number_is_never_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "state.json", {"loss": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_a_device_or_a_folder_is_never_replaced(tmp_path: Path) -> None:
    # A pipe of our own stands for all devices: a test that fails must not cost the machine one.
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        before = path.stat().st_mode
        with pytest.raises(StorageError, match="no ordinary file"), files.writing(path):
            pass
        assert path.stat().st_mode == before
