"""Heads beside those of transformers and torch (`make parity`): losses, scores and gradients on tiny trunks.

Theirs are padded rows; ours are packed texts, texts of one length side by side, and token trees, in one micro-batch or
in several.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier, HeadKind
from finewright.model.packed import EvenBatches, PackedBatches
from finewright.model.padded import PaddedBatches
from finewright.model.texts import headed
from finewright.model.tree import TreeBatches
from finewright.train.heads import Answers, HeadBatches, columns_of, even_weights, head_loss
from support.parity_heads import CLASS_WEIGHTS, CLASSES, HELD, LABELS, PAD, bare_decoder, encoder

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "expected-heads.json").read_text(encoding="utf-8"))
EXAMPLES = [headed(f"text-{number}", tokens) for number, tokens in enumerate(TOLD["texts"])]
ENCODER_LAYOUTS = {
    "packed": PackedBatches(1000),
    "packed in parts": PackedBatches(20),
    "of one length": EvenBatches(1000),
    "one by one": EvenBatches(1),
}
DECODER_LAYOUTS = {"tree": TreeBatches(1000), "trees": TreeBatches(16), "padded": PaddedBatches(1000, PAD)}


def columns(kind: HeadKind) -> dict[str, tuple[int, ...]]:
    """The answers' columns by text."""
    numbers: list[list[int]] = [[one] for one in CLASSES]
    if kind == "labels":
        numbers = [[label for label, held in enumerate(row) if held] for row in HELD]
    return {one.id: columns_of(kind, row, LABELS) for one, row in zip(EXAMPLES, numbers, strict=True)}


def kept(name: str, prefix: str) -> dict[str, torch.Tensor]:
    """Tensors of a file under a prefix."""
    found = load_file(EXPECTED / f"head-{name}.safetensors")
    return {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}


def under_encoder(kind: HeadKind) -> Classifier:
    """The stored encoder and head: not those that a seed gives here."""
    model = Classifier(encoder(), kind, LABELS, "mean", seed=0)
    weights = kept("encoder-classes", "weight/")
    named = {name.replace("head.", "head.linear."): value for name, value in weights.items()}
    model.load_state_dict(named)
    return model.train()


def step(model: Classifier, batches: Batches, kind: HeadKind, weights: torch.Tensor) -> float:
    """Forwards and backwards as the loop does; the loss."""
    parts: Sequence[Batch] = HeadBatches(batches, Answers(columns(kind), weights))(EXAMPLES)
    weight = sum(float(batch.weight.sum()) for batch in parts)
    loss = 0.0
    for batch in parts:
        part = head_loss(model, batch) / weight
        part.backward()
        loss += part.item()
    return loss


def scores(model: Classifier, batches: Batches, examples: Sequence[Example]) -> list[list[float]]:
    """Scores in the order of the examples."""
    found: dict[str, Any] = {}
    for batch in batches(examples):
        rows = model.scores(batch).index_select(0, batch.state).tolist()
        found |= {batch.ids[at]: row for at, row in zip(batch.example.tolist(), rows, strict=True)}
    return [found[example.id] for example in examples]


def apart(model: Classifier, expected: dict[str, torch.Tensor]) -> dict[str, float]:
    """Weights whose gradients are not the expected ones, with their relative distance."""
    # Keys' biases have a gradient of zero: softmax does not see what is added to every score of a query.
    grads = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    assert {name for name, value in expected.items() if value.any()} <= grads.keys()
    size = torch.cat([value.flatten() for value in expected.values()]).norm() * 1e-3
    distances = {
        name: float((grads[name] - value).norm() / value.norm().clamp(min=size))
        for name, value in expected.items()
        if name in grads
    }
    return {name: value for name, value in distances.items() if not value <= 1e-4}


@pytest.mark.parametrize("layout", ENCODER_LAYOUTS.values(), ids=ENCODER_LAYOUTS)
@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_an_encoder_under_a_head_is_that_of_transformers(kind: HeadKind, layout: Batches) -> None:
    model = under_encoder(kind)
    for found, wanted in zip(scores(model, layout, EXAMPLES), TOLD[kind]["scores"], strict=True):
        assert found == pytest.approx(wanted, rel=1e-4, abs=1e-5)
    weights = torch.tensor(CLASS_WEIGHTS) if kind == "classes" else even_weights(kind, LABELS)
    assert step(model, layout, kind, weights) == pytest.approx(TOLD[kind]["loss"], rel=1e-5)
    wanted = kept(f"encoder-{kind}", "gradient/")
    assert apart(model, {name.replace("head.", "head.linear."): value for name, value in wanted.items()}) == {}


@pytest.mark.parametrize("layout", DECODER_LAYOUTS.values(), ids=DECODER_LAYOUTS)
def test_a_decoder_under_a_head_is_llama_for_sequence_classification(layout: Batches) -> None:
    def ours(theirs: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        named = {name.replace("score.", "head.linear."): value for name, value in theirs.items()}
        return {name if "head" in name else f"trunk.{name}": value for name, value in named.items()}

    model = Classifier(bare_decoder(), "classes", LABELS, None, seed=0)
    model.load_state_dict(ours(kept("decoder-classes", "weight/")), strict=False)
    model.train()
    for found, wanted in zip(scores(model, layout, EXAMPLES), TOLD["decoder"]["scores"], strict=True):
        assert found == pytest.approx(wanted, rel=1e-4, abs=1e-5)
    loss = step(model, layout, "classes", even_weights("classes", LABELS))
    assert loss == pytest.approx(TOLD["decoder"]["loss"], rel=1e-5)
    assert apart(model, ours(kept("decoder-classes", "gradient/"))) == {}


def test_the_texts_hold_what_could_go_wrong() -> None:
    """A check of the check: equal texts with unequal answers, one of a single token, equal and unequal lengths."""
    rows = [tuple(example.tokens) for example in EXAMPLES]
    lengths = [len(row) for row in rows]
    assert len(set(rows)) < len(rows)
    assert min(lengths) == 2
    assert 3 <= len(set(lengths)) < len(set(rows))
    (batch,) = TreeBatches(1000)(EXAMPLES)
    assert batch.tokens < sum(lengths) - 20
    assert len(batch.states) < len(batch.state)
