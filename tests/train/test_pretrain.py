"""Documents as rows: every token but a document's first predicted once, nothing cut, no document sees another."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from finewright.base.errors import InputError
from finewright.model.batch import Batch, Example
from finewright.model.padded import PaddedBatches
from finewright.model.states import hidden_states, log_probs
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.pretrain import Counted, count, row_length, rows_of
from finewright.train.sft import token_loss
from train.tiny_training import PAD, VOCABULARY, settings, tiny_model

SEPARATOR = 1
tokens = st.lists(st.integers(2, VOCABULARY - 1), min_size=1, max_size=80)


@given(text=tokens, longest=st.integers(2, 90))
def test_a_document_is_continued_and_never_cut(text: list[int], longest: int) -> None:
    document = [*text, SEPARATOR]
    rows = rows_of("d", document, longest)
    assert [row.id for row in rows] == [f"d#{number}" for number in range(len(rows))]
    assert all(2 <= len(row.tokens) <= longest for row in rows)
    assert all(one.tokens[-1] == other.tokens[0] for one, other in pairwise(rows))
    assert [rows[0].tokens[0], *(token for row in rows for token in row.tokens[1:])] == document
    assert sum(row.targets for row in rows) == len(text) + 1 - 1
    assert len(rows) == -(-(len(document) - 1) // (longest - 1))


def test_supervised_are_all_but_each_documents_first() -> None:
    texts = [[2, 3, 4, 5, 6, 7, 8], [9], [10, 11, 12]]
    made = {f"{n}": rows_of(f"{n}", [*text, SEPARATOR], 4) for n, text in enumerate(texts)}
    assert count(made) == Counted(documents=3, rows=5, tokens=7 + 1 + 3 + 3, continued=1)
    assert sum(row.targets for of in made.values() for row in of) == sum(len(text) + 1 - 1 for text in texts)


def test_the_length_of_a_row() -> None:
    assert row_length(None, 8192) == 1024
    assert row_length(None, 512) == 512
    assert row_length(2048, 8192) == 2048
    assert row_length(2048, 512) == 512
    with pytest.raises(InputError, match=r"`train\.max_length` to 2"):
        row_length(1, 512)


def corpus() -> list[list[Example]]:
    """Documents that begin alike, repeat, and are longer than a row, cut to rows of at most 12 tokens."""
    draw = torch.Generator().manual_seed(0)

    def some(length: int) -> list[int]:
        return torch.randint(2, VOCABULARY, (length,), generator=draw).tolist()

    opening = some(6)
    texts = [opening + some(4), opening + some(3), some(30), some(11), some(1), opening + some(15)]
    return [rows_of(f"{n}", [*text, SEPARATOR], 12) for n, text in enumerate([*texts, texts[2]])]


def gradients(model: nn.Module, batches: Sequence[Batch]) -> tuple[float, dict[str, Tensor]]:
    model.zero_grad()
    loss = torch.stack([token_loss(model, batch) for batch in batches]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), {name: of.grad.clone() for name, of in model.named_parameters() if of.grad is not None}


def moved(model: nn.Module) -> nn.Module:
    """The model with an adapter that does something, so that every gradient is of some size."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.copy_(torch.linspace(-0.2, 0.2, weight.numel()).view_as(weight))
    return model


@pytest.mark.parametrize("budget", [16, 40, 1000])
def test_packed_equals_separate(budget: int) -> None:
    model = moved(tiny_model())
    rows = [row for of in corpus() for row in of]
    packed = gradients(model, TreeBatches(budget)(rows))
    apart = gradients(model, [batch for row in rows for batch in PaddedBatches(1, PAD)([row])])
    assert packed[0] == pytest.approx(apart[0], rel=1e-5)
    assert packed[1].keys() == apart[1].keys()
    for name, of in apart[1].items():
        torch.testing.assert_close(packed[1][name], of, rtol=1e-4, atol=1e-5 * float(of.abs().max()))


def test_each_document_packed_is_as_likely_as_to_transformers_alone() -> None:
    model = moved(tiny_model()).eval()
    documents = corpus()
    (batch,) = TreeBatches(1000)([row for of in documents for row in of])
    found = _by_row(model, batch)
    for row in (row for of in documents for row in of):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([row.tokens])).logits[0].double().log_softmax(-1)  # (T, V)
        alone = sum(float(logits[place - 1, token]) for place, token in enumerate(row.tokens) if place)
        assert found[row.id] == pytest.approx(alone, rel=1e-5)


def test_documents_run_together_are_seen() -> None:
    """The fault that isolation guards against: in one plain row, the second document sees the first."""
    model = moved(tiny_model()).eval()
    first, second = (of[0] for of in corpus()[2:4])
    together = Example("both", first.tokens + second.tokens, first.supervised + second.supervised)
    joined = _by_row(model, PaddedBatches(1000, PAD)([together])[0])["both"]
    isolated = _by_row(model, TreeBatches(1000)([first, second])[0])
    assert abs(joined - sum(isolated.values())) > 0.1


def test_a_step_divides_by_the_tokens_it_predicts() -> None:
    rows = [row for of in corpus() for row in of]
    source = Epochs(rows, settings(batch=4, epochs=1), 0, TreeBatches(30))
    weights = [source.step(number).weight for number in range(source.total)]
    assert sum(weights) == sum(row.targets for row in rows)


@torch.no_grad()
def _by_row(model: nn.Module, batch: Batch) -> dict[str, float]:
    scores = log_probs(model, hidden_states(model, batch), batch).double()
    summed = dict.fromkeys(batch.ids, 0.0)
    for at, score in zip(batch.example.tolist(), scores.tolist(), strict=True):
        summed[batch.ids[at]] += score
    return summed
