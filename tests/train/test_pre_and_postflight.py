"""The planted faults that must stop a training, or an adapter, that looks healthy."""

import pytest
import torch

from finewright.base.errors import FinewrightError, InputError
from finewright.model.batch import Example
from finewright.train.postflight import check_adapter
from finewright.train.preflight import check_examples, check_trainable
from finewright.train.weights import fingerprints, trainable
from train.tiny_training import tiny_examples, tiny_model


def test_many_mute_examples_are_counted_and_the_first_named() -> None:
    mute = [Example(f"m{number}", (1, 2), (False, False)) for number in range(5)]
    with pytest.raises(InputError, match=r"5 of 7 .* \(record m0, m1, m2 and 2 more\)"):
        check_examples([*tiny_examples(2), *mute])
    check_examples(tiny_examples(2))


def test_half_precision_weights_are_refused() -> None:
    model = tiny_model()
    check_trainable(model)
    next(iter(trainable(model).values())).data = torch.zeros(2, dtype=torch.bfloat16)
    with pytest.raises(FinewrightError, match="1 trainable weights are in less than 32 bits"):
        check_trainable(model)


def test_a_frozen_model_is_refused() -> None:
    with pytest.raises(FinewrightError, match="no trainable weight"):
        check_trainable(tiny_model().requires_grad_(False))


def test_an_adapter_that_never_moved_is_refused() -> None:
    model = tiny_model()
    with pytest.raises(FinewrightError, match="equals the base"):
        check_adapter(model, fingerprints(tiny_model()))
    with torch.no_grad():
        next(weight for name, weight in trainable(model).items() if "lora_B" in name)[0, 0] = 1e-6
    check_adapter(model, fingerprints(tiny_model()))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_adapter_with_nan_is_refused(value: float) -> None:
    model = tiny_model()
    with torch.no_grad():
        next(weight for name, weight in trainable(model).items() if "lora_A" in name)[0, 0] = value
    with pytest.raises(FinewrightError, match=r"NaN or infinite values \(1 weights, the first .*lora_A"):
        check_adapter(model, fingerprints(tiny_model()))
