"""A file scrubbed with a vault: appended to, stopped and gone on with, refused in time, and by two at once."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import InputError, StorageError
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Privacy
from finewright.flows.privacy import whole_file
from finewright.flows.privacy.ledger import Ledger
from finewright.flows.privacy.output import Targets
from finewright.flows.privacy.whole_file import Asked, scrub_file
from finewright.privacy.encrypted import Unlocking
from finewright.privacy.vault import Vault

KEY = Unlocking(key=b"k" * 32)


def asked(path: Path, vault: Path, key: Unlocking = KEY) -> Asked:
    data, targets = Data(train=path), Targets(path.with_name("out-" + path.name))
    return Asked(path, targets, Privacy(), data, path.parent / "scope", vault=(vault, key), processes=1)


def mails(path: Path, begin: int, end: int) -> Path:
    path.write_text("mail\n" + "".join(f"buyer{number}@example.org\n" for number in range(begin, end)))
    return path


def led_back(path: Path, vault: Path) -> list[str]:
    opened = Vault(vault, KEY)
    lines = path.with_name("out-" + path.name).read_text().split()[1:]
    return [one for line in lines for one in opened.originals("email", line, "Ada")]


def test_a_second_file_is_added_and_the_first_again_changes_nothing(tmp_path: Path) -> None:
    one, two, vault = mails(tmp_path / "a.csv", 0, 9), mails(tmp_path / "b.csv", 5, 14), tmp_path / "vaults" / "v"
    for path in (one, two, one):
        scrub_file(asked(path, vault))
    assert led_back(one, vault) == one.read_text().split()[1:]
    assert led_back(two, vault) == two.read_text().split()[1:]
    assert len(Vault(vault, KEY)) == 14
    assert [path.name for path in vault.parent.iterdir() if not path.name.endswith(".log")] == ["v"]


@pytest.mark.parametrize("fault", ["wrong key", "damaged", "no vault"])
def test_a_vault_that_does_not_open_is_told_before_a_row_is_read(tmp_path: Path, fault: str) -> None:
    path, vault = mails(tmp_path / "a.csv", 0, 3), tmp_path / "v"
    if fault == "no vault":
        vault.write_text('{"a": 1}')
    else:
        scrub_file(asked(mails(tmp_path / "b.csv", 0, 3), vault))
    if fault == "damaged":
        vault.write_bytes(vault.read_bytes()[:-9])
    before = vault.read_bytes()
    with pytest.raises((InputError, StorageError), match=r"does not open|was changed or damaged"):
        scrub_file(asked(path, vault, Unlocking(key=b"x" * 32) if fault == "wrong key" else KEY))
    assert vault.read_bytes() == before
    assert not list(tmp_path.glob("*a.csv*.scrub"))
    assert not (tmp_path / "out-a.csv").exists()


@pytest.mark.parametrize("stop", ["note", "keep", "put"])
def test_stopped_anywhere_the_vault_has_all_in_the_end(
    tmp_path: Path, stop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    monkeypatch.setattr("finewright.flows.privacy.reading.SIZE", 1 << 8)
    path, vault = mails(tmp_path / "a.csv", 0, 60), tmp_path / "v"
    left = {"note": 2, "keep": 2, "put": 1}[stop]

    def stopping(*arguments: object, **named: object) -> object:
        nonlocal left
        left -= 1
        if left == 0:
            raise Stopped
        return usual(*arguments, **named)

    holder, name = {"note": (whole_file, "keep_notes"), "keep": (Ledger, "keep"), "put": (whole_file, "put")}[stop]
    usual = getattr(holder, name)
    with monkeypatch.context() as patch:
        patch.setattr(holder, name, stopping)
        with pytest.raises(Stopped):
            scrub_file(asked(path, vault))
    if not vault.exists():
        Vault(vault, KEY).save()
    with pytest.raises(InputError, match="does not open"):  # a wrong key meanwhile loses nothing of what is done
        scrub_file(asked(path, vault, Unlocking(key=b"x" * 32)))
    assert scrub_file(asked(path, vault)).resumed > 0
    assert led_back(path, vault) == path.read_text().split()[1:]


def test_notes_that_are_gone_are_told_and_no_half_vault_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, vault = mails(tmp_path / "a.csv", 0, 3), tmp_path / "v"

    def losing(*_: object) -> None:
        next((tmp_path / ".out-a.csv.scrub" / "notes").iterdir()).unlink()

    monkeypatch.setattr(Ledger, "check", losing)
    with pytest.raises(StorageError, match="cannot be read"):
        scrub_file(asked(path, vault))
    assert not vault.exists()
    assert not (tmp_path / "out-a.csv").exists()


def test_rows_without_anything_have_notes_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"n": 1}) + "\n")
    scrub_file(asked(path, tmp_path / "v"))
    assert len(Vault(tmp_path / "v", KEY)) == 0
