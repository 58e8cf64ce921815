"""When the states of frozen layers are kept, and that a run with them is the run without, resumed or not."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from torch import nn

from finewright.base.errors import Interrupted
from finewright.base.recipe_train import Train
from finewright.flows import batches
from finewright.flows.batches import LaidOut, lay_out
from finewright.flows.run import RunOutcome, run
from finewright.model.full import unfreeze
from finewright.model.hub import find, load_decoder
from finewright.model.weights import digest_weights
from flows.test_run import write_task
from support.sealed import same_version
from support.tiny import tiny_base
from train.tiny_training import tiny_examples

TOP = ", method: full, learning_rate: 2e-3, layers: 1"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"), layers=3)


def laid(model: nn.Module, folder: Path, said: list[str], **changes: object) -> LaidOut:
    settings = Train.model_validate({"epochs": 2, "method": "full", "layers": 1} | changes)
    return lay_out(
        model,
        tiny_examples(),
        tiny_examples(3),
        settings,
        micro_tokens=64,
        pad=0,
        folder=folder / "states",
        identity={},
        say=said.append,
    )


def test_states_are_kept_where_that_pays(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = find(str(base), tmp_path / "home")
    top = unfreeze(load_decoder(stored), Train(method="full", layers=1))
    every = unfreeze(load_decoder(stored), Train(method="full"))
    said: list[str] = []
    assert laid(top, tmp_path / "a", said).layout == "TreeBatches of 64 tokens, from layer 2 on"
    assert said == ["The 2 layers that do not learn were computed once and are read from disk"]
    assert laid(top, tmp_path / "b", said, epochs=1).layout == "TreeBatches of 64 tokens"
    assert laid(top, tmp_path / "c", said, cache="off").layout == "TreeBatches of 64 tokens"
    assert laid(every, tmp_path / "d", said).layout == "TreeBatches of 64 tokens"
    assert len(said) == 1
    laid(every, tmp_path / "e", said, cache="on")
    assert said[1:] == ["States of frozen layers are not kept: the lowest layer learns"]
    assert laid(top, tmp_path / "f", said, epochs=1, cache="on").layout.endswith("from layer 2 on")
    monkeypatch.setattr(batches, "disk_free", lambda folder: 100)
    assert laid(top, tmp_path / "g", said).layout == "TreeBatches of 64 tokens"
    # What a stopped run kept is gone on with, though the disk has filled up meanwhile.
    assert laid(top, tmp_path / "a", said).layout.endswith("from layer 2 on")


def test_states_of_a_base_that_takes_none_are_not_used(base: Path, tmp_path: Path) -> None:
    model = unfreeze(load_decoder(find(str(base), tmp_path / "home")), Train(method="full", layers=1))
    said: list[str] = []
    kept = batches.keep_states
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "keep_states", lambda *given: _spoilt(kept(*given)))
        assert laid(model, tmp_path, said).layout == "TreeBatches of 64 tokens"
    assert said[0].startswith("States of frozen layers are not used: on a few examples it differs")


def _spoilt(frozen):  # type: ignore[no-untyped-def]
    frozen._states = frozen._states * 1.1
    return frozen


def two_epochs(folder: Path, base: Path, extra: str) -> Path:
    """The task of the other runs, learned twice over."""
    recipe = write_task(folder, base, extra)
    recipe.write_text(recipe.read_text().replace("epochs: 1", "epochs: 2"))
    return recipe


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    return run(two_epochs(tmp_path_factory.mktemp("kept"), base, TOP), say=lambda line: None)


def test_a_run_with_kept_states_is_the_run_without(tmp_path: Path, base: Path, kept: RunOutcome) -> None:
    plain = run(same_version(kept, two_epochs(tmp_path, base, TOP + ", cache: 'off'")), say=lambda line: None)
    assert not (kept.folder / "states").exists()
    for key in ("base_loss", "best_loss", "first_loss", "last_loss"):
        assert kept.results.training[key] == pytest.approx(plain.results.training[key], rel=1e-4)


def test_stopped_and_resumed_it_ends_in_the_same_bits(tmp_path: Path, base: Path, kept: RunOutcome) -> None:
    recipe = same_version(kept, two_epochs(tmp_path, base, TOP))
    asked = iter([False, False, True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(recipe, say=lambda line: None)
    again = run(recipe, say=lambda line: None)
    assert again.results.training["resumed_at"] == [2]
    assert digest_weights(again.folder / "model") == digest_weights(kept.folder / "model")
