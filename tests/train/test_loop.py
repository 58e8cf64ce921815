"""The loop on a model 16 wide: sameness, resumption, stopping, and independence of the cut into micro-batches."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from finewright.base.errors import FinewrightError, Interrupted
from finewright.base.files import read_jsonl
from finewright.model.batch import Batch
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.loop import validation_due
from finewright.train.sft import token_loss
from finewright.train.weights import weights_of
from train import tiny_training as tiny
from train.tiny_training import adapter_sha, settings, store_in, tiny_model


def rows(folder: Path) -> list[dict[str, Any]]:
    """The log without what a clock decides."""
    found = read_jsonl(folder / "metrics.jsonl")
    return [{key: value for key, value in row.items() if key != "seconds"} for row in found]


def losses(*values: float) -> Any:
    """A validation that answers these in turn, the base's first."""
    answers: Iterator[float] = iter(values)
    return lambda: next(answers)


def test_it_learns_a_dozen_sequences_by_heart(tmp_path: Path) -> None:
    model = tiny_model()
    outcome = tiny.tiny_training(tmp_path, model, settings(epochs=30, learning_rate=2e-2, patience=0))
    # Guessing evenly costs ln 32 = 3.5 nats a token; the random base is worse.
    assert outcome.first_loss > 3.5
    assert outcome.last_loss < 0.6
    assert outcome.best_loss < 0.6 < outcome.base_loss
    assert outcome.improved
    assert (outcome.steps, outcome.epochs, outcome.stopped_early, outcome.resumed_at) == (90, 30.0, "", ())
    # 12 examples of 3 supervised tokens, 30 times
    assert outcome.supervised_tokens == 1080
    assert outcome.tokens == sum(row.get("tokens", 0) for row in rows(tmp_path))
    assert not model.training


def test_the_base_stays_as_it_was(tmp_path: Path) -> None:
    model, untouched = tiny_model(), tiny_model()
    tiny.tiny_training(tmp_path, model, settings())
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    before = dict(untouched.named_parameters())
    changed = {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}
    assert changed == trained
    assert all("lora_" in name for name in trained)


@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_two_runs_end_in_the_same_bits(tmp_path: Path, dropout: float) -> None:
    shas = []
    for name in ("one", "two"):
        torch.rand(len(name) + len(shas))  # the caller's generator must not matter
        model = tiny_model(dropout)
        tiny.tiny_training(tmp_path / name, model, settings())
        shas.append(adapter_sha(model, tmp_path / name / "adapter"))
    assert shas[0] == shas[1]
    assert rows(tmp_path / "one") == rows(tmp_path / "two")


def test_dropout_is_on_whatever_mode_the_model_came_in(tmp_path: Path) -> None:
    one, two = tiny_model(0.2), tiny_model(0.2).eval()
    tiny.tiny_training(tmp_path / "one", one, settings())
    tiny.tiny_training(tmp_path / "two", two, settings())
    assert rows(tmp_path / "one") == rows(tmp_path / "two")


def test_the_seed_reaches_order_and_dropout(tmp_path: Path) -> None:
    one, two = tiny_model(0.2), tiny_model(0.2)
    tiny.tiny_training(tmp_path / "one", one, settings(), seed=7)
    tiny.tiny_training(tmp_path / "two", two, settings(), seed=8)
    assert adapter_sha(one, tmp_path / "a") != adapter_sha(two, tmp_path / "b")


@pytest.mark.parametrize("micro_tokens", [1, 17, 24])
def test_any_cut_into_micro_batches_gives_the_same_gradient(tmp_path: Path, micro_tokens: int) -> None:
    # After one step exp_avg = (1 - beta1) * gradient; nothing is clipped.
    def gradient(name: str, tokens: int) -> dict[str, Tensor]:
        folder = tmp_path / name
        chosen = settings(epochs=1, batch=12, micro_tokens=tokens, clip=1e9)
        tiny.tiny_training(folder, tiny_model().double(), chosen)
        found = store_in(folder).latest()
        assert found is not None
        return {key: value for key, value in found.tensors.items() if key.startswith("moments/exp_avg/")}

    whole, parts = gradient("whole", 10_000), gradient("parts", micro_tokens)
    assert any(value.any() for value in whole.values())
    for name, value in whole.items():
        torch.testing.assert_close(parts[name], value, rtol=1e-4, atol=1e-7)
    assert rows(tmp_path / "parts")[1]["loss"] == pytest.approx(rows(tmp_path / "whole")[1]["loss"], rel=1e-6)


