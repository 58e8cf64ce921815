"""Preferences and rewards beside TRL (`make parity`): loss and gradients of a step, on trees and cut into batches.

TRL's conservative DPO is its `aot_unpaired` one pair at a time; its ORPO had prompts of one token, since it learns the
prompt as well. Everything else is the same rows through both.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor, nn

from finewright.base.recipe_train import Lora, Preference
from finewright.model import lora
from finewright.model.batch import Batch, Batches, Example, by_entry, by_example, supervised
from finewright.model.classifier import Classifier
from finewright.model.likelihood import answer_sums, log_prob_sums
from finewright.model.padded import PaddedBatches
from finewright.model.states import hidden_states, log_probs
from finewright.model.texts import headed
from finewright.model.tree import TreeBatches
from finewright.train import advantages
from finewright.train.feedback import FeedbackLoss, answers_in, baseline, mismatched
from finewright.train.loop import Loss
from finewright.train.preference import PairLoss, chosen_name, pairs_in, reference_log_probs, rejected_name
from finewright.train.reward import RewardLoss
from finewright.train.reward_objectives import Normalise, clipped, divergence, outside, shares
from support.parity_adapters import narrow
from support.parity_preferences import (
    BARE_PAIRS,
    BETA,
    CLIP,
    DESIRABLE,
    FEEDBACK,
    KL,
    LONGEST,
    MARGIN,
    PAD,
    PAIRS,
    ROLLOUTS,
    SMOOTHING,
    UNDESIRABLE,
)
from train.tiny_pairs import answered

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "preferences.json").read_text(encoding="utf-8"))
LAYOUTS: dict[str, Batches] = {"tree": TreeBatches(1000), "trees": TreeBatches(12), "padded": PaddedBatches(1000, PAD)}
OF_PAIRS: dict[str, tuple[str, dict[str, Any], list[Any]]] = {
    "dpo": ("dpo", {}, PAIRS),
    "by token": ("dpo", {"length_normalised": True}, PAIRS),
    "conservative": ("dpo", {"smoothing": SMOOTHING}, PAIRS),
    "ipo": ("ipo", {}, PAIRS),
    "orpo": ("orpo", {}, BARE_PAIRS),
    "simpo": ("simpo", {"margin": MARGIN}, PAIRS),
}
NORMALISED: dict[str, tuple[Normalise, bool, bool]] = {
    "grpo, answer": ("answer", True, True),
    "grpo, tokens": ("tokens", True, True),
    "grpo, constant": ("constant", False, False),
}
"""How tokens count, whether rewards are scaled, and whether the divergence is weighed by the ratio."""


def kept(prefix: str) -> dict[str, Tensor]:
    """Tensors of the file under a prefix."""
    tensors = load_file(EXPECTED / "preferences.safetensors")
    return {name.removeprefix(f"{prefix}/"): of for name, of in tensors.items() if name.startswith(f"{prefix}/")}


@pytest.fixture
def model() -> PeftModel:
    """The stored weights, not those that a seed gives here."""
    stored, base = load_file(EXPECTED / "adapters.safetensors"), narrow()
    base.load_state_dict({name[5:]: of for name, of in stored.items() if name.startswith("base/")}, strict=False)
    base.tie_weights()
    adapted = lora.attach(base, Lora(rank=2, alpha=3), seed=0).train()
    weights = kept("weight")
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if weight.requires_grad:
                weight.copy_(weights[name])
    return adapted


def reference_of(model: PeftModel, examples: Sequence[Example]) -> Mapping[str, float]:
    with model.disable_adapter():
        return reference_log_probs(model, examples, TreeBatches(1000))


def meets(
    case: str,
    model: nn.Module,
    batches: Sequence[Batch],
    loss: Loss,
    weight: Callable[[Batch], float],
    named: Callable[[str], str] = str,
) -> None:
    """A step as the loop takes it has the loss and the gradients that TRL got; `named` is how we name its weights."""
    total = sum(map(weight, batches))
    found = 0.0
    for batch in batches:
        part = loss(model, batch) / total
        part.backward()  # type: ignore[no-untyped-call]
        found += part.item()
    assert found == pytest.approx(TOLD[case]["loss"], rel=2e-5)
    gradients = {name: of.grad for name, of in model.named_parameters() if of.grad is not None}
    expected = {named(name): of for name, of in kept(case).items()}
    assert gradients.keys() == expected.keys()
    for name, wanted in expected.items():
        assert float((gradients[name] - wanted).norm()) <= 2e-4 * float(wanted.norm()), name


def pairs_of(rows: Sequence[Any]) -> list[Example]:
    """Both sides of each pair."""
    sides = []
    for number, (prompt, chosen, rejected) in enumerate(rows):
        for name, answer in ((chosen_name, chosen), (rejected_name, rejected)):
            sides.append(answered(name(f"{number}"), tuple(prompt), tuple(answer), f"{number}"))
    return sides


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("case", OF_PAIRS)
def test_a_step_on_pairs_is_that_of_trl(model: PeftModel, case: str, layout: Batches) -> None:
    objective, changes, rows = OF_PAIRS[case]
    pairs = pairs_of(rows)
    loss = PairLoss(objective, Preference(beta=BETA, **changes), reference_of(model, pairs))
    meets(case, model, layout(pairs), loss, pairs_in)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_step_on_feedback_is_that_of_trl(model: PeftModel, layout: Batches) -> None:
    examples = [answered(f"{at}", tuple(p), tuple(answer), None) for at, (p, answer, _) in enumerate(FEEDBACK)]
    liked = {f"{at}": like for at, (_, _, like) in enumerate(FEEDBACK)}
    settings = Preference(beta=BETA, desirable=DESIRABLE, undesirable=UNDESIRABLE)
    loss = FeedbackLoss(settings, reference_of(model, examples), liked)
    others = mismatched(examples, 16)
    loss.baseline = baseline(model, others, layout, lambda given: reference_of(model, given))
    assert loss.baseline > 0.01  # a check of the check
    meets("kto", model, layout(examples), loss, answers_in)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_step_of_a_reward_model_is_that_of_trl(layout: Batches) -> None:
    scorer = Classifier(narrow(), "reward", 1, None, seed=0)
    scorer.load_state_dict({ours(name): of for name, of in kept("scorer").items()}, strict=False)
    scorer.train()
    pairs = [headed_side(side) for side in pairs_of(PAIRS)]
    meets("reward", scorer, layout(pairs), RewardLoss(), pairs_in, ours)


def ours(name: str) -> str:
    """A weight of transformers' scorer as ours is named."""
    return name.replace("score.", "head.linear.") if name.startswith("score.") else f"trunk.{name}"


