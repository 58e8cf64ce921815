"""Row 15 of the silent failures: validation keeps no logits, seen by counting tensors as wide as the vocabulary."""

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten
from transformers import LlamaConfig, LlamaForCausalLM

from finewright.model.batch import Batches, Example
from finewright.model.padded import PaddedBatches
from finewright.model.states import hidden_states, log_probs
from finewright.train.validation import validation_loss

VOCABULARY = 97
"""A width that no other tensor of the model has."""
CHUNK = 128
"""States that `log_probs` puts through the head at once."""


class WideRows(TorchDispatchMode):
    """Counts rows of vocabulary width alive at once in storages made while the mode is on; `most` is the peak."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._alive: dict[int, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        given = {one.untyped_storage().data_ptr() for one in tensors((args, kwargs))}
        for one in tensors(output):
            storage = one.untyped_storage()
            if one.ndim and one.shape[-1] == VOCABULARY and storage.data_ptr() not in given:
                self._alive[storage._cdata] = one.numel() // VOCABULARY
                weakref.finalize(storage, self._alive.pop, storage._cdata, None)
        self.most = max(self.most, sum(self._alive.values()))
        return output


def tensors(tree: Any) -> list[Tensor]:
    return [leaf for leaf in tree_flatten(tree)[0] if isinstance(leaf, Tensor)]


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=24,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return LlamaForCausalLM(config).eval()


def examples(count: int) -> list[Example]:
    """Eight tokens each, all but the first supervised."""
    return [
        Example(f"r{one}", tuple(1 + (one * step) % 90 for step in range(8)), (False,) + (True,) * 7)
        for one in range(count)
    ]


def accumulating(model: nn.Module, given: Sequence[Example], batches: Batches) -> float:
    """Evaluation as it fails: the logits of every batch are kept until the end."""
    kept = []
    with torch.no_grad():
        for batch in batches(given):
            kept.append((model.get_output_embeddings()(hidden_states(model, batch)), batch.target))  # type: ignore[operator]
        logits, targets = (torch.cat(parts) for parts in zip(*kept, strict=True))
        return float(nn.functional.cross_entropy(logits, targets))


def unchunked(model: nn.Module, given: Sequence[Example], batches: Batches) -> float:
    """Nothing is kept, but a batch goes through the head in one piece."""
    with torch.no_grad():
        (batch,) = batches(given)
        return -float(log_probs(model, hidden_states(model, batch), batch, chunk=100_000).mean())


Evaluate = Callable[[nn.Module, Sequence[Example], Batches], float]


def peak(evaluate: Evaluate, model: nn.Module, count: int, micro_tokens: int) -> tuple[int, float]:
    with WideRows() as rows:
        loss = evaluate(model, examples(count), PaddedBatches(micro_tokens, 0))
    return rows.most, loss


def test_row_15_the_peak_does_not_grow_with_the_examples(model: LlamaForCausalLM) -> None:
    # Two examples a batch: 14 states, as logits and as their log-softmax.
    peaks = [peak(validation_loss, model, count, 16)[0] for count in (4, 40, 120)]
    assert 14 <= peaks[0] <= 2 * 14
    assert peaks[0] == peaks[1] == peaks[2]


def test_row_15_a_large_batch_is_held_a_chunk_at_a_time(model: LlamaForCausalLM) -> None:
    # 120 examples in one batch: 840 states, more than three chunks.
    most, loss = peak(validation_loss, model, 120, 100_000)
    assert CHUNK <= most <= 2 * CHUNK
    whole, same = peak(unchunked, model, 120, 100_000)
    assert whole >= 840
    assert loss == pytest.approx(same, rel=1e-5)


def test_row_15_an_evaluation_that_accumulates_would_be_seen(model: LlamaForCausalLM) -> None:
    few, many = peak(accumulating, model, 4, 16)[0], peak(accumulating, model, 40, 16)[0]
    assert many >= 10 * 28
    assert many > 5 * few
