"""Digests of weights: of what they are, not of how they lie; pickles and damage are refused."""

import pytest
import torch
from safetensors.torch import save_file

from finewright.base.errors import BaseError
from finewright.model.weights import count_weights, digest_weights

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(1.5, dtype=torch.bfloat16)}


def digest(folder, **files):
    folder.mkdir()
    for name, tensors in files.items():
        save_file(tensors, folder / f"{name}.safetensors")
    return digest_weights(folder)


def test_a_cut_into_files_and_their_names_change_nothing(tmp_path):
    one = digest(tmp_path / "one", model=TENSORS)
    two = digest(tmp_path / "two", x={"b": TENSORS["b"]}, y={"a": TENSORS["a"]})
    assert one == two
    assert count_weights(tmp_path / "one") == count_weights(tmp_path / "two") == 7


@pytest.mark.parametrize(
    "changed",
    [
        {"a": TENSORS["a"] + 1},
        {"a": TENSORS["a"].reshape(3, 2)},
        {"a": TENSORS["a"].view(torch.int32)},
        {"a": TENSORS["a"], "c": torch.empty(0)},
    ],
)
def test_values_shapes_types_and_names_count(tmp_path, changed):
    assert digest(tmp_path / "one", model=TENSORS) != digest(tmp_path / "two", model=TENSORS | changed)


def test_no_weights_damaged_ones_and_pickles_are_refused(tmp_path):
    with pytest.raises(BaseError, match="no safetensors weights"):
        digest_weights(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"\x10")
    with pytest.raises(BaseError, match=r"model\.safetensors: is no readable safetensors file"):
        digest_weights(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(BaseError, match=r"pytorch_model\.bin: is a pickle"):
        digest_weights(tmp_path)
