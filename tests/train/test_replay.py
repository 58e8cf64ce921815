"""Replay: the share is exact, each step hangs on its number alone, the anchor is its formula, resuming the same bits.

Run as a script, it trains with replay into a folder and kills itself with SIGKILL inside a chosen micro-batch:

    python test_replay.py FOLDER CALLS
"""

import copy
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch import Tensor, nn

from finewright.base.errors import InputError
from finewright.base.recipe_train import Train
from finewright.model.batch import Batch, Example, Step
from finewright.model.padded import PaddedBatches, padded
from finewright.model.states import hidden_states, log_probs
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.loop import train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.replay import MixedSteps, anchored
from finewright.train.sft import token_loss
from finewright.train.validation import validation_loss
from finewright.train.weights import weights_of
from train.tiny_training import PAD, adapter_sha, killing, settings, store_in, tiny_examples, tiny_model


def general_examples(count: int) -> list[Example]:
    """Short sequences of other tokens; all but the first two are supervised."""
    return [
        Example(f"general-{n}", (20 + n % 5, 10, 11 + n, 12, 13), (False, False, True, True, True))
        for n in range(count)
    ]


def mixed(share: float, general: int = 7, **changes: object) -> MixedSteps:
    chosen = settings(**changes)
    batches = TreeBatches(24)
    source = Epochs(tiny_examples(), chosen, 7, batches)
    return MixedSteps(source, len(tiny_examples()), general_examples(general), share, 7, batches)


def names(step: Step, general: bool) -> list[str]:
    return [name for batch in step.batches if batch.general == general for name in batch.ids]


@pytest.mark.parametrize("share", [0.05, 0.25, 0.4, 0.5, 0.9])
@pytest.mark.parametrize("batch", [1, 4, 5])
def test_the_share_over_the_run_is_what_was_asked_for(share: float, batch: int) -> None:
    source = mixed(share, batch=batch, epochs=8)
    steps = [source.step(number) for number in range(source.total)]
    ours, added = sum(len(names(step, False)) for step in steps), sum(len(names(step, True)) for step in steps)
    assert ours == 8 * 12
    assert abs(added - share * (ours + added)) < 1
    # spread evenly: no step is further than one example from its part
    even = ours / len(steps) * share / (1 - share)
    assert all(abs(len(names(step, True)) - even) < 1 for step in steps)


def test_each_comes_once_before_any_comes_again() -> None:
    source = mixed(0.5, general=7, epochs=4, batch=1)
    drawn = [name for number in range(source.total) for name in names(source.step(number), True)]
    assert len(drawn) == 48
    rounds = [drawn[at : at + 7] for at in range(0, 42, 7)]
    assert all(sorted(one) == sorted(rounds[0]) for one in rounds)
    assert len(set(map(tuple, rounds))) > 1


def test_a_step_hangs_on_its_number_alone_and_its_weight_counts_all() -> None:
    one, other = mixed(0.4), mixed(0.4)
    backwards = {number: other.step(number) for number in reversed(range(one.total))}
    for number in range(one.total):
        step = one.step(number)
        assert [batch.ids for batch in step.batches] == [batch.ids for batch in backwards[number].batches]
        assert step.weight == sum(float(batch.weight.sum()) for batch in step.batches)


def test_a_general_example_taken_away_moves_no_other() -> None:
    source = Epochs(tiny_examples(), settings(batch=1), 7, TreeBatches(24))
    examples = general_examples(7)

    def order(general: list[Example]) -> list[str]:
        steps = MixedSteps(source, 12, general, 0.5, 7, TreeBatches(24))
        return [name for number in range(len(general)) for name in names(steps.step(number), True)]

    whole = order(examples)
    without = order([one for one in examples if one.id != "general-3"])
    assert len(whole) == 7
    assert without == [name for name in whole if name != "general-3"]


def test_the_tasks_own_batches_are_as_without_replay() -> None:
    plain = Epochs(tiny_examples(), settings(), 7, TreeBatches(24))
    source = mixed(0.4)
    for number in range(plain.total):
        ours = [batch for batch in source.step(number).batches if not batch.general]
        assert [batch.ids for batch in ours] == [batch.ids for batch in plain.step(number).batches]


def test_nothing_to_replay_is_refused() -> None:
    source = Epochs(tiny_examples(), settings(), 7, TreeBatches(24))
    with pytest.raises(InputError, match="no examples to replay"):
        MixedSteps(source, 12, [], 0.1, 7, TreeBatches(24))
    with pytest.raises(InputError, match="no supervised token"):
        MixedSteps(source, 12, [Example("a", (1, 2), (False, False))], 0.1, 7, TreeBatches(24))


# the anchor


def moved_model() -> PeftModel:
    """An adapter that does something, in double precision."""
    model = tiny_model().double()
    torch.manual_seed(3)
    with torch.no_grad():
        for weight in (one for one in model.parameters() if one.requires_grad):
            weight.add_(0.2 * torch.randn_like(weight))
    return model


def general_batch(layout: str = "padded") -> Batch:
    examples = general_examples(5)
    (batch,) = TreeBatches(1000)(examples) if layout == "tree" else (padded(examples, PAD),)
    return Batch(**{name: getattr(batch, name) for name in batch.__slots__} | {"general": True})


