"""A run that trains all weights of a tiny base: the model folder, its answers, and the same bits when resumed."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from safetensors.torch import load_file

from finewright.base.errors import Interrupted
from finewright.flows.predict import predict
from finewright.flows.run import run
from finewright.model.weights import digest_weights
from flows.test_run import write_task
from support.sealed import same_version
from support.tiny import tiny_base

FULL = ", method: full, learning_rate: 2e-3"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def test_all_weights_are_trained_saved_served_and_asked(tmp_path: Path, base: Path) -> None:
    done = run(write_task(tmp_path, base, FULL), say=lambda line: None)
    assert done.results.training["method"] == "full"
    assert done.results.training["trained_weights"] > 10_000
    assert not (done.folder / "adapter").exists()
    assert digest_weights(done.folder / "model") != digest_weights(base)
    tuned = next(arm for arm in done.results.arms if arm.trained)
    assert tuned.title == "Fine-tuned (all weights)"
    assert tuned.test is not None
    answers = list(predict(done.folder, ["parcel late at dock"], probabilities=True))
    assert answers[0].answer in {"invoice", "delivery", "password"}


def test_one_layer_alone_changes_no_other(tmp_path: Path, base: Path) -> None:
    done = run(write_task(tmp_path, base, FULL + ", layers: [1]"), say=lambda line: None)
    before = load_file(base / "model.safetensors")
    after = load_file(done.folder / "model" / "model.safetensors")
    changed = {name for name in before if not before[name].equal(after[name])}
    assert changed
    assert all(".layers.1." in name for name in changed)


def test_stopped_and_resumed_it_ends_in_the_same_bits(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(write_task(tmp_path / "whole", base, FULL), say=lambda line: None)
    stopped = same_version(whole, write_task(tmp_path / "stopped", base, FULL))
    asked = iter([False, False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(stopped, say=lambda line: None)
    again = run(stopped, say=lambda line: None)
    assert again.state == "resumed"
    assert again.results.training["resumed_at"] == [2]
    assert digest_weights(again.folder / "model") == digest_weights(whole.folder / "model")
