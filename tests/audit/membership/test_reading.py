"""Token by token through the tree, held against padded rows and against transformers alone; and what it is read for."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.audit.membership.findings import separated
from finewright.audit.membership.reading import marked, read
from finewright.audit.membership.scores import Reading, Side, scores
from finewright.base.order import rank
from finewright.base.records import Message
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from support.tiny import tiny_base

SYSTEM = Message("system", "You are a tiny assistant. Answer in the way of the examples.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"), hidden=48)


@pytest.fixture(scope="module")
def examples(folder) -> list[Example]:
    chat = Chat(AutoTokenizer.from_pretrained(folder))

    def example(number: int) -> Example:
        asked = f"card {rank(1, 'asked', number) % 100_000}"
        answer = Message("assistant", str(rank(1, "answer", number) % 10_000))
        return chat.encode_example(f"row{number}", (SYSTEM, Message("user", asked)), answer)

    return [example(number) for number in range(60)]


def model(folder, seed: int | None = None) -> torch.nn.Module:
    found = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if seed is not None:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for weight in found.parameters():
                weight.add_(0.05 * torch.randn_like(weight))
    return found


def readings(tuned, base, examples, batches, text_tokens: int = 64) -> dict[str, Reading]:
    return read(nullcontext(tuned), nullcontext(base), examples, batches, text_tokens=text_tokens)


def columns(reading: Reading) -> np.ndarray:
    return np.stack([reading.tuned, reading.base, reading.standing, reading.said, reading.answer])


def test_the_tree_reads_what_padded_rows_and_transformers_read(folder, examples) -> None:
    tuned, base = model(folder, seed=1), model(folder)
    some = examples[:12]
    tree = readings(tuned, base, some, TreeBatches(256))
    plain = readings(tuned, base, some, PaddedBatches(256, pad=2))
    for one in some:
        np.testing.assert_allclose(columns(tree[one.id]), columns(plain[one.id]), atol=2e-4)
    for one, looked_at in zip(some[:4], marked(some, 64), strict=False):
        slow = np.array(list(by_hand(tuned, base, one, looked_at)))
        np.testing.assert_allclose(columns(tree[one.id]), slow.T, atol=2e-4)


def by_hand(tuned, base, example: Example, looked_at: Example):
    """The same of each token looked at, by explicit sums over the vocabulary in float64."""
    tokens = torch.tensor([example.tokens])
    with torch.no_grad():
        rows = [one(tokens).logits[0].double().log_softmax(-1).tolist() for one in (tuned, base)]
    for at, wanted in enumerate(looked_at.supervised):
        if not wanted:
            continue
        target, log_probs = example.tokens[at], rows[0][at - 1]
        mean = sum(np.exp(one) * one for one in log_probs)
        spread = sum(np.exp(one) * (one - mean) ** 2 for one in log_probs) ** 0.5
        standing = (log_probs[target] - mean) / spread
        said = log_probs[target] == max(log_probs)
        yield log_probs[target], rows[1][at - 1][target], standing, said, example.supervised[at]


def test_a_shared_beginning_is_computed_once(examples) -> None:
    tree = sum(batch.tokens for batch in TreeBatches(10**6)(marked(examples, 64)))
    assert tree < 0.5 * sum(len(one.tokens) for one in examples)


def test_what_is_marked() -> None:
    rows = [
        Example("a", (1, 2, 3, 4, 5, 6), (False, False, False, False, True, True)),
        Example("b", (1, 2, 7, 8, 9), (False, False, False, False, True)),
    ]
    assert [one.supervised for one in marked(rows, 64)] == [
        (False, False, True, True, True, True),
        (False, False, True, True, True),
    ]
    assert [one.supervised for one in marked(rows, 1)] == [
        (False, False, False, True, True, True),
        (False, False, False, True, True),
    ]
    assert [one.supervised for one in marked(rows, 0)] == [one.supervised for one in rows]
    assert marked([Example("c", (1, 2), (False, True))] * 2, 64)[0].supervised == (False, True)


def test_a_model_that_learned_by_heart_is_caught_and_a_fresh_one_is_not(folder, examples) -> None:
    members, hold_outs, base = examples[:16], examples[16:60], model(folder)
    caught = attacked(overfitted(folder, members), base, members, hold_outs)
    fresh = attacked(overfitted(folder, hold_outs[:0]), base, members, hold_outs)
    assert caught.auc[caught.strongest].low > 0.65
    assert caught.tpr[caught.finds_most].value > 0.3
    assert fresh.auc[fresh.strongest].low <= 0.5
    assert fresh.tpr[fresh.finds_most].low <= 0.01


def overfitted(folder, learned: list[Example]) -> torch.nn.Module:
    """The base after many epochs on a few rows; after none on none, moved a little at random."""
    found = model(folder, seed=3)
    optimizer = torch.optim.AdamW(found.parameters(), lr=8e-3)
    rows = torch.nn.utils.rnn.pad_sequence([torch.tensor(one.tokens) for one in learned], True) if learned else None
    marks = (
        torch.nn.utils.rnn.pad_sequence([torch.tensor(one.supervised) for one in learned], True) if learned else None
    )
    for _ in range(40 if learned else 0):
        loss = found(rows, labels=rows.where(marks, -100)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return found


def attacked(tuned, base, members: list[Example], hold_outs: list[Example]):
    found = readings(tuned, base, [*members, *hold_outs], TreeBatches(2048))
    first, others = (scores([[Side(found[one.id], one.id)] for one in part], 0.2) for part in (members, hold_outs))
    return separated(first, others, 0.95)
