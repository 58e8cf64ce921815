"""Folders appear whole or not at all."""

import pytest

from finewright.base.errors import BaseError, StorageError
from finewright.model.whole import scratch_folder, settle


def test_a_settled_folder_stays_and_nothing_else(tmp_path):
    with scratch_folder(tmp_path) as folder:
        (folder / "file").write_text("new")
        settle(folder, tmp_path / "final")
    assert [path.name for path in tmp_path.iterdir()] == ["final"]
    assert (tmp_path / "final" / "file").read_text() == "new"


def test_a_settled_folder_replaces_the_old_one(tmp_path):
    (tmp_path / "final").mkdir()
    (tmp_path / "final" / "old").write_text("old")
    with scratch_folder(tmp_path) as folder:
        (folder / "new").write_text("new")
        settle(folder, tmp_path / "final")
    assert [path.name for path in (tmp_path / "final").iterdir()] == ["new"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), BaseError("no"), OSError("a library's own")])
def test_an_interruption_leaves_nothing_and_is_passed_on(tmp_path, fault):
    def stopped():
        with scratch_folder(tmp_path) as folder:
            (folder / "file").write_text("half")
            raise fault

    with pytest.raises(type(fault)) as caught:
        stopped()
    assert caught.value is fault
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, little_room):
    with (
        little_room(10),
        pytest.raises(StorageError, match=r"could not be written \(File too large\); free some disk space"),
        scratch_folder(tmp_path) as folder,
    ):
        (folder / "file").write_text("more than ten bytes")
    assert not list(tmp_path.iterdir())


def test_a_parent_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="could not be written"), scratch_folder(tmp_path / "file" / "below"):
        pass
