"""Rows 1, 5, 13 and 15 of the silent failures: each fault is planted, and what finewright does about it seen."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from finewright.base.errors import FinewrightError, InputError
from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.batch import Batch, Example, Step
from finewright.model.padded import PaddedBatches, padded
from finewright.model.states import hidden_states, log_probs
from finewright.train.epochs import Epochs
from finewright.train.preflight import check_examples, check_lengths, check_step
from finewright.train.weights import weights_of
from train.tiny_training import PAD, settings, tiny_examples, tiny_model, tiny_training

END = 31
"""The token that ends every tiny answer; here it pads as well."""


def cut_from_the_right(example: Example, limit: int) -> Example:
    """Truncation that does not know where the answer is."""
    return Example(example.id, example.tokens[:limit], example.supervised[:limit])


def test_row_1_truncation_that_takes_the_answer_away_is_refused() -> None:
    cut = [cut_from_the_right(example, 5) for example in tiny_examples(8)]
    mute = [example.id for example in cut if not any(example.supervised)]
    assert mute == ["row-2", "row-3", "row-4", "row-7"]
    with pytest.raises(InputError, match=r"4 of 8 examples have no supervised token \(record row-2, row-3, row-4 and"):
        check_examples(cut)


def test_row_1_an_example_that_nobody_cut_is_refused() -> None:
    examples = tiny_examples(8)
    longest = max(len(example.tokens) for example in examples)
    check_lengths(examples, longest)
    with pytest.raises(InputError, match=rf"1 of 8 examples are longer than {longest - 1} tokens \(record row-4\)"):
        check_lengths(examples, longest - 1)


def masked_by_id(examples: Sequence[Example], pad: int) -> Batch:
    """Padding masked wherever its id occurs: the usual collator, where pad equals the end of an answer."""
    batch = padded(
        [
            Example(
                one.id,
                one.tokens,
                tuple(wanted and token != pad for token, wanted in zip(one.tokens, one.supervised, strict=True)),
            )
            for one in examples
        ],
        pad,
    )
    tokens = batch.inputs["input_ids"]
    inputs = {"input_ids": tokens, "attention_mask": (tokens != pad).long()}
    return Batch(inputs, batch.states, batch.state, batch.target, batch.weight, batch.example, batch.ids, batch.tokens)


def test_row_5_padding_masked_by_id_loses_every_end_and_is_refused() -> None:
    examples = tiny_examples(4)
    faulty, sound = masked_by_id(examples, END), padded(examples, END)
    check_step(Step((sound,), 12.0), examples)
    with pytest.raises(FinewrightError, match=r"would learn 8 tokens and divide by 8, .* have 12 supervised"):
        check_step(Step((faulty,), 8.0), examples)
    with pytest.raises(FinewrightError, match="would learn 12 tokens and divide by 16"):
        check_step(Step((sound,), 16.0), examples)


def test_row_5_the_real_steps_pad_with_the_end_of_answers_and_keep_every_end() -> None:
    examples = tiny_examples()
    source = Epochs(examples, settings(), 3, PaddedBatches(24, END))
    for number in range(source.per_epoch):
        step = source.step(number)
        check_step(step, examples)
        assert sum(int((batch.target == END).sum()) for batch in step.batches) == 4


def test_row_5_what_a_row_computes_does_not_hang_on_the_padding_token() -> None:
    model, examples = tiny_model().eval(), tiny_examples(5)

    def scores(batch: Batch) -> torch.Tensor:
        with torch.no_grad():
            return log_probs(model, hidden_states(model, batch), batch)

    assert torch.equal(scores(padded(examples, END)), scores(padded(examples, PAD)))
    # The end of an answer inside a prompt, as every past turn has one, is what masking by id would hide.
    turns = [Example("talk", (5, END, 9, 7, END), (False, False, False, True, True)), examples[4]]
    by_id = masked_by_id(turns, END)
    hidden = hidden_states(model, Batch(by_id.inputs, *rest(padded(turns, END))))
    assert not torch.allclose(log_probs(model, hidden, padded(turns, END)), scores(padded(turns, END)))


def rest(batch: Batch) -> tuple[object, ...]:
    return batch.states, batch.state, batch.target, batch.weight, batch.example, batch.ids, batch.tokens


@pytest.mark.parametrize("path", ["dropout", "order", "start"])
def test_row_13_the_seed_reaches_every_path(path: str, tmp_path: Path) -> None:
    """All else equal, another seed on this path alone ends in other weights, and the same seed in the same."""

    def trained(name: str, seed: int) -> dict[str, torch.Tensor]:
        dropout = 0.2 if path == "dropout" else 0.0
        settled = Lora(rank=8, alpha=16, dropout=dropout)
        model = lora.attach(tiny_model().unload(), settled, seed=seed if path == "start" else 0)
        # In one batch an epoch there is no order, so the loop's seed reaches dropout alone.
        chosen = settings(batch=4 if path == "order" else 12)
        tiny_training(tmp_path / name, model, chosen, seed=seed if path != "start" else 7)
        return weights_of(model)

    one, same, other = trained("one", 1), trained("same", 1), trained("other", 2)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


def test_row_13_a_seed_that_does_not_reach_dropout_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finewright.train.loop.reseed", lambda seed, number: torch.manual_seed(number))
    found = []
    for seed in (1, 2):
        model = tiny_model(dropout=0.2)
        tiny_training(tmp_path / str(seed), model, settings(batch=12), seed=seed)
        found.append(weights_of(model))
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
