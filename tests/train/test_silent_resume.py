"""Row 12 of the silent failures: a resumption with a fault ends elsewhere, so the tests of sameness can fail."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from finewright.base.errors import FinewrightError, InputError, Interrupted
from finewright.base.recipe_train import Train
from finewright.model.batch import Step
from finewright.train import loop, optim
from finewright.train.epochs import Epochs
from finewright.train.optim import adamw, put_moments
from finewright.train.weights import weights_of
from train.tiny_training import settings, store_in, tiny_model, tiny_training

Plant = Callable[[pytest.MonkeyPatch], None]
STOP = 3


def resumed(folder: Path, plant: Callable[[], None]) -> dict[str, torch.Tensor]:
    """Weights of a training that is stopped after three of six steps and taken up with a fault."""
    asked = iter([False] * STOP + [True])
    with pytest.raises(Interrupted):
        tiny_training(folder, tiny_model(dropout=0.2), settings(), interrupted=lambda: next(asked))
    plant()
    model = tiny_model(dropout=0.2)
    assert tiny_training(folder, model, settings(patience=0)).resumed_at == (STOP,)
    return weights_of(model)


def another_order(patch: pytest.MonkeyPatch) -> None:
    """The rest of the epoch begins from the front again."""
    step = Epochs.step

    def faulty(self: Epochs, number: int) -> Step:
        return step(self, number - STOP)

    patch.setattr(Epochs, "step", faulty)


def another_rate(patch: pytest.MonkeyPatch) -> None:
    """The schedule starts over."""
    rate = optim.learning_rate

    def faulty(step: int, total: int, chosen: Train) -> float:
        return rate(step - STOP, total, chosen)

    patch.setattr(loop, "learning_rate", faulty)


def lost_moments(patch: pytest.MonkeyPatch) -> None:
    """AdamW begins anew."""
    patch.setattr(loop, "put_moments", lambda model, optimizer, moments: None)


def other_draws(patch: pytest.MonkeyPatch) -> None:
    """Dropout goes on from whatever state the new process has."""
    patch.setattr(loop, "reseed", lambda seed, number: None)


def lost_weights(patch: pytest.MonkeyPatch) -> None:
    """Training starts from the untrained adapter."""
    put, calls = loop.put_weights, iter([True])
    patch.setattr(loop, "put_weights", lambda model, weights: None if next(calls, False) else put(model, weights))


def test_row_12_without_a_fault_it_ends_where_the_uninterrupted_one_does(tmp_path: Path) -> None:
    whole = tiny_model(dropout=0.2)
    tiny_training(tmp_path / "whole", whole, settings())
    found = resumed(tmp_path / "resumed", lambda: None)
    assert all(torch.equal(found[name], weight) for name, weight in weights_of(whole).items())


@pytest.mark.parametrize("fault", [another_order, another_rate, lost_moments, other_draws, lost_weights])
def test_row_12_every_fault_of_a_resumption_ends_elsewhere(
    fault: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = tiny_model(dropout=0.2)
    tiny_training(tmp_path / "whole", whole, settings())
    found = resumed(tmp_path / "resumed", lambda: fault(monkeypatch))
    assert not all(torch.equal(found[name], weight) for name, weight in weights_of(whole).items())


def test_row_12_a_checkpoint_that_lost_some_moments_is_refused(tmp_path: Path) -> None:
    asked = iter([False] * STOP + [True])
    with pytest.raises(Interrupted):
        tiny_training(tmp_path, tiny_model(), settings(), interrupted=lambda: next(asked))
    found = store_in(tmp_path).latest()
    assert found is not None
    lost = next(name for name in found.tensors if name.startswith("moments/exp_avg/")).partition("/exp_avg/")[2]
    kept = {name: value for name, value in found.tensors.items() if not name.endswith(f"/{lost}")}
    kept |= {f"weights/{lost}": found.tensors[f"weights/{lost}"]}
    store_in(tmp_path).save(STOP, found.numbers["best_step"], found.numbers, kept)
    with pytest.raises(FinewrightError, match="has optimizer moments for 27 weights, and 28 are trained"):
        tiny_training(tmp_path, tiny_model(), settings())


@pytest.mark.parametrize("change", [{"identity": {"run": "other"}}, {"versions": {"torch": "3"}}, {"threads": 2}])
def test_row_12_what_decides_order_rate_or_bits_may_not_change(tmp_path: Path, change: dict[str, object]) -> None:
    # The run's digest holds the recipe, with seed and rates, and the rows, which decide the order.
    asked = iter([False] * STOP + [True])
    with pytest.raises(Interrupted):
        tiny_training(tmp_path, tiny_model(), settings(), interrupted=lambda: next(asked))
    with pytest.raises((InputError, FinewrightError), match=r"belongs to another recipe|under other circumstances"):
        tiny_training(tmp_path, tiny_model(), settings(), store=store_in(tmp_path, **change))


def test_before_the_first_step_there_are_no_moments_to_put() -> None:
    model = tiny_model()
    put_moments(model, adamw(model, settings()), {})
