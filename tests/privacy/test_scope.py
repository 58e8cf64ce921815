"""The key: made once, kept from others, gone for good when sealed, and never half there."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from finewright.base.errors import InputError, StorageError
from finewright.privacy import scope as module
from finewright.privacy.issued import Issued
from finewright.privacy.scope import Scope, open_scope, seal, sealed_at


def test_the_key_is_secret_and_stays(tmp_path: Path) -> None:
    first = open_scope(tmp_path / "data")
    key = tmp_path / "data" / "scope.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_bytes()) == 32
    assert open_scope(tmp_path / "data").keyed.digest("a") == first.keyed.digest("a")
    assert open_scope(tmp_path / "other").keyed.digest("a") != first.keyed.digest("a")


def test_many_openers_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        scopes = list(pool.map(lambda _: open_scope(tmp_path / "s"), range(64)))
    assert len({scope.keyed.digest("a") for scope in scopes}) == 1
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == ["scope.key"]


def test_another_process_opens_the_folder_and_is_not_sent_the_key(tmp_path: Path) -> None:
    scope = open_scope(tmp_path)
    packed = pickle.dumps(scope)
    assert (tmp_path / "scope.key").read_bytes() not in packed
    assert pickle.loads(packed).keyed.digest("a") == scope.keyed.digest("a")


def test_sealing_destroys_the_key_and_what_was_issued_and_says_when(tmp_path: Path) -> None:
    scope = open_scope(tmp_path)
    scope.issued.add("unit", "family", 1e9)
    scope.issued.close()
    handle = (tmp_path / "scope.key").open("rb", buffering=0)  # what a copy of the directory entry would still lead to
    key = handle.read()
    when = seal(tmp_path)
    handle.seek(0)
    overwritten = handle.read()
    handle.close()
    assert overwritten != key
    assert [path.name for path in tmp_path.iterdir()] == ["sealed.json"]
    assert sealed_at(tmp_path) == when == seal(tmp_path)
    with pytest.raises(InputError, match="was sealed on"):
        open_scope(tmp_path)


@pytest.mark.parametrize("step", ["replace", "write_json", "_overwrite", "unlink"])
def test_a_crash_while_sealing_leaves_the_whole_key_or_none(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_scope(tmp_path).keyed.digest("a")

    class Crash(Exception):
        pass

    def crash(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        target = {"replace": os, "unlink": Path}.get(step, module)
        patch.setattr(target, step, crash)
        with pytest.raises(Crash):
            seal(tmp_path)
    if step == "replace":
        assert open_scope(tmp_path).keyed.digest("a") == before
        seal(tmp_path)
    with pytest.raises(InputError):
        open_scope(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sealed.json"]


def test_a_damaged_or_open_key_is_refused(tmp_path: Path) -> None:
    open_scope(tmp_path)
    key = tmp_path / "scope.key"
    key.chmod(0o644)
    with pytest.raises(StorageError, match="can be read by others"):
        open_scope(tmp_path)
    key.chmod(0o600)
    key.write_bytes(b"short")
    with pytest.raises(StorageError, match="is no key"):
        open_scope(tmp_path)


def test_what_was_issued_is_known_in_another_process_and_holds_no_text(tmp_path: Path) -> None:
    scope = open_scope(tmp_path)
    scope.issued.add("John Smith", "person", 1e9)
    scope.issued.close()
    assert open_scope(tmp_path).issued.knows("John Smith")
    assert not open_scope(tmp_path).issued.knows("John Smyth")
    assert b"Smith" not in (tmp_path / "issued.sqlite").read_bytes()
    assert (tmp_path / "issued.sqlite").stat().st_mode & 0o077 == 0


def test_a_dense_family_is_not_known(tmp_path: Path) -> None:
    issued = open_scope(tmp_path).issued
    for number in range(50):
        issued.add(f"{number:04d}", "0000", 10_000.0)
    assert issued.knows("0001")
    issued.flush()
    assert issued.knows("0001")
    issued.add("0050", "0000", 10_000.0)
    assert not issued.knows("0001")


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o601])
def test_a_key_that_any_other_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    open_scope(tmp_path)
    (tmp_path / "scope.key").chmod(mode)
    with pytest.raises(StorageError, match="can be read by others"):
        open_scope(tmp_path)


def test_what_is_written_and_what_waits_count_together(tmp_path: Path) -> None:
    issued = open_scope(tmp_path).issued
    for number in range(50):
        issued.add(str(number), "0000", 10_000.0)
        if number == 29:
            issued.flush()
    assert issued.knows("0")
    issued.add("50", "0000", 10_000.0)
    assert not issued.knows("0")


def test_what_two_files_have_issued_alike_counts_once(tmp_path: Path) -> None:
    scope = open_scope(tmp_path)
    other = Issued(tmp_path / "other.sqlite", scope.keyed)
    for number in range(25):
        scope.issued.add(str(number), "0000", 10_000.0)
    for number in range(50):
        other.add(str(number), "0000", 10_000.0)
    other.close()
    scope.issued.take(tmp_path / "other.sqlite")
    assert scope.issued.knows("49")
    scope.issued.take(tmp_path / "other.sqlite")
    assert scope.issued.knows("49")
    scope.issued.add("50", "0000", 10_000.0)
    assert not scope.issued.knows("49")


def test_a_damaged_record_of_what_was_issued_is_told(tmp_path: Path) -> None:
    scope: Scope = open_scope(tmp_path)
    (tmp_path / "issued.sqlite").write_bytes(b"no database at all" * 99)
    with pytest.raises(StorageError, match=r"issued\.sqlite"):
        scope.issued.knows("a")