def test_kill_9_and_the_same_command_again_end_in_the_same_bits(tmp_path: Path) -> None:
    whole, resumed = tiny_model(dropout=0.2), tiny_model(dropout=0.2)
    tiny.tiny_training(tmp_path / "whole", whole, settings())

    folder = tmp_path / "killed"
    source = Epochs(tiny.tiny_examples(), settings(), 7, TreeBatches(24))
    before = sum(len(source.step(number).batches) for number in range(4))
    assert len(source.step(4).batches) > 1
    # Killed in the second micro-batch of the fifth step; the last checkpoint is from the validation after the third.
    script = [sys.executable, tiny.__file__, str(folder), str(before + 2)]
    paths = os.pathsep.join([str(Path(tiny.__file__).parents[1]), *sys.path])
    child = subprocess.run(script, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, check=False)
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert rows(folder)[-1]["step"] == 4

    outcome = tiny.tiny_training(folder, resumed, settings())
    assert outcome.resumed_at == (3,)
    assert adapter_sha(resumed, folder / "adapter") == adapter_sha(whole, tmp_path / "whole" / "adapter")
    assert rows(folder) == rows(tmp_path / "whole")


def test_ctrl_c_saves_where_it_stopped_and_the_rest_is_the_same(tmp_path: Path) -> None:
    whole, model = tiny_model(0.2), tiny_model(0.2)
    tiny.tiny_training(tmp_path / "whole", whole, settings())
    folder = tmp_path / "stopped"
    for stop in (1, 4):
        asked = iter([False] * (stop if stop == 1 else 3) + [True])
        with pytest.raises(Interrupted, match=rf"after step {stop} of 6 and is saved; run the same command again"):
            tiny.tiny_training(folder, model, settings(), interrupted=lambda asked=asked: next(asked))
        model = tiny_model(0.2)
    outcome = tiny.tiny_training(folder, model, settings())
    assert outcome.resumed_at == (1, 4)
    assert rows(folder) == rows(tmp_path / "whole")
    assert adapter_sha(model, tmp_path / "a") == adapter_sha(whole, tmp_path / "b")


def test_a_finished_training_is_shown_again_without_a_step(tmp_path: Path) -> None:
    def refuse(_log_probs: Tensor, _batch: Batch) -> Tensor:
        raise AssertionError("nothing was left to train")

    first, again = tiny_model(), tiny_model()
    outcome = tiny.tiny_training(tmp_path, first, settings())
    assert tiny.tiny_training(tmp_path, again, settings(), loss=refuse) == outcome
    assert adapter_sha(first, tmp_path / "a") == adapter_sha(again, tmp_path / "b")


def test_patience_ends_training_and_the_best_weights_are_kept(tmp_path: Path) -> None:
    stopped, best = tiny_model(), {}

    def validate() -> float:
        answer = next(answers)
        if answer == 2.0:
            best.update(weights_of(stopped))
        return answer

    answers = iter([5.0, 4.0, 2.0, 3.0, 2.5, 2.0])
    outcome = tiny.tiny_training(tmp_path, stopped, settings(epochs=9, evaluations=3, patience=2), validate=validate)
    assert (outcome.steps, outcome.best_step, outcome.best_loss, outcome.base_loss) == (4, 2, 2.0, 5.0)
    assert outcome.stopped_early == "no better validation loss than after step 2 in 2 validations"
    assert outcome.epochs == pytest.approx(4 / 3)
    kept = weights_of(stopped)
    assert all(torch.equal(kept[name], value) for name, value in best.items())
    last = store_in(tmp_path).latest()
    assert last is not None
    assert any(not torch.equal(kept[name], last.tensors[f"weights/{name}"]) for name in kept)
    validations = [row for row in rows(tmp_path) if "validation_loss" in row]
    assert [row["best"] for row in validations] == [False, True, True, False, False]
    # asked again, a training that stopped early stays stopped
    assert tiny.tiny_training(tmp_path, stopped, settings(epochs=9, evaluations=3, patience=2)) == outcome


def test_a_better_loss_renews_patience(tmp_path: Path) -> None:
    validate = losses(5.0, 4.0, 4.5, 3.0, 3.5, 2.0, 1.0)
    outcome = tiny.tiny_training(tmp_path, tiny_model(), settings(evaluations=3, patience=2), validate=validate)
    assert (outcome.steps, outcome.best_step, outcome.stopped_early) == (6, 6, "")


