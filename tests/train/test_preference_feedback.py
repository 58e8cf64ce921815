"""Learning from feedback: kto's loss and its baseline are the plain computation, and a step hangs on nothing else.

Run as a script, it trains into a folder and kills itself with SIGKILL inside a chosen micro-batch:

    python test_preference_feedback.py FOLDER CALLS
"""

import math
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from torch import Tensor

from finewright.base.errors import InputError
from finewright.base.recipe_train import Preference
from finewright.model.batch import Batches, Example
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.feedback import (
    FeedbackLoss,
    KtoSteps,
    Reference,
    answers_in,
    baseline,
    feedback_validation,
    mismatched,
)
from finewright.train.figures import Noticing
from finewright.train.loop import train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.preference import reference_log_probs
from train.tiny_pairs import (
    answered,
    base_sum,
    learned,
    lines,
    moved,
    moved_model,
    sum_alone,
    tiny_feedback,
    value_alone,
)
from train.tiny_training import PAD, adapter_sha, killing, settings, store_in, tiny_model

LAYOUTS: dict[str, Batches] = {
    "tree": TreeBatches(1000),
    "trees": TreeBatches(60),
    "one by one": TreeBatches(1),
    "padded": PaddedBatches(100, PAD),
}
WEIGHTS = Preference(beta=0.4, desirable=1.5, undesirable=0.75)


def without_adapter(model: PeftModel, batches: Batches) -> Reference:
    def reference(examples: Sequence[Example]) -> Mapping[str, float]:
        with model.disable_adapter():
            return reference_log_probs(model, examples, batches)

    return reference


# mismatched answers


def test_each_prompt_gets_the_answer_before_it() -> None:
    rows = [
        answered("a", (1, 2), (10, 11), None),
        answered("b", (3,), (12,), None),
        answered("c", (4, 5, 6), (13, 14, 15), None),
    ]
    found = mismatched(rows, 100)
    assert [one.tokens for one in found] == [(1, 2, 13, 14, 15), (3, 10, 11), (4, 5, 6, 12)]
    assert [one.targets for one in found] == [3, 2, 1]
    assert len({one.id for one in [*rows, *found]}) == 6


def test_what_gets_too_long_is_cut_and_never_empty() -> None:
    rows = [answered("a", (1, 2, 3, 4), (10,), None), answered("b", (5,), (11, 12, 13, 14), None)]
    assert [one.tokens for one in mismatched(rows, 5)] == [(1, 2, 3, 4, 11), (5, 10)]
    assert [one.targets for one in mismatched(rows, 2)] == [1, 1]


def test_one_answer_alone_has_no_other() -> None:
    assert mismatched(tiny_feedback(1)[0], 100) == []
    assert baseline(tiny_model(), [], TreeBatches(10), lambda _: {}) == 0.0


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_baseline_is_the_mean_gain_of_mismatched_answers(layout: Batches) -> None:
    examples, _ = tiny_feedback()
    others = mismatched(examples, 64)
    means = []
    for seed in (2, 5):
        model = moved_model(seed, size=0.05)
        gains = [value_alone(model, one) - base_sum(model, one) for one in others]
        means.append(math.fsum(gains) / len(gains))
        found = baseline(model, others, layout, without_adapter(model, layout))
        assert found == pytest.approx(max(0.0, means[-1]), rel=1e-6)
        assert all(weight.grad is None for weight in model.parameters())
    # A check of the check: one model finds them likelier than its base does, the other less likely, which counts 0.
    assert min(means) < -0.01 < 0.01 < max(means)


# the loss


def plain_loss(model: PeftModel, examples: list[Example], liked: Mapping[str, bool], z: float) -> Tensor:
    """The mean over answers, each a row of its own."""
    losses = []
    for one in examples:
        gain = 0.4 * (sum_alone(model, one) - base_sum(model, one) - z)
        value = 1 / (1 + torch.exp(-gain if liked[one.id] else gain))
        losses.append((1.5 if liked[one.id] else 0.75) * (1 - value))
    return torch.stack(losses).mean()


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_step_is_the_plain_computation(layout: Batches) -> None:
    model = moved_model()
    examples, liked = tiny_feedback()
    loss = FeedbackLoss(WEIGHTS, without_adapter(model, layout)(examples), liked, baseline=0.8)
    batches = layout(examples)
    weight = sum(map(answers_in, batches))
    assert weight == len(examples)
    found = sum((loss(model, batch) / weight for batch in batches), torch.zeros(()))
    wanted = plain_loss(model, examples, liked, 0.8)
    torch.testing.assert_close(found.double(), wanted, rtol=1e-6, atol=1e-8)
    ours, plain = (torch.autograd.grad(of, learned(model)) for of in (found, wanted))
    for one, other in zip(ours, plain, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-9)
    assert max(float(one.norm()) for one in plain) > 1e-3  # a check of the check


def test_a_validation_is_held_against_a_baseline_of_its_own() -> None:
    model, layout = moved_model(2, size=0.05), TreeBatches(60)
    examples, liked = tiny_feedback()
    reference = without_adapter(model, layout)
    loss = FeedbackLoss(WEIGHTS, reference(examples), liked, baseline=9.0)  # as a step left it
    found = feedback_validation(model, list(reversed(examples)), layout, loss, reference, 64)
    gains = [value_alone(model, one) - base_sum(model, one) for one in mismatched(examples, 64)]
    z = math.fsum(gains) / len(gains)
    assert z > 0.1  # a check of the check
    assert found == pytest.approx(float(plain_loss(model, examples, liked, z).detach()), rel=1e-6)


