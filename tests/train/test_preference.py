"""Learning from pairs: a step on trees is the plain computation, however it is cut; resuming gives the same bits."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from torch import Tensor

from finewright.base.errors import Interrupted
from finewright.base.recipe_train import Preference
from finewright.model.batch import Batches, Example
from finewright.model.likelihood import log_prob_sums
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.figures import Noticing
from finewright.train.loop import train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.preference import (
    PairLoss,
    beta_of,
    chosen_name,
    pairs_in,
    reference_log_probs,
    rejected_name,
    sides,
)
from finewright.train.validation import validation_loss
from train.tiny_pairs import base_sum, learned, lines, moved_model, sum_alone, tiny_pairs, value_alone
from train.tiny_training import PAD, adapter_sha, settings, store_in, tiny_model

LAYOUTS: dict[str, Batches] = {
    "tree": TreeBatches(1000),
    "trees": TreeBatches(70),
    "pair by pair": TreeBatches(1),
    "padded": PaddedBatches(200, PAD),
}


def softplus(x: Tensor) -> Tensor:
    return torch.log1p(torch.exp(x))


# What each objective says of (mean or summed log p of both sides, those of the reference, tokens), written out anew.
Plain = Callable[[Tensor, Tensor, float, float, int, int], Tensor]


def plain_dpo(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    return softplus(-0.3 * ((c - r) - (rc - rr)))


def plain_conservative(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    margin = 0.3 * ((c - r) - (rc - rr))
    return 0.9 * softplus(-margin) + 0.1 * softplus(margin)


def plain_by_token(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    return softplus(-0.3 * ((c - rc) / m - (r - rr) / n))


def plain_ipo(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    return ((c - rc) / m - (r - rr) / n - 1 / 0.6) ** 2


def plain_orpo(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    p, q = torch.exp(c / m), torch.exp(r / n)
    odds = (p / (1 - p)) / (q / (1 - q))
    return -c / m - 0.3 * torch.log(odds / (1 + odds))


def plain_simpo(c: Tensor, r: Tensor, rc: float, rr: float, m: int, n: int) -> Tensor:
    return softplus(-(0.3 * (c / m - r / n) - 0.7))


OBJECTIVES: dict[str, tuple[str, dict[str, Any], Plain]] = {
    "dpo": ("dpo", {}, plain_dpo),
    "conservative": ("dpo", {"smoothing": 0.1}, plain_conservative),
    "by token": ("dpo", {"length_normalised": True}, plain_by_token),
    "ipo": ("ipo", {}, plain_ipo),
    "orpo": ("orpo", {}, plain_orpo),
    "simpo": ("simpo", {"margin": 0.7}, plain_simpo),
}


def plain_loss(model: PeftModel, pairs: list[Example], plain: Plain) -> Tensor:
    """The mean over pairs, each side a row of its own."""
    losses = []
    for chosen, rejected in zip(pairs[::2], pairs[1::2], strict=True):
        now = sum_alone(model, chosen), sum_alone(model, rejected)
        losses.append(plain(*now, base_sum(model, chosen), base_sum(model, rejected), chosen.targets, rejected.targets))
    return torch.stack(losses).mean()


def pair_loss(name: str, model: PeftModel, pairs: list[Example]) -> PairLoss:
    objective, changes, _ = OBJECTIVES[name]
    with model.disable_adapter():
        reference = reference_log_probs(model, pairs, TreeBatches(100))
    return PairLoss(objective, Preference(beta=0.3, **changes), reference)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_step_is_the_plain_computation(name: str, layout: Batches) -> None:
    model, pairs = moved_model(), tiny_pairs()
    loss, batches = pair_loss(name, model, pairs), layout(pairs)
    weight = sum(map(pairs_in, batches))
    assert weight == len(pairs) / 2
    found = sum((loss(model, batch) / weight for batch in batches), torch.zeros(()))
    wanted = plain_loss(model, pairs, OBJECTIVES[name][2])
    torch.testing.assert_close(found.double(), wanted, rtol=1e-6, atol=1e-8)
    ours, plain = (torch.autograd.grad(of, learned(model)) for of in (found, wanted))
    for one, other in zip(ours, plain, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-9)
    assert max(float(one.norm()) for one in plain) > 1e-3  # a check of the check


def test_the_layouts_differ_in_what_they_share_and_where_they_cut() -> None:
    """A check of the check."""
    pairs = tiny_pairs()
    parts = {name: layout(pairs) for name, layout in LAYOUTS.items()}
    assert {name: len(batches) for name, batches in parts.items()} == {
        "tree": 1,
        "trees": 2,
        "pair by pair": 6,
        "padded": 2,
    }
    assert parts["tree"][0].tokens < sum(len(side.tokens) for side in pairs) / 2
    assert all(pairs_in(batch) == 1 for batch in parts["pair by pair"])


def test_no_gradient_reaches_the_reference_and_it_is_that_of_the_base() -> None:
    model, pairs = moved_model(), tiny_pairs()
    with model.disable_adapter():
        reference = reference_log_probs(model, pairs, TreeBatches(100))
    assert reference == {side.id: pytest.approx(base_sum(model, side), rel=1e-7) for side in pairs}
    assert all(weight.grad is None for weight in model.parameters())


def test_sums_are_read_without_dropout_and_leave_the_mode() -> None:
    model, pairs = tiny_model(dropout=0.5), tiny_pairs(2)
    with torch.no_grad():
        for weight in learned(model):
            weight.add_(0.1)
    model.train()
    first = log_prob_sums(model, pairs, TreeBatches(100))
    assert first == log_prob_sums(model, pairs, TreeBatches(100))
    assert model.training
    assert {name: tokens for name, (_, tokens) in first.items()} == {side.id: side.targets for side in pairs}


def test_it_is_told_how_far_the_reading_is() -> None:
    told: list[int] = []
    log_prob_sums(tiny_model(), tiny_pairs(), TreeBatches(1), lambda units=1, note="": told.append(units))
    assert told == [2] * 6


# names and sides


def test_sides_find_each_other_in_any_order() -> None:
    ids = [rejected_name("a"), chosen_name("b"), chosen_name("a/chosen"), rejected_name("a/chosen")]
    ids += [chosen_name("a"), rejected_name("b")]
    chosen, rejected = sides(ids)
    assert [ids[at] for at in chosen] == ["b/chosen", "a/chosen/chosen", "a/chosen"]
    assert [ids[at] for at in rejected] == ["b/rejected", "a/chosen/rejected", "a/rejected"]


@pytest.mark.parametrize("ids", [["a/chosen"], ["a/rejected"], ["a/chosen", "b/rejected"], ["a/chosen", "a"]])
def test_a_side_without_the_other_is_a_fault(ids: list[str]) -> None:
    with pytest.raises(ValueError, match="a side without the other"):
        sides(ids)


def test_a_pair_that_a_layout_parted_is_a_fault() -> None:
    """What would happen to pairs that do not say that they belong together."""
    parted = [Example(side.id, side.tokens, side.supervised) for side in tiny_pairs()]
    batches = TreeBatches(1)(parted)
    loss = PairLoss("simpo", Preference())
    with pytest.raises(ValueError, match="a side without the other"):
        loss(tiny_model(), batches[0])


def test_an_objective_says_what_it_lacks() -> None:
    with pytest.raises(ValueError, match="dpo wants the reference"):
        PairLoss("dpo", Preference())
    with pytest.raises(ValueError, match="kto does not learn from pairs"):
        PairLoss("kto", Preference(), {})


def test_the_strength_is_the_recipes_or_the_usual_one() -> None:
    usual = {name: beta_of(name, Preference()) for name in ("dpo", "ipo", "orpo", "simpo", "kto")}
    assert usual == {"dpo": 0.1, "ipo": 0.1, "orpo": 0.1, "simpo": 2.0, "kto": 0.1}
    assert beta_of("simpo", Preference(beta=0.7)) == 0.7


# training


def preferring(
    folder: Path,
    model: PeftModel,
    objective: str = "dpo",
    *,
    interrupted: Callable[[], bool] = lambda: False,
    **changes: object,
) -> Outcome:
    """The tiny training on pairs, validated on two of them."""
    chosen, pairs = settings(batch=2, **changes), tiny_pairs()
    batches = TreeBatches(chosen.micro_tokens or 24)
    with model.disable_adapter():
        reference = reference_log_probs(model, pairs, batches)
    loss = PairLoss(objective, Preference(), reference)
    source = Noticing(Epochs(pairs, chosen, 7, batches, pairs_in), loss.noticed)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            source,
            loss,
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: validation_loss(model, pairs[:4], batches, loss, pairs_in),
            metrics=metrics,
            interrupted=interrupted,
        )


# Two of the six rejected sides are the beginning of the chosen one: orpo, which makes that likelier, cannot leave them
# behind by token.
@pytest.mark.parametrize(("objective", "told"), {"dpo": 6, "ipo": 6, "orpo": 4, "simpo": 6}.items())
def test_the_chosen_side_gets_ahead(objective: str, told: int, tmp_path: Path) -> None:
    model = tiny_model()
    outcome = preferring(tmp_path, model, objective, epochs=8, patience=0)
    assert outcome.best_loss < outcome.base_loss
    last = [row for row in lines(tmp_path) if "loss" in row][-3:]  # an epoch of three steps of two pairs
    assert sum(2 * row["preference_accuracy"] for row in last) >= told
    assert sum(row["preference_margin"] for row in last) > 0


def test_what_is_noticed_is_the_steps_own(tmp_path: Path) -> None:
    """A validation that asks the same loss between two steps leaves nothing behind."""
    preferring(tmp_path / "validated", tiny_model(), evaluations=3)
    preferring(tmp_path / "hardly", tiny_model(), evaluations=1)
    noticed = ("preference_accuracy", "preference_margin", "log_prob_chosen", "log_prob_rejected")
    often, seldom = (
        [[row[name] for name in noticed] for row in lines(tmp_path / which) if "loss" in row]
        for which in ("validated", "hardly")
    )
    assert often == seldom
    assert len(often) == 6


def test_figures_by_hand() -> None:
    model, pairs = moved_model(), tiny_pairs()
    loss = pair_loss("dpo", model, pairs)
    for batch in TreeBatches(70)(pairs):
        loss(model, batch)
    gained = [value_alone(model, side) - base_sum(model, side) for side in pairs]
    margins = [0.3 * (one - other) for one, other in zip(gained[::2], gained[1::2], strict=True)]
    assert loss.noticed.figures() == {
        "preference_accuracy": pytest.approx(sum(margin > 0 for margin in margins) / 6),
        "preference_margin": pytest.approx(math.fsum(margins) / 6, rel=1e-5),
        "log_prob_chosen": pytest.approx(sum(value_alone(model, one) / one.targets for one in pairs[::2]) / 6),
        "log_prob_rejected": pytest.approx(sum(value_alone(model, one) / one.targets for one in pairs[1::2]) / 6),
    }
    assert 0 < sum(margin > 0 for margin in margins) < 6  # a check of the check
    loss.noticed.empty()
    assert loss.noticed.figures() == {}


def test_stopped_and_resumed_it_ends_in_the_same_bits(tmp_path: Path) -> None:
    whole, parts = tiny_model(dropout=0.2), tiny_model(dropout=0.2)
    preferring(tmp_path / "whole", whole)
    asked = iter([False] * 4 + [True])
    with pytest.raises(Interrupted):
        preferring(tmp_path / "parts", parts, interrupted=lambda: next(asked))
    again = tiny_model(dropout=0.2)
    outcome = preferring(tmp_path / "parts", again)
    assert outcome.resumed_at == (4,)
    assert adapter_sha(again, tmp_path / "a") == adapter_sha(whole, tmp_path / "b")
    assert lines(tmp_path / "parts") == lines(tmp_path / "whole")
