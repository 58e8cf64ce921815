"""Snapshots that are whole or absent, verified, pruned, and refused where they do not belong."""

from pathlib import Path

import pytest
import torch

from finewright.base.errors import FinewrightError, InputError, StorageError
from finewright.train.checkpoint import Checkpoints
from train.tiny_training import files_end_at, store_in


def tensors(step: int) -> dict[str, torch.Tensor]:
    return {"a": torch.full((2, 3), float(step)), "b": torch.arange(step, step + 4)}


def fill(store: Checkpoints, *steps: int, best: int = 0) -> None:
    for step in steps:
        store.save(step, best, {"step": step, "loss": 1 / 3}, tensors(step))


def names(store: Checkpoints) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir())


def test_what_was_saved_comes_back_bit_for_bit(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    assert store.latest() is None
    fill(store, 3)
    found = store_in(tmp_path).latest()
    assert found is not None
    assert found.numbers == {"step": 3, "loss": 1 / 3}
    assert found.tensors.keys() == {"a", "b"}
    assert all(torch.equal(found.tensors[name], value) for name, value in tensors(3).items())


def test_two_newest_and_their_best_are_kept(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.save_best(1, tensors(1))
    fill(store, 1, 2, best=1)
    store.save_best(3, tensors(3))
    fill(store, 3, best=3)
    assert [name for name in names(store) if name.endswith(".json")] == [
        "best-00000001.json",
        "best-00000003.json",
        "step-00000002.json",
        "step-00000003.json",
    ]
    fill(store, 4, 100, best=3)
    assert names(store) == [
        f"{stem}{end}"
        for stem in ("best-00000003", "step-00000004", "step-00000100")
        for end in (".json", ".safetensors")
    ]
    assert torch.equal(store.best(3)["a"], tensors(3)["a"])


def test_a_snapshot_torn_by_a_crash_is_not_there(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    fill(store, 1)
    (store.folder / "step-00000002.safetensors").write_bytes(b"half")
    (store.folder / ".step-00000002.json.x7f").write_bytes(b'{"sha')
    (store.folder / "note.txt").write_text("not ours")
    found = store.latest()
    assert found is not None
    assert found.numbers["step"] == 1
    fill(store, 3)
    assert names(store) == [
        "note.txt",
        "step-00000001.json",
        "step-00000001.safetensors",
        "step-00000003.json",
        "step-00000003.safetensors",
    ]


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"\x80\x04K*.", b"{}"])
def test_a_corrupt_file_is_named_with_the_way_on(tmp_path: Path, suffix: str, content: bytes) -> None:
    store = store_in(tmp_path)
    fill(store, 1, 2)
    newest = store.folder / "step-00000002.json"
    newest.with_suffix(suffix).write_bytes(content)
    with pytest.raises(StorageError) as caught:
        store.latest()
    said = str(caught.value)
    assert said.startswith(f"{newest.with_suffix(suffix)}: is corrupt")
    assert f"remove {newest} to go on from the checkpoint before it" in said
    assert caught.value.exit_code == 1
    newest.unlink()
    found = store.latest()
    assert found is not None
    assert found.numbers["step"] == 1


def test_one_flipped_bit_is_found(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    fill(store, 1)
    path = store.folder / "step-00000001.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"SHA-256 is not the one.*remove .*checkpoints to train anew\.$"):
        store.latest()


def test_best_weights_are_verified_before_training_goes_on(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.save_best(1, tensors(1))
    fill(store, 1, best=1)
    (store.folder / "best-00000001.safetensors").unlink()
    with pytest.raises(StorageError, match=r"best-00000001\.safetensors: cannot be read back \(No such file"):
        store.latest()


def test_another_identity_is_refused_even_with_drift_allowed(tmp_path: Path) -> None:
    fill(store_in(tmp_path), 1)
    other = store_in(tmp_path, identity={"run": "r", "base": "other"}, allow_drift=True)
    with pytest.raises(InputError, match=r"step-00000001\.json: .* belongs to another recipe, data or base"):
        other.latest()


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"versions": {"torch": "3"}}, r"torch 2 then, 3 now"),
        ({"threads": 4}, r"threads 1 then, 4 now"),
        ({"versions": {"torch": "2", "peft": "1"}}, r"peft none then, 1 now"),
    ],
)
def test_drift_is_refused_unless_allowed(tmp_path: Path, now: dict[str, object], said: str) -> None:
    fill(store_in(tmp_path), 1)
    with pytest.raises(FinewrightError, match=rf"\({said}\).*--allow-drift") as caught:
        store_in(tmp_path, **now).latest()
    assert caught.value.exit_code == 1
    assert store_in(tmp_path, **now, allow_drift=True).latest() is not None


def test_a_save_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    fill(store, 1)
    said = r"step-00000002\.safetensors: could not be written \(.*free some disk space"
    with files_end_at(64), pytest.raises(StorageError, match=said):
        fill(store, 2)
    assert names(store) == ["step-00000001.json", "step-00000001.safetensors"]
    assert store.latest() is not None
