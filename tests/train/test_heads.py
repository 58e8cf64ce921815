"""Heads in training: what counts how much, any cut the same, resumed to the bit, and the head fitted first."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional

from finewright.base.errors import Interrupted
from finewright.base.files import read_jsonl
from finewright.model.classifier import HeadKind
from finewright.model.packed import EvenBatches, PackedBatches
from finewright.train import probe as probing
from finewright.train.epochs import Epochs
from finewright.train.heads import Answers, HeadBatches, balanced_weights, columns_of, even_weights, head_loss
from finewright.train.probe import probe
from finewright.train.weights import weights_of
from support.parity_heads import LABELS
from train import tiny_head as tiny
from train.tiny_head import columns, settings, texts, tiny_classifier


def rows(folder: Path) -> list[dict[str, Any]]:
    """The log without what a clock decides."""
    return [
        {key: value for key, value in row.items() if key != "seconds"} for row in read_jsonl(folder / "metrics.jsonl")
    ]


def test_columns_of_each_kind() -> None:
    assert columns_of("classes", [2], 3) == (2,)
    assert columns_of("ordinal", [0], 3) == (0,)
    assert columns_of("labels", [0, 2], 3) == (1, 2, 5)
    assert columns_of("labels", [], 3) == (0, 2, 4)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    found = {f"{number}": (label,) for number, label in enumerate([0, 0, 0, 0, 1, 2, 2])}
    wanted = [7 / (3 * 4), 7 / (3 * 1), 7 / (3 * 2)]
    assert balanced_weights("classes", 3, found).tolist() == pytest.approx(wanted)
    # Each label by itself: 0 holds in one text of four, 1 in all of them, so that its absence counts nothing.
    held = {f"{number}": columns_of("labels", labels, 2) for number, labels in enumerate([[0, 1], [1], [1], [1]])}
    assert balanced_weights("labels", 2, held).tolist() == pytest.approx([4 / 6, 4 / 2, 0, 4 / 8])
    assert even_weights("labels", 2).tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
def test_the_loss_is_torchs_own(kind: HeadKind) -> None:
    model, answers = tiny_classifier(kind), columns(kind, texts())
    weights = balanced_weights(kind, LABELS, answers)
    (batch,) = HeadBatches(PackedBatches(1000), Answers(answers, weights))(texts())
    found = head_loss(model, batch) / batch.weight.sum()
    scores = model.scores(batch)
    labels = torch.tensor([texts()[int(name[-2:])].tokens[1] - 3 for name in batch.ids])
    if kind == "classes":
        wanted = functional.cross_entropy(scores, labels, weight=weights)
    elif kind == "labels":
        held = functional.one_hot(labels, LABELS) + functional.one_hot((labels - 1) % LABELS, LABELS)
        held[labels == 0, LABELS - 1] = 0  # the label before the first is none
        entry = weights.view(-1, 2).gather(1, held.T).T
        each = functional.binary_cross_entropy_with_logits(scores, held.float(), weight=entry, reduction="sum")
        wanted = each / entry.sum()
    else:
        at_most = torch.cat([torch.zeros(len(scores), 1), torch.sigmoid(scores), torch.ones(len(scores), 1)], 1)
        wanted = functional.nll_loss(at_most.diff(dim=1).log(), labels, weight=weights)
    torch.testing.assert_close(found, wanted)


@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
@pytest.mark.parametrize("layout", [PackedBatches(9), PackedBatches(20), EvenBatches(1000)])
def test_any_cut_into_micro_batches_gives_the_same_gradient(kind: HeadKind, layout: Any) -> None:
    def gradients(batches: Any) -> dict[str, Tensor]:
        model = tiny_classifier(kind).double()
        answers = columns(kind, texts())
        weights = balanced_weights(kind, LABELS, answers)
        step = Epochs(texts(), settings(batch=12), 7, HeadBatches(batches, Answers(answers, weights))).step(0)
        for batch in step.batches:
            (head_loss(model, batch) / step.weight).backward()
        return {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}

    whole, parts = gradients(PackedBatches(1000)), gradients(layout)
    assert whole.keys() == parts.keys()
    for name, value in whole.items():
        torch.testing.assert_close(parts[name], value, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
def test_it_learns_by_heart(tmp_path: Path, kind: HeadKind) -> None:
    outcome = tiny.head_training(tmp_path, tiny_classifier(kind), settings(epochs=20, evaluations=1, patience=0))
    assert outcome.improved
    assert outcome.best_loss < 0.5 * outcome.base_loss


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = tiny_classifier(), tiny_classifier()
    tiny.head_training(tmp_path / "whole", whole, settings())
    folder = tmp_path / "killed"
    source = Epochs(texts(), settings(), 7, PackedBatches(16))
    before = sum(len(source.step(number).batches) for number in range(4))
    assert len(source.step(4).batches) > 1
    # Killed in the second micro-batch of the fifth step; the last checkpoint is from the validation after the third.
    script = [sys.executable, tiny.__file__, str(folder), str(before + 2)]
    paths = os.pathsep.join([str(Path(tiny.__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert rows(folder)[-1]["step"] == 4
    outcome = tiny.head_training(folder, resumed, settings())
    assert outcome.resumed_at == (3,)
    assert rows(folder) == rows(tmp_path / "whole")
    expected = weights_of(whole)
    assert all(torch.equal(weight, expected[name]) for name, weight in weights_of(resumed).items())


def test_a_resumption_with_a_fault_ends_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, resumed = tiny_classifier(), tiny_classifier()
    tiny.head_training(tmp_path / "whole", whole, settings())
    asked = iter([False] * 3 + [True])
    with pytest.raises(Interrupted):
        tiny.head_training(tmp_path / "other", tiny_classifier(), settings(), interrupted=lambda: next(asked))
    step = Epochs.step
    monkeypatch.setattr(Epochs, "step", lambda self, number: step(self, number - 3))
    tiny.head_training(tmp_path / "other", resumed, settings(patience=0))
    expected = weights_of(whole)
    assert not all(torch.equal(weight, expected[name]) for name, weight in weights_of(resumed).items())


def head_batches(kind: HeadKind, layout: Any) -> HeadBatches:
    answers = columns(kind, texts())
    return HeadBatches(layout, Answers(answers, even_weights(kind, LABELS)))


def states() -> tuple[Tensor, list[int]]:
    """Vectors of the texts by themselves, and their labels."""
    trunk = tiny_classifier().bare
    with torch.no_grad():
        found = [trunk(input_ids=torch.tensor([one.tokens[:-1]])).last_hidden_state[0].mean(0) for one in texts()]
    return torch.stack(found), [one.tokens[1] - 3 for one in texts()]


def test_the_head_is_fitted_as_scikit_learn_would(monkeypatch: pytest.MonkeyPatch) -> None:
    # Few iterations stop on the way; here it is to arrive. The bias is penalised by neither.
    monkeypatch.setattr(probing, "_ITERATIONS", 2000)
    model = tiny_classifier().double()
    probe(model, texts(), head_batches("classes", PackedBatches(1000)))
    vectors, labels = states()
    scale = (vectors - vectors.mean(0)).pow(2).sum(1).mean().sqrt()
    reference = LogisticRegression(C=0.3, max_iter=100_000, tol=1e-10).fit((vectors / scale).double().numpy(), labels)
    wanted = reference.predict_proba((vectors / scale).double().numpy())
    found = torch.softmax(model.head(vectors.double()), -1).detach().numpy()
    assert np.allclose(found, wanted, atol=2e-3)


@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
def test_the_head_fitted_first_says_more_and_the_trunk_stays(kind: HeadKind) -> None:
    model, untouched = tiny_classifier(kind), tiny_classifier(kind)
    batches = head_batches(kind, PackedBatches(1000))
    (batch,) = batches(texts())
    before = head_loss(model, batch).item()
    probe(model, texts(), batches)
    assert head_loss(model, batch).item() < 0.97 * before
    for one, other in zip(model.trunk.parameters(), untouched.trunk.parameters(), strict=True):
        assert torch.equal(one, other)
        assert one.grad is None
    assert all(weight.grad is None for weight in model.head.parameters())


def test_the_fit_hangs_on_no_cut_and_no_draw() -> None:
    heads: list[nn.Module] = []
    for layout in (PackedBatches(1000), PackedBatches(1000), PackedBatches(9)):
        model = tiny_classifier().double()
        probe(model, texts(), head_batches("classes", layout))
        heads.append(model.head)
        torch.rand(3)
    one, same, cut = (head.state_dict()["linear.weight"] for head in heads)
    assert torch.equal(one, same)
    torch.testing.assert_close(one, cut, rtol=1e-4, atol=1e-5)


def test_a_loss_divides_by_the_weight_of_the_whole_step() -> None:
    # A weight twice as large for every column changes nothing.
    answers = columns("classes", texts())
    losses = []
    for factor in (1.0, 2.0):
        model = tiny_classifier()
        weights = factor * balanced_weights("classes", LABELS, answers)
        step = Epochs(texts(), settings(), 7, HeadBatches(PackedBatches(16), Answers(answers, weights))).step(1)
        losses.append(sum(head_loss(model, batch).item() for batch in step.batches) / step.weight)
    assert losses[0] == pytest.approx(losses[1])