def reference(model: PeftModel, base: nn.Module, batch: Batch, weight: float) -> Tensor:
    """Cross-entropy + weight * KL by the whole logits of both, entry by entry."""

    def logits(of: nn.Module) -> Tensor:
        return of.get_output_embeddings()(hidden_states(of, batch)).double()  # type: ignore[operator]

    q = logits(model).log_softmax(-1)
    p = logits(base).log_softmax(-1).detach()
    total = torch.zeros((), dtype=torch.float64)
    for state, target, of in zip(batch.state.tolist(), batch.target.tolist(), batch.weight.tolist(), strict=True):
        total = total + of * (-q[state, target] + weight * (p[state].exp() * (p[state] - q[state])).sum())
    return total


@pytest.mark.parametrize("layout", ["padded", "tree"])
@pytest.mark.parametrize("copied", [False, True])
def test_the_anchored_loss_and_its_gradients_are_those_of_the_formula(layout: str, copied: bool) -> None:
    model, batch = moved_model(), general_batch(layout)
    base = tiny_model().double().unload()
    found = anchored(token_loss, 0.7, base if copied else None)(model, batch)
    wanted = reference(model, base, batch, 0.7)
    torch.testing.assert_close(found, wanted)
    assert found > token_loss(model, batch) + 1e-3
    learned = [weight for weight in model.parameters() if weight.requires_grad]
    for one, other in zip(torch.autograd.grad(found, learned), torch.autograd.grad(wanted, learned), strict=True):
        torch.testing.assert_close(one, other)


def test_the_layout_does_not_matter() -> None:
    model = moved_model()
    loss = anchored(token_loss, 1.3)
    torch.testing.assert_close(loss(model, general_batch("padded")), loss(model, general_batch("tree")))


def test_the_tasks_batches_are_not_anchored_and_an_untouched_adapter_pays_nothing() -> None:
    model = moved_model()
    (batch,) = PaddedBatches(1000, PAD)(tiny_examples(4))
    assert torch.equal(anchored(token_loss, 5.0)(model, batch), token_loss(model, batch))
    fresh, general = tiny_model().double(), general_batch()
    torch.testing.assert_close(anchored(token_loss, 5.0)(fresh, general), token_loss(fresh, general))


def test_the_model_is_as_it_was() -> None:
    model = tiny_model(dropout=0.2)
    model.train()
    before = copy.deepcopy(weights_of(model))
    anchored(token_loss, 1.0)(model, general_batch()).backward()
    assert model.training
    assert weights_of(model).keys() == before.keys()
    assert all(torch.equal(weight, before[name]) for name, weight in weights_of(model).items())
    gradients = [weight.grad for weight in model.parameters() if weight.requires_grad]
    assert all(gradient is not None for gradient in gradients)


def test_the_base_is_read_without_dropout() -> None:
    model, batch = tiny_model(dropout=0.5), general_batch()
    model.train()
    torch.manual_seed(1)
    found = anchored(token_loss, 1.0)(model, batch)
    torch.manual_seed(1)
    hidden = hidden_states(model, batch)
    entropy = -log_probs(model, hidden, batch).sum()
    base = tiny_model().unload().eval()
    p = base.get_output_embeddings()(hidden_states(base, batch)).log_softmax(-1)
    q = base.get_output_embeddings()(hidden).log_softmax(-1)
    kl = (p.exp() * (p - q)).sum(-1).index_select(0, batch.state).sum()
    torch.testing.assert_close(found, entropy + kl, rtol=1e-4, atol=1e-4)


# training


def replaying(folder: Path, model: PeftModel, chosen: Train, kill_at: int = 0, kl: float = 0.5) -> Outcome:
    """The tiny training with a third of general examples, anchored."""
    batches = TreeBatches(24)
    source = MixedSteps(Epochs(tiny_examples(), chosen, 7, batches), 12, general_examples(7), 0.33, 7, batches)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            source,
            killing(kill_at, anchored(token_loss, kl)),
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: validation_loss(model, tiny_examples(4), batches),
            metrics=metrics,
            interrupted=lambda: False,
        )


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = tiny_model(dropout=0.2), tiny_model(dropout=0.2)
    replaying(tmp_path / "whole", whole, settings())
    folder = tmp_path / "killed"
    source = mixed(0.33)
    # Killed in the last micro-batch, a general one, of the fifth step; the last checkpoint is that after the third.
    assert source.step(4).batches[-1].general
    calls = sum(len(source.step(number).batches) for number in range(5))
    script = [sys.executable, __file__, str(folder), str(calls)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    outcome = replaying(folder, resumed, settings())
    assert outcome.resumed_at == (3,)
    assert adapter_sha(resumed, folder / "adapter") == adapter_sha(whole, tmp_path / "whole" / "adapter")


def moved_from_the_base(model: PeftModel) -> float:
    """Mean KL from the base on the general examples."""
    batch = general_batch()
    model.eval()
    with torch.no_grad():
        found = anchored(token_loss, 1.0)(model, batch) - token_loss(model, batch)
    return float(found / batch.weight.sum())


def test_an_anchored_model_stays_nearer_to_the_base(tmp_path: Path) -> None:
    loose, held = tiny_model(), tiny_model()
    replaying(tmp_path / "loose", loose, settings(epochs=6, patience=0), kl=0.0)
    replaying(tmp_path / "held", held, settings(epochs=6, patience=0), kl=5.0)
    assert moved_from_the_base(held) < 0.7 * moved_from_the_base(loose)


if __name__ == "__main__":
    replaying(Path(sys.argv[1]), tiny_model(dropout=0.2), settings(), int(sys.argv[2]))
