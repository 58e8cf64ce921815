"""The vault: what goes in comes out for who is named, and nothing else opens it or changes it unseen."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from finewright.base.errors import InputError, StorageError
from finewright.privacy.access import read_log
from finewright.privacy.encrypted import Unlocking, key_file, write_encrypted
from finewright.privacy.vault import Vault, adding

KEY = Unlocking(key=b"k" * 32)


def filled(path: Path, unlocking: Unlocking = KEY) -> Vault:
    vault = Vault(path, unlocking)
    vault.add("person", "Gene Dunley", "John Smith")
    vault.add("ip", "192.0.2.7", "10.0.0.1")
    vault.add("ip", "192.0.2.7", "10.0.0.2")
    vault.add("ip", "192.0.2.7", "10.0.0.1")
    vault.save()
    return vault


@pytest.mark.parametrize("unlocking", [KEY, Unlocking(passphrase="correct horse")])
def test_round_trip(tmp_path: Path, unlocking: Unlocking) -> None:
    filled(tmp_path / "vault", unlocking)
    vault = Vault(tmp_path / "vault", unlocking)
    assert vault.originals("person", "Gene Dunley", "Ada") == ["John Smith"]
    assert vault.originals("ip", "192.0.2.7", "Ada") == ["10.0.0.1", "10.0.0.2"]
    assert vault.originals("person", "Nobody", "Ada") == []
    assert len(vault) == 2
    content = (tmp_path / "vault").read_bytes()
    assert b"Smith" not in content
    assert b"Dunley" not in content
    assert (tmp_path / "vault").stat().st_mode & 0o077 == 0


def test_a_wrong_key_and_a_wrong_way_are_told_plainly(tmp_path: Path) -> None:
    filled(tmp_path / "vault")
    with pytest.raises(InputError, match="does not open with this key file"):
        Vault(tmp_path / "vault", Unlocking(key=b"x" * 32))
    with pytest.raises(InputError, match="opens with a key file"):
        Vault(tmp_path / "vault", Unlocking(passphrase="k"))
    with pytest.raises(InputError, match="not both"):
        filled(tmp_path / "new", Unlocking())
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("part", ["content", "salt", "check", "by", "format"])
def test_a_file_edited_anywhere_is_refused(tmp_path: Path, part: str) -> None:
    path = tmp_path / "vault"
    filled(path)
    whole = json.loads(path.read_text())
    middle = len(whole[part]) // 2
    other = "A" if whole[part][middle] != "A" else "B"
    path.write_text(json.dumps({**whole, part: whole[part][:middle] + other + whole[part][middle + 1 :]}))
    with pytest.raises((StorageError, InputError)):
        Vault(path, KEY)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"content": 3}'])
def test_what_is_no_vault_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vault").write_bytes(content)
    with pytest.raises(StorageError, match="was changed or damaged"):
        Vault(tmp_path / "vault", KEY)


def test_each_look_is_logged_before_the_answer_and_a_changed_log_shows(tmp_path: Path) -> None:
    vault, log = filled(tmp_path / "vault"), tmp_path / "vault.log"
    for who in ("Ada", "Ben", "Ada"):
        vault.originals("person", "Gene Dunley", who)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["who"] for line in lines] == ["Ada", "Ben", "Ada"]
    assert all(line["when"].endswith("+00:00") and line["what"] == "original" for line in lines)
    assert "Smith" not in log.read_text()
    assert [line["surrogate"] for line in read_log(log)] == ["Gene Dunley"] * 3
    log.write_text(log.read_text().replace("Ben", "Bea"))
    with pytest.raises(StorageError, match="was changed, or a line before it was taken out"):
        read_log(log)


def test_nobody_and_an_unwritable_log_get_no_answer(tmp_path: Path) -> None:
    vault = filled(tmp_path / "vault")
    with pytest.raises(InputError, match="--as NAME"):
        vault.originals("person", "Gene Dunley", " ")
    (tmp_path / "vault.log").mkdir()
    with pytest.raises(StorageError, match="could not be written"):
        vault.originals("person", "Gene Dunley", "Ada")


def test_writers_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """Threads do as processes do: each opens the folder's lock for itself."""

    def write(number: int) -> None:
        with adding(tmp_path / "new" / "vault", KEY) as vault:
            vault.add("order", str(number), f"was {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    vault = Vault(tmp_path / "new" / "vault", KEY)
    assert [vault.originals("order", str(number), "Ada") for number in range(24)] == [[f"was {n}"] for n in range(24)]


def test_what_fails_while_adding_changes_nothing(tmp_path: Path) -> None:
    before = filled(tmp_path / "vault") and (tmp_path / "vault").read_bytes()
    with pytest.raises(AttributeError), adding(tmp_path / "vault", KEY) as vault:
        vault.add("person", "A", "B") or vault.nothing  # type: ignore[func-returns-value]
    assert (tmp_path / "vault").read_bytes() == before
    with adding(tmp_path / "vault", KEY):  # and lets go of the folder
        pass
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be used"), adding(tmp_path / "file" / "vault", KEY):
        pass


@pytest.mark.parametrize("content", [b"[]", b"no json", b'{"a": "[1"}', b'{"a": 1}', b'{"a": "{}"}'])
def test_what_opens_and_is_no_vault_is_told(tmp_path: Path, content: bytes) -> None:
    write_encrypted(tmp_path / "vault", content, KEY)
    with pytest.raises(StorageError, match="is no vault"):
        Vault(tmp_path / "vault", KEY)


def test_half_characters_and_any_bytes_of_a_passphrase_are_kept(tmp_path: Path) -> None:
    unlocking = Unlocking(passphrase="gr\udcfcn")
    with adding(tmp_path / "vault", unlocking) as vault:
        vault.add("person", "A\ud800", "B\udfff")
    assert Vault(tmp_path / "vault", unlocking).originals("person", "A\ud800", "Ada") == ["B\udfff"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"k" * 32)
    path.chmod(mode)
    with pytest.raises(InputError, match="can be read by others"):
        key_file(path)
    path.chmod(0o600)
    assert key_file(path) == KEY


def test_a_key_file_of_another_length_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(InputError, match="holds 5 bytes"):
        key_file(tmp_path / "key")
    with pytest.raises(InputError, match="cannot be read"):
        key_file(tmp_path / "none")