def test_what_is_noticed_by_hand() -> None:
    model = moved_model()
    examples, liked = tiny_feedback()
    loss = FeedbackLoss(WEIGHTS, without_adapter(model, TreeBatches(99))(examples), liked, baseline=0.8)
    for batch in TreeBatches(60)(examples):
        loss(model, batch)
    up = [one for one in examples if liked[one.id]]
    gains = [0.4 * (value_alone(model, one) - base_sum(model, one)) for one in up]
    found = loss.noticed.figures()
    assert found["baseline"] == pytest.approx(0.8)
    assert found["reward_desirable"] == pytest.approx(math.fsum(gains) / len(up))
    assert found["log_prob_desirable"] == pytest.approx(
        math.fsum(value_alone(model, one) / one.targets for one in up) / len(up)
    )
    assert {"reward_undesirable", "log_prob_undesirable"} <= found.keys()


# the steps


def kto_steps(model: PeftModel, loss: FeedbackLoss, examples: list[Example], batches: Batches, size: int) -> KtoSteps:
    source = Epochs(examples, settings(batch=size), 7, batches, answers_in)
    return KtoSteps(source, examples, loss, model, batches, without_adapter(model, batches), 7, 64)


def test_a_step_sets_the_baseline_of_its_own_answers() -> None:
    model, batches = moved_model(2, size=0.05), TreeBatches(60)
    examples, liked = tiny_feedback()
    loss = FeedbackLoss(Preference(), {}, liked)
    steps = kto_steps(model, loss, examples, batches, 4)
    found = {}
    for number in range(steps.total):
        taken = {name for batch in steps.step(number).batches for name in batch.ids}
        found[number] = (loss.baseline, taken)
    assert len({z for z, _ in found.values()}) > 3
    other = FeedbackLoss(Preference(), {}, liked)
    again = kto_steps(model, other, examples, PaddedBatches(100, PAD), 4)
    for number in reversed(range(steps.total)):  # in another order and another layout
        taken = {name for batch in again.step(number).batches for name in batch.ids}
        assert (other.baseline, taken) == (pytest.approx(found[number][0], rel=1e-5, abs=1e-6), found[number][1])


def test_the_last_answer_of_an_epoch_alone_is_held_against_nothing() -> None:
    model = moved_model(2, size=0.05)
    examples, liked = tiny_feedback(9)
    loss = FeedbackLoss(Preference(), {}, liked)
    steps = kto_steps(model, loss, examples, TreeBatches(60), 4)
    assert steps.per_epoch == 3
    loss.baseline = 5.0
    assert len(steps.step(2).batches[0].ids) == 1
    assert loss.baseline == 0.0


def test_steps_of_one_answer_are_refused() -> None:
    examples, liked = tiny_feedback()
    with pytest.raises(InputError, match=r"set `train\.batch` to 2 or more"):
        kto_steps(tiny_model(), FeedbackLoss(Preference(), {}, liked), examples, TreeBatches(60), 1)


def kto_training(folder: Path, model: PeftModel, kill_at: int = 0, **changes: object) -> Outcome:
    """The tiny training on feedback, validated on four of the answers."""
    chosen = settings(**changes)
    examples, liked = tiny_feedback()
    batches = TreeBatches(48)
    reference = without_adapter(model, batches)
    loss = FeedbackLoss(Preference(beta=0.5), reference(examples), liked)
    epochs = Epochs(examples, chosen, 7, batches, answers_in)
    source = Noticing(KtoSteps(epochs, examples, loss, model, batches, reference, 7, 64), loss.noticed)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            source,
            killing(kill_at, loss),
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: feedback_validation(model, examples[:4], batches, loss, reference, 64),
            metrics=metrics,
            interrupted=lambda: False,
        )


def begun() -> PeftModel:
    """An adapter that mismatched answers have gained by already, so that the baseline is of some size."""
    return moved(tiny_model(dropout=0.2), 2, 0.05)


def test_liked_answers_gain_and_disliked_ones_lose(tmp_path: Path) -> None:
    outcome = kto_training(tmp_path, tiny_model(), epochs=8, patience=0)
    assert outcome.best_loss < 0.9 * outcome.base_loss
    assert outcome.base_loss == pytest.approx(0.5, abs=1e-5)  # nothing has moved: every answer costs half its weight
    last = [row for row in lines(tmp_path) if {"reward_desirable", "reward_undesirable"} <= row.keys()][-1]
    assert last["reward_desirable"] > 0 > last["reward_undesirable"]


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = begun(), begun()
    kto_training(tmp_path / "whole", whole, learning_rate=1e-3)
    folder = tmp_path / "killed"
    source = Epochs(tiny_feedback()[0], settings(), 7, TreeBatches(48))
    # Killed in the last micro-batch of the fifth step; checkpoints fall with validations, two an epoch of three steps.
    calls = sum(len(source.step(number).batches) for number in range(5))
    script = [sys.executable, __file__, str(folder), str(calls)]
    paths = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    outcome = kto_training(folder, resumed, learning_rate=1e-3)
    assert outcome.resumed_at == (3,)
    assert adapter_sha(resumed, folder / "adapter") == adapter_sha(whole, tmp_path / "whole" / "adapter")
    assert lines(folder) == lines(tmp_path / "whole")
    # A check of the check: the baselines are not all nothing, and differ.
    baselines = [row["baseline"] for row in lines(folder) if "baseline" in row]
    assert len(baselines) == 6
    assert len(set(baselines[3:])) > 1


if __name__ == "__main__":
    kto_training(Path(sys.argv[1]), begun(), int(sys.argv[2]), learning_rate=1e-3)
