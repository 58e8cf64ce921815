"""The subject index: found by any way of writing, unreadable without its key, and each access logged for good."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from finewright.base.errors import InputError, StorageError
from finewright.privacy.access import log_access, read_log
from finewright.privacy.subjects.index import SubjectIndex, indexed, read_index, write_index
from finewright.privacy.subjects.key import SubjectKey, subject_key

HELD = [("anna@example.org", "r1"), ("Anna@Example.org", "r2"), ("DE89370400440532013000", "r1"), ("r3 ltd", "r3")]


@pytest.fixture
def key(tmp_path: Path) -> SubjectKey:
    return subject_key(tmp_path / "keys" / "subjects.key", make=True)


@pytest.fixture
def stored(tmp_path: Path, key: SubjectKey) -> Path:
    path = tmp_path / "subjects.index"
    write_index(path, indexed("v1", HELD, key), key)
    return path


def test_an_identifier_leads_to_its_rows_however_it_is_written(stored: Path, key: SubjectKey) -> None:
    index = read_index(stored, key)
    assert index.version == "v1"
    assert index.of(key.digest("ANNA@example.org")) == ("r1", "r2")
    assert index.of(key.digest("DE89 3704 0044 0532 0130 00")) == ("r1",)
    assert index.of(key.digest("bob@example.org")) == ()


def test_the_file_holds_neither_identifiers_nor_digests_nor_ids(stored: Path, key: SubjectKey) -> None:
    content = stored.read_bytes()
    digest = key.digest("anna@example.org")
    assert not any(
        part in content for part in (b"anna", b"0532013000", digest.encode(), bytes.fromhex(digest), b'"r1"')
    )
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600


def test_the_digest_is_no_digest_without_the_key(tmp_path: Path, key: SubjectKey) -> None:
    other = subject_key(tmp_path / "other.key", make=True)
    assert other.digest("anna@example.org") != key.digest("anna@example.org")


def test_another_key_is_told_from_an_edited_file(tmp_path: Path, stored: Path, key: SubjectKey) -> None:
    other = subject_key(tmp_path / "other.key", make=True)
    with pytest.raises(InputError, match="does not open with this key file"):
        read_index(stored, other)
    whole = stored.read_bytes()
    at = whole.index(b'"content":"') + 40
    stored.write_bytes(whole[:at] + (b"A" if whole[at : at + 1] != b"A" else b"B") + whole[at + 1 :])
    with pytest.raises(StorageError, match="was changed or damaged"):
        read_index(stored, key)
    stored.write_bytes(whole[:40])
    with pytest.raises(StorageError, match="was changed or damaged"):
        read_index(stored, key)


def test_a_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "subjects.key"
    with pytest.raises(InputError, match="there is no key of the subject index"):
        subject_key(path)
    first = subject_key(path, make=True)
    assert subject_key(path, make=True) == first == subject_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len({first.digests, first.file.key, path.read_bytes()}) == 3
    path.write_text("no key\n")
    with pytest.raises(InputError, match="holds 7 bytes, and a key has 32"):
        subject_key(path)


def test_a_lookup_is_logged_and_a_changed_log_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "subjects.log"
    assert read_log(log) == []
    for number in range(3):
        when = datetime(2026, 3, 31, 12, number, tzinfo=UTC)
        log_access(log, {"digest": f"{number:064x}"}, what="find in runs", who="Ada", when=when)
    rows = read_log(log)
    assert [row["when"] for row in rows] == [f"2026-03-31T12:0{number}:00+00:00" for number in range(3)]
    assert {row["who"] for row in rows} == {"Ada"}
    lines = log.read_bytes().splitlines(keepends=True)
    for changed, line in ((lines[0].replace(b"Ada", b"Eve") + lines[1] + lines[2], 2), (lines[0] + lines[2], 2)):
        log.write_bytes(changed)
        with pytest.raises(StorageError, match="was changed, or a line before it was taken out") as fault:
            read_log(log)
        assert fault.value.place is not None
        assert fault.value.place.line == line


def test_a_log_that_cannot_be_written_stops_the_lookup(tmp_path: Path) -> None:
    (tmp_path / "subjects.log").mkdir()
    with pytest.raises(StorageError, match="could not be written"):
        log_access(tmp_path / "subjects.log", {"digest": "0"}, what="find")


def test_an_empty_index_is_one(tmp_path: Path, key: SubjectKey) -> None:
    write_index(tmp_path / "i", SubjectIndex("v", {}), key)
    assert read_index(tmp_path / "i", key) == SubjectIndex("v", {})
