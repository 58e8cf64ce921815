"""A reward learned from pairs: its loss and gradient beside a slow reference, what it learns, resumed to the bit."""

import math
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from finewright.base.files import read_jsonl
from finewright.model.batch import Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.packed import EvenBatches, PackedBatches
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.train import probe as probing
from finewright.train.epochs import Epochs
from finewright.train.preference import pairs_in
from finewright.train.reward import RewardLoss, probe_pairs
from finewright.train.weights import weights_of
from train import tiny_reward as tiny
from train.tiny_reward import layout, pairs, settings, tiny_rewarder

UNDER = ["encoder", "decoder"]


def alone(model: Classifier, example: Example) -> Tensor:
    """The slow reference: the text by itself through transformers, the state that the head reads; (H,)."""
    tokens = torch.tensor([example.tokens[:-1]])
    if model.pooling is None:
        return model.bare.get_decoder()(input_ids=tokens).last_hidden_state[0, -1]
    return model.bare(input_ids=tokens).last_hidden_state[0].mean(0)


def reference_loss(model: Classifier, examples: Sequence[Example]) -> Tensor:
    """Softplus of rejected minus chosen, the mean over pairs."""
    scores = torch.stack([model.head(alone(model, example)[None])[0, 0] for example in examples])
    return functional.softplus(scores[1::2] - scores[::2]).mean()


def gradients(model: Classifier, loss: Tensor) -> dict[str, Tensor]:
    named = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    return dict(zip(named, torch.autograd.grad(loss, list(named.values())), strict=True))


@pytest.mark.parametrize(
    ("under", "batches"),
    [
        ("encoder", PackedBatches(10_000)),
        ("encoder", PackedBatches(30)),
        ("encoder", EvenBatches(10_000)),
        ("encoder", EvenBatches(1)),
        ("decoder", TreeBatches(10_000)),
        ("decoder", TreeBatches(30)),
        ("decoder", PaddedBatches(10_000, 0)),
        ("decoder", PaddedBatches(30, 0)),
    ],
    ids=["packed", "packed in parts", "padded pairs", "pair by pair", "tree", "trees", "rows", "rows in parts"],
)
def test_loss_and_gradient_are_those_of_texts_by_themselves(under: str, batches: Batches) -> None:
    model, examples = tiny_rewarder(under).double(), pairs(7)
    step = Epochs(examples, settings(batch=7), 7, batches, pairs_in).step(0)
    assert step.weight == 7
    loss = RewardLoss()
    found = torch.stack([loss(model, batch) / step.weight for batch in step.batches]).sum()
    wanted = reference_loss(model, examples)
    torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)
    ours, theirs = gradients(model, found), gradients(model, wanted)
    for name, value in theirs.items():
        torch.testing.assert_close(ours[name], value, rtol=1e-6, atol=1e-9)


def test_the_loss_by_hand() -> None:
    model, examples = tiny_rewarder(), pairs(2)
    (batch,) = PackedBatches(1000)(examples)
    scores = dict(zip(batch.ids, model.scores(batch)[:, 0].tolist(), strict=True))
    margins = [scores[one.id] - scores[other.id] for one, other in zip(examples[::2], examples[1::2], strict=True)]
    loss = RewardLoss()
    assert loss(model, batch).item() == pytest.approx(
        sum(math.log1p(math.exp(-margin)) for margin in margins), rel=1e-5
    )
    noticed = loss.noticed.figures()
    assert noticed["preference_margin"] == pytest.approx(sum(margins) / 2, rel=1e-5)
    assert noticed["preference_accuracy"] == sum(margin > 0 for margin in margins) / 2


def test_a_shared_prompt_is_computed_once() -> None:
    one, other = pairs(1)
    (batch,) = TreeBatches(1000)([one, other])
    shared = next(place for place, (a, b) in enumerate(zip(one.tokens, other.tokens, strict=False)) if a != b)
    assert shared >= 4
    assert batch.tokens == len(one.tokens) + len(other.tokens) - shared


@pytest.mark.parametrize("batches", [PackedBatches(1), PackedBatches(40), EvenBatches(1), EvenBatches(60)])
def test_no_layout_of_texts_parts_a_pair(batches: Batches) -> None:
    examples = pairs(9)
    found = batches(examples)
    for batch in found:
        assert sorted(batch.ids) == sorted(
            example.id for example in examples if example.group in {name.split("/")[0] for name in batch.ids}
        )
    assert sum(len(batch.ids) for batch in found) == len(examples)
    assert [batch.ids for batch in batches(examples[::-1])] == [batch.ids for batch in found]