def test_a_training_that_never_beats_the_base_says_so(tmp_path: Path) -> None:
    model = tiny_model()
    outcome = tiny.tiny_training(tmp_path, model, settings(patience=0), validate=losses(1.0, 2.0, 3.0, 4.0, 5.0))
    assert (outcome.improved, outcome.best_step, outcome.best_loss, outcome.steps) == (False, 2, 2.0, 6)
    assert outcome.stopped_early == ""


def test_a_loss_that_is_nan_stops_with_step_and_remedy(tmp_path: Path) -> None:
    calls = 0

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        nonlocal calls
        calls += 1
        return token_loss(model, batch) * (float("nan") if calls == 2 else 1.0)

    model = tiny_model()
    with pytest.raises(FinewrightError, match=r"the loss of step 2 is nan; lower `train\.learning_rate`"):
        tiny.tiny_training(tmp_path, model, settings(micro_tokens=10_000), loss=loss)
    assert all(weight.isfinite().all() for weight in weights_of(model).values())
    assert [row["step"] for row in rows(tmp_path)] == [0, 1]


def test_a_gradient_that_is_infinite_stops_before_the_weights_move(tmp_path: Path) -> None:
    class Exploding(torch.autograd.Function):
        @staticmethod
        def forward(_context: Any, value: Tensor) -> Tensor:
            return value.clone()

        @staticmethod
        def backward(_context: Any, gradient: Tensor) -> Tensor:
            return gradient * float("inf")

    def loss(model: nn.Module, batch: Batch) -> Tensor:
        exploded: Tensor = Exploding.apply(token_loss(model, batch))
        return exploded

    model = tiny_model()
    before = weights_of(model)
    with pytest.raises(FinewrightError, match="the gradient norm of step 1 is"):
        tiny.tiny_training(tmp_path, model, settings(), loss=loss)
    assert all(torch.equal(before[name], value) for name, value in weights_of(model).items())


def test_a_validation_that_is_nan_stops(tmp_path: Path) -> None:
    with pytest.raises(FinewrightError, match="the validation loss of step 2 is nan"):
        tiny.tiny_training(tmp_path, tiny_model(), settings(), validate=losses(1.0, float("nan")))


def test_a_minute_without_a_validation_is_checkpointed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("finewright.train.loop._SAVE_SECONDS", 0.0)
    asked = iter([False, True])
    chosen = settings(epochs=1, evaluations=1)
    with pytest.raises(Interrupted):
        tiny.tiny_training(tmp_path, tiny_model(), chosen, interrupted=lambda: next(asked))
    assert (tmp_path / "checkpoints" / "step-00000001.json").exists()


@pytest.mark.parametrize(
    ("per_epoch", "evaluations", "expected"),
    [(7, 2, [4, 7, 11, 14]), (6, 3, [2, 4, 6, 8, 10, 12]), (2, 5, [1, 2, 3, 4]), (3, 1, [3, 6])],
)
def test_validations_are_spread_evenly_and_one_ends_each_epoch(
    per_epoch: int, evaluations: int, expected: list[int]
) -> None:
    steps = range(1, 2 * per_epoch + 1)
    assert [step for step in steps if validation_due(step, per_epoch, evaluations)] == expected


def test_the_logged_rate_and_place_are_those_of_the_step(tmp_path: Path) -> None:
    chosen = settings(schedule="linear", warmup=0.5, learning_rate=0.3)
    tiny.tiny_training(tmp_path, tiny_model(), chosen)
    steps = [row for row in rows(tmp_path) if "loss" in row]
    # three steps up to the peak, then 0.3, 0.2, 0.1
    assert [row["learning_rate"] for row in steps] == pytest.approx([0.1, 0.2, 0.3, 0.3, 0.2, 0.1])
    assert [row["epoch"] for row in steps] == pytest.approx([step / 3 for step in range(1, 7)])
    assert steps[0].keys() == {"step", "epoch", "loss", "learning_rate", "gradient_norm", "tokens"}


def test_the_last_weights_are_kept_where_they_are_asked_for(tmp_path: Path) -> None:
    """Validation says that the first were best; patience would have stopped there."""
    sha = {}
    for keep, steps in (("best", 1), ("last", 6)):
        model = tiny_model()
        chosen = settings(keep=keep, evaluations=3, patience=0 if keep == "best" else 2)
        outcome = tiny.tiny_training(tmp_path / keep, model, chosen, validate=losses(9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0))
        assert (outcome.best_step, outcome.steps, outcome.stopped_early) == (steps, 6, "")
        sha[keep] = adapter_sha(model, tmp_path / keep / "adapter")
    assert outcome.best_loss == 6.0
    assert sha["best"] != sha["last"]
