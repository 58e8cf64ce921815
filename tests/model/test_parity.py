"""Loss and gradients beside those of TRL's SFTTrainer with PEFT (`make parity`), on tiny decoders of five families.

A producer of batches is held to the same figures whatever it makes of the examples: `PRODUCERS` names them.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from finewright.base.recipe_train import Lora
from finewright.model import lora
from finewright.model.batch import Batch, Example
from finewright.model.layout import layout_for
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from finewright.train.objectives import cross_entropy
from support.parity_models import ALPHA, FAMILIES, PAD, RANK, decoder

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "expected.json").read_text(encoding="utf-8"))
EXAMPLES = [
    Example(f"row-{number}", tuple(row["tokens"]), tuple(map(bool, row["supervised"])))
    for number, row in enumerate(TOLD["examples"])
]
Producer = Callable[[PeftModel, Sequence[Example]], Batch]


def as_chosen(model: PeftModel, examples: Sequence[Example]) -> Batch:
    """A tree, or padded rows where the base caps its scores, which trees do not."""
    batches, reason = layout_for(model, EXAMPLES, 10_000, PAD)
    assert (reason is not None and "softcap" in reason) == (model.config.model_type == "gemma2")
    (batch,) = batches(examples)
    assert ("tree" in batch.inputs) == (reason is None)
    return batch


PRODUCERS: dict[str, Producer] = {
    "padded": lambda _, examples: padded(examples, PAD),
    "as chosen": as_chosen,
}
CUTS = {"whole": 12, "accumulated": 3}


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def tensors(family: str) -> dict[str, torch.Tensor]:
    return load_file(EXPECTED / f"{family}.safetensors")


@pytest.fixture
def model(family: str, tensors: dict[str, torch.Tensor]) -> PeftModel:
    """The stored weights, not those that the seed gives here: another build of torch may draw others."""
    base = decoder(family)
    base.load_state_dict(_under("base/", tensors), strict=False)
    base.tie_weights()
    model = lora.attach(base, Lora(rank=RANK, alpha=ALPHA), seed=0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.requires_grad:
                weight.copy_(tensors[f"adapter/{name}"])
    return model


@pytest.mark.parametrize("produce", PRODUCERS.values(), ids=PRODUCERS)
@pytest.mark.parametrize("cut", CUTS)
def test_a_step_is_that_of_trl(
    model: PeftModel, tensors: dict[str, torch.Tensor], family: str, produce: Producer, cut: str
) -> None:
    loss = _step(model, produce, CUTS[cut])
    assert loss == pytest.approx(TOLD["families"][family]["loss"][cut], rel=1e-5)
    found = {name: weight.grad for name, weight in model.named_parameters() if weight.requires_grad}
    expected = _under(f"{cut}/", tensors)
    assert found.keys() == expected.keys()
    apart = {name: _apart(found[name], value) for name, value in expected.items()}
    assert {name: value for name, value in apart.items() if not value <= 1e-4} == {}


@pytest.mark.parametrize("produce", PRODUCERS.values(), ids=PRODUCERS)
def test_every_token_is_as_likely_as_to_transformers(model: PeftModel, family: str, produce: Producer) -> None:
    batch = produce(model, EXAMPLES)
    with torch.no_grad():
        scores = log_probs(model, hidden_states(model, batch), batch)
    found: dict[str, list[float]] = {example.id: [] for example in EXAMPLES}
    for row, score in sorted(zip(batch.example.tolist(), scores.tolist(), strict=True)):
        found[batch.ids[row]].append(-score)
    for example, expected in zip(EXAMPLES, _alone(family), strict=True):
        # As a set: a producer may order an example's entries as it likes.
        assert sorted(found[example.id]) == pytest.approx(sorted(expected), rel=1e-4, abs=1e-5)


def test_the_examples_hold_what_could_go_wrong() -> None:
    """A check of the check: a duplicate, a row that begins another, one of two tokens, gradients of some size."""
    rows = [example.tokens for example in EXAMPLES]
    assert len(set(rows)) < len(rows)
    assert any(a != b and b[: len(a)] == a for a in rows for b in rows)
    assert min(map(len, rows)) == 2
    for family in FAMILIES:
        kept = load_file(EXPECTED / f"{family}.safetensors")
        assert all(value.norm() > 1e-4 for value in _under("whole/", kept).values())


def _step(model: PeftModel, produce: Producer, size: int) -> float:
    """Forwards and backwards over all examples, `size` in a micro-batch; the loss per supervised token."""
    batches = [produce(model, EXAMPLES[start : start + size]) for start in range(0, len(EXAMPLES), size)]
    weight = sum(float(batch.weight.sum()) for batch in batches)
    loss = 0.0
    for batch in batches:
        part = cross_entropy(log_probs(model, hidden_states(model, batch), batch), batch) / weight
        part.backward()
        loss += part.item()
    return loss


def _apart(found: torch.Tensor | None, expected: torch.Tensor) -> float:
    """The distance, as a share of the expected length."""
    assert found is not None
    return float((found - expected).norm() / expected.norm())


def _alone(family: str) -> list[Any]:
    return list(TOLD["families"][family]["negative_log_likelihoods"])


def _under(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