def held_out_accuracy(model: Classifier, under: str, examples: Sequence[Example]) -> float:
    loss = RewardLoss()
    with torch.no_grad():
        for batch in layout(under, 1000)(examples):
            loss(model.eval(), batch)
    return loss.noticed.figures()["preference_accuracy"]


@pytest.mark.parametrize("under", UNDER)
def test_a_planted_preference_is_learned(tmp_path: Path, under: str) -> None:
    model = tiny_rewarder(under)
    chosen = settings(epochs=4, batch=16, evaluations=1, patience=0, micro_tokens=1000)
    tiny.reward_training(tmp_path, model, chosen, pairs(200), under=under)
    assert held_out_accuracy(model, under, pairs(200, seed=1)) > 0.95


@pytest.mark.parametrize("under", UNDER)
def test_shuffled_preferences_teach_nothing(tmp_path: Path, under: str) -> None:
    coin = np.random.default_rng(0).integers(0, 2, 400).astype(bool)
    model = tiny_rewarder(under)
    chosen = settings(epochs=4, batch=16, evaluations=1, patience=0, micro_tokens=1000)
    tiny.reward_training(tmp_path, model, chosen, pairs(200, swapped=lambda at: bool(coin[at])), under=under)
    held_out = pairs(200, seed=1, swapped=lambda at: bool(coin[200 + at]))
    # The standard deviation of a share of 200 is 0.035.
    assert held_out_accuracy(model, under, held_out) == pytest.approx(0.5, abs=0.11)


def rows(folder: Path) -> list[dict[str, Any]]:
    """The log without what a clock decides."""
    return [
        {key: value for key, value in row.items() if key != "seconds"} for row in read_jsonl(folder / "metrics.jsonl")
    ]


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = tiny_rewarder(), tiny_rewarder()
    tiny.reward_training(tmp_path / "whole", whole, settings(), pairs(12))
    folder = tmp_path / "killed"
    source = Epochs(pairs(12), settings(), 7, PackedBatches(50), pairs_in)
    before = sum(len(source.step(number).batches) for number in range(4))
    assert len(source.step(4).batches) > 1
    # Killed in the second micro-batch of the fifth step; the last checkpoint is from the validation after the third.
    script = [sys.executable, tiny.__file__, str(folder), str(before + 2)]
    paths = os.pathsep.join([str(Path(tiny.__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert rows(folder)[-1]["step"] == 4
    outcome = tiny.reward_training(folder, resumed, settings(), pairs(12))
    assert outcome.resumed_at == (3,)
    assert rows(folder) == rows(tmp_path / "whole")
    assert {"preference_accuracy", "preference_margin"} <= rows(folder)[-1].keys() | rows(folder)[-2].keys()
    expected = weights_of(whole)
    assert all(torch.equal(weight, expected[name]) for name, weight in weights_of(resumed).items())


@pytest.mark.parametrize("under", UNDER)
def test_the_head_is_fitted_as_scikit_learn_would(under: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Few iterations stop on the way; here it is to arrive.
    monkeypatch.setattr(probing, "_ITERATIONS", 2000)
    model, examples = tiny_rewarder(under).double(), pairs(20, swapped=lambda number: number % 3 == 0)
    probe_pairs(model, examples, layout(under, 60))
    with torch.no_grad():
        states = torch.stack([alone(model, example) for example in examples])
    apart = states[::2] - states[1::2]
    scaled = (apart / apart.pow(2).sum(1).mean().sqrt()).numpy()
    # Each pair both ways round, so that there are two classes: twice the rows, half of what each counts.
    both, sides = np.concatenate([scaled, -scaled]), [1] * len(scaled) + [0] * len(scaled)
    reference = LogisticRegression(C=0.3 / 2, fit_intercept=False, max_iter=100_000, tol=1e-10).fit(both, sides)
    wanted = reference.predict_proba(scaled)[:, 1]
    found = torch.sigmoid(model.head(apart)[:, 0]).detach().numpy()
    assert np.allclose(found, wanted, atol=2e-3)
    assert not np.allclose(found, 0.5, atol=2e-2)


def test_a_reward_has_no_table_of_answers() -> None:
    model = tiny_rewarder()
    with pytest.raises(TypeError, match="no table"):
        model.table(torch.zeros(2, 1))
    assert [name for name, _ in model.head.named_parameters()] == ["linear.weight"]
