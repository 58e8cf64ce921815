"""A run under differential privacy: the bound is told, the key is gone, and a run that learned nothing says so."""

import json
from math import ceil
from pathlib import Path

import pytest

from finewright.base.errors import FinewrightError, Interrupted, RecipeError
from finewright.base.files import digest_file, digest_json, read_json
from finewright.base.recipe_file import read_recipe
from finewright.evaluate.results_file import digest_in
from finewright.flows import learning
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.evidence import dossier
from finewright.flows.prepare import prepare
from finewright.flows.private import guarantee_of
from finewright.flows.run import RunOutcome, run
from finewright.model.manifest import read_manifest
from finewright.train.accounting import epsilon_of
from flows.test_run import write_task
from support.tiny import tiny_base

DP = ", learning_rate: 0.02, dp: {epsilon: 20, delta: 0.01}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    return run(write_task(tmp_path_factory.mktemp("task"), base, DP), say=lambda line: None)


def test_the_bound_is_kept_with_what_was_trained(done: RunOutcome) -> None:
    told = done.results.training["dp"]
    assert 19 < told["epsilon"] <= 20
    assert (told["delta"], told["clip"]) == (0.01, 1.0)
    recipe, examples = read_manifest(done.folder / "adapter").recipe, done.results.training["examples"]
    assert told["rate"] == pytest.approx(8 / examples)
    assert told["steps"] == ceil(examples / 8) * recipe["train"]["epochs"]
    assert told["epsilon"] == pytest.approx(epsilon_of(told["multiplier"], 0.01, told["rate"], told["steps"]))
    assert read_manifest(done.folder / "adapter").results["dp"] == told
    assert "differential privacy of single training rows" in (done.folder / "report.html").read_text()


def test_the_key_is_gone_when_the_weights_are_there(done: RunOutcome) -> None:
    assert not (done.folder / "noise.key").exists()
    log = [json.loads(line) for line in (done.folder / "metrics.jsonl").read_text().splitlines()]
    assert any("example_gradient" in row and "clipped" in row for row in log)


def test_no_plain_digest_of_the_rows_travels_with_the_weights(done: RunOutcome) -> None:
    """Whoever has every other row could try out the last one by it. In the run's folder lineage is checked as ever."""
    card = read_json(done.folder / "data" / "card.json")
    written = (done.folder / "adapter" / "finewright.json").read_text()
    digests = {digest_json(card), card["privacy"]["version"], card["test_digest"], done.results.run}
    digests |= {part["digest"] for part in (*card["files"].values(), *card["parts"].values())}
    digests.add(digest_in(done.folder / "results.json"))
    assert not [digest for digest in digests if digest in written]
    assert dossier(open_audited(done.folder)).refused == {}


def test_another_run_draws_other_noise(done: RunOutcome, tmp_path: Path, base: Path) -> None:
    again = run(write_task(tmp_path, base, DP), say=lambda line: None)
    weights = [digest_file(one.folder / "adapter" / "adapter_model.safetensors") for one in (done, again)]
    assert weights[0] != weights[1]


def test_a_stopped_run_goes_on_with_its_key(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The noise is the same before and after, or else two noisy gradients of one step could be compared."""
    recipe = write_task(tmp_path, base, DP)
    train = learning.train
    asked = iter([False, False, True])

    def stopping(*given: object, **by: object) -> object:
        return train(*given, **{**by, "interrupted": lambda: next(asked)})  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(learning, "train", stopping)
        with pytest.raises(Interrupted):
            run(recipe, say=lambda line: None)
    (folder,) = (tmp_path / "runs").iterdir()
    key = (folder / "noise.key").read_bytes()
    assert (folder / "noise.key").stat().st_mode & 0o777 == 0o600
    assert len(key) == 32
    run(recipe, say=lambda line: None)
    assert read_json(folder / "training.json")["resumed_at"] == [2]
    assert not (folder / "noise.key").exists()


def test_an_adapter_of_noise_alone_is_refused(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a key of the test's own: by chance noise may move a random base to the better."""
    monkeypatch.setattr("finewright.flows.private.make_key", lambda path: path.write_bytes(b"k" * 32))
    recipe = write_task(tmp_path, base, ", learning_rate: 1.0, keep: last, dp: {epsilon: 0.01, delta: 0.0001}")
    with pytest.raises(FinewrightError, match="no better than the base; give more training rows"):
        run(recipe, say=lambda line: None)
    (folder,) = (tmp_path / "runs").iterdir()
    assert not (folder / "adapter").exists()
    assert not (folder / "noise.key").exists()
    assert not (folder / "checkpoints").exists()
    with pytest.raises(FinewrightError, match="no better than the base"):  # anew, and not by what is left of the first
        run(recipe, say=lambda line: None)


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (", method: full, dp: {epsilon: 3}", r"train\.method does not go with train\.dp"),
        (
            ", gradient_checkpointing: true, dp: {epsilon: 3}",
            r"gradient_checkpointing does not go with train\.dp",
        ),
        (
            ", replay: {self_generated: 5}, dp: {epsilon: 3}",
            r"self_generated does not go with train\.dp",
        ),
        (", objective: grpo, dp: {epsilon: 3}", r"train\.dp does not go with objective: grpo"),
        (", dp: {epsilon: 0}", r"train\.dp\.epsilon"),
    ],
)
def test_what_the_bound_could_not_hold_for_is_refused(tmp_path: Path, base: Path, extra: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        read_recipe(write_task(tmp_path, base, extra))


def test_without_a_delta_it_is_a_tenth_of_one_over_the_rows(tmp_path: Path, base: Path) -> None:
    prepared = prepare(read_recipe(write_task(tmp_path, base, ", dp: {epsilon: 5}")))
    assert guarantee_of(prepared, 40).delta == pytest.approx(1 / 400)