def headed_side(side: Example) -> Example:
    """The side as a text that a head reads."""
    text = headed(side.id, side.tokens)
    return Example(text.id, text.tokens, text.supervised, side.group)


# reinforcement


def rollouts() -> list[Example]:
    """The groups, one rollout after another."""
    flat = [(prompt, answer) for prompt, group, _ in ROLLOUTS for answer in group]
    return [answered(f"{at}", tuple(prompt), tuple(answer), None) for at, (prompt, answer) in enumerate(flat)]


def rewards() -> Tensor:
    return torch.tensor([given for _, _, given in ROLLOUTS])  # (B, G)


def base_log_probs(model: PeftModel, batch: Batch) -> Tensor:
    with torch.no_grad(), model.disable_adapter():
        return log_probs(model, hidden_states(model, batch), batch)  # (E,)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("case", NORMALISED)
def test_a_step_of_grpo_is_that_of_trl(model: PeftModel, case: str, layout: Batches) -> None:
    normalise, scale, weighed = NORMALISED[case]
    examples, gained = rollouts(), advantages.grpo(rewards(), scale).flatten().tolist()
    assert gained == pytest.approx(TOLD[case]["advantages"], rel=1e-5, abs=1e-6)
    old = {one.id: torch.tensor(row) for one, row in zip(examples, TOLD[case]["old"], strict=True)}
    over = {one.id: torch.full((one.targets,), of) for one, of in zip(examples, gained, strict=True)}
    held = []

    def loss(tuned: nn.Module, batch: Batch) -> Tensor:
        now = log_probs(tuned, hidden_states(tuned, batch), batch)  # (E,)
        before, above = by_entry(batch, old), by_entry(batch, over)  # (E,), (E,)
        held.append(outside(now, before, above, CLIP))
        apart = divergence(now, base_log_probs(model, batch), before if weighed else None)  # (E,)
        each = clipped(now, before, above, CLIP) + KL * apart  # (E,)
        return (shares(batch, normalise, LONGEST) * each).sum()

    meets(case, model, layout(examples), loss, supervised if normalise == "tokens" else answers_in)
    assert 0 < torch.cat(held).float().mean() < 1  # a check of the check: the clip holds some and not all


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_step_of_rloo_is_that_of_trl(model: PeftModel, layout: Batches) -> None:
    examples = rollouts()
    before = reference_of(model, examples)
    now = log_prob_sums(model, examples, layout)
    drifted = torch.tensor([now[one.id][0] - before[one.id] for one in examples]).view_as(rewards())
    gained = advantages.rloo(rewards() - KL * drifted).flatten().tolist()
    assert gained == pytest.approx(TOLD["rloo"]["advantages"], rel=1e-4, abs=1e-5)
    told = {one.id: pair for one, *pair in zip(examples, TOLD["rloo"]["old"], gained, strict=True)}
    held = []

    def loss(tuned: nn.Module, batch: Batch) -> Tensor:
        sums, _ = answer_sums(tuned, batch)  # (N,)
        old, over = (sums.new_tensor([told[name][at] for name in batch.ids]) for at in range(2))
        held.append(outside(sums, old, over, CLIP))
        return clipped(sums, old, over, CLIP).sum()

    meets("rloo", model, layout(examples), loss, answers_in)
    assert 0 < torch.cat(held).float().mean() < 1


def test_the_figures_tell_one_case_from_another(model: PeftModel) -> None:
    """A check of the check: every loss is another, gradients are of some size, and the adapter has moved."""
    losses = [round(of["loss"], 4) for of in TOLD.values()]
    assert len(set(losses)) == len(losses) == 12
    for case in TOLD:
        assert max(float(of.norm()) for of in kept(case).values()) > 1e-3, case
    (batch,) = TreeBatches(1000)(rollouts())
    now = log_probs(model, hidden_states(model, batch), batch).detach()
    assert float(by_example(batch, now - base_log_probs(model, batch)).abs().max()) > 0.1
