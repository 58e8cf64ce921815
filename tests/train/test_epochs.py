"""Order, size and weight of the optimizer steps of passes over examples."""

from itertools import chain

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.model.batch import Example, Step
from finewright.model.padded import PaddedBatches
from finewright.train.epochs import Epochs
from train.tiny_training import PAD, settings, tiny_examples


def ids(step: Step) -> list[str]:
    return [name for batch in step.batches for name in batch.ids]


def steps(count: int = 10, seed: int = 3, micro_tokens: int = 24, **changes: object) -> Epochs:
    return Epochs(tiny_examples(count), settings(**changes), seed, PaddedBatches(micro_tokens, PAD))


@given(count=st.integers(1, 12), size=st.integers(1, 13), epochs=st.integers(1, 3))
def test_each_epoch_shows_each_example_once(count: int, size: int, epochs: int) -> None:
    source = steps(count, batch=size, epochs=epochs)
    assert source.total == epochs * source.per_epoch
    for epoch in range(epochs):
        numbers = range(epoch * source.per_epoch, (epoch + 1) * source.per_epoch)
        parts = [ids(source.step(number)) for number in numbers]
        assert sorted(chain.from_iterable(parts)) == sorted(f"row-{number}" for number in range(count))
        assert all(len(part) == size for part in parts[:-1])


def test_the_last_step_of_an_epoch_takes_what_is_left() -> None:
    source = steps(10, batch=4)
    assert [len(ids(source.step(number))) for number in range(source.per_epoch)] == [4, 4, 2]


def test_a_step_depends_on_its_number_alone() -> None:
    asked, other = steps(), steps()
    forward = [asked.step(number) for number in range(asked.total)]
    for number in reversed(range(other.total)):
        again = other.step(number)
        assert ids(again) == ids(forward[number])
        for one, two in zip(again.batches, forward[number].batches, strict=True):
            assert torch.equal(one.inputs["input_ids"], two.inputs["input_ids"])


def test_epochs_and_seeds_differ() -> None:
    source = steps(12, batch=12)
    first, second = ids_in_order(source, 0), ids_in_order(source, 1)
    assert first != second
    assert first != ids_in_order(steps(12, seed=4, batch=12), 0)


def ids_in_order(source: Epochs, epoch: int) -> list[str]:
    return [example.id for example in chain.from_iterable(source._draw._order(epoch))]


def test_removing_a_record_moves_no_other() -> None:
    fewer = [example for example in tiny_examples(12) if example.id != "row-5"]
    without = Epochs(fewer, settings(), 3, PaddedBatches(24, PAD))
    assert ids_in_order(without, 1) == [name for name in ids_in_order(steps(12), 1) if name != "row-5"]


def test_weight_is_that_of_the_whole_step_however_it_is_cut() -> None:
    whole, parts = steps(micro_tokens=10_000), steps(micro_tokens=1)
    assert len(whole.step(0).batches) == 1
    assert len(parts.step(0).batches) == 4
    # four examples, three supervised tokens each
    assert whole.step(0).weight == parts.step(0).weight == 12.0


def test_an_example_with_nothing_to_learn_is_refused_by_name() -> None:
    mute = Example("row-mute", (1, 2, 3), (False, False, False))
    with pytest.raises(InputError, match=r"1 of 3 examples have no supervised token \(record row-mute\)"):
        Epochs([*tiny_examples(2), mute], settings(), 0, PaddedBatches(24, PAD))
    with pytest.raises(InputError, match="no examples to train on"):
        Epochs([], settings(), 0, PaddedBatches(24, PAD))
