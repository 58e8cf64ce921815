"""Runs on preferences and feedback from recipe to verdict on a tiny random base: files, figures, resuming."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from finewright.base.errors import InputError, Interrupted
from finewright.flows.estimate import estimate
from finewright.flows.run import RunOutcome, run
from finewright.model.lora import adapter_digest
from support.sealed import same_version
from support.tiny import tiny_base

TOPICS = ("card", "refund", "invoice", "exchange rate", "transit", "damage", "boxes", "top up")
TRAIN = {"epochs": 3, "batch": 8, "threads": 1, "evaluations": 1, "learning_rate": 0.02}
OFF = "evaluate: {forgetting: {enabled: false}}\narms: {reward: {enabled: false}}\n"

# peft asks transformers by a name that transformers renames.
pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")


def pairs(count: int) -> list[dict[str, str]]:
    """Whatever is asked, the answer that says thanks is the chosen one."""
    return [
        {
            "prompt": f"What about the {TOPICS[number % 8]} {number} of {TOPICS[number * 3 % 8]}",
            "chosen": f"thanks, {TOPICS[number % 8]} paid",
            "rejected": f"sorry, {TOPICS[number % 8]} lost",
        }
        for number in range(count)
    ]


def rated(count: int) -> list[dict[str, object]]:
    return [
        {"prompt": row["prompt"], "completion": row["chosen" if number % 2 else "rejected"], "label": bool(number % 2)}
        for number, row in enumerate(pairs(count))
    ]


def write(folder: Path, base: Path, rows: list[dict[str, object]], more: str = OFF, **train: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = folder / "prefer.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: rows.jsonl}}\nsplit: {{near: 1.0}}\ntrain: {json.dumps(TRAIN | train)}\n{more}"
    )
    return recipe


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, base: Path) -> RunOutcome:
    return run(write(tmp_path_factory.mktemp("task"), base, pairs(120)), say=lambda line: None)


def test_pairs_are_learned_by_dpo_and_told_better(done: RunOutcome) -> None:
    found = done.results.preferences
    assert found is not None
    assert done.results.kind == "preferences"
    assert found.rows == 24
    assert found.after.value > 0.95
    assert found.moved.value > 0.95
    assert found.margin > 1
    assert done.results.verdict.outcome == "better"
    # Before the first step the policy is the reference: every margin is 0.
    assert done.results.training["base_loss"] == pytest.approx(0.6931, abs=1e-4)
    assert done.results.training["best_loss"] < 0.2


def test_every_figure_of_a_step_is_logged(done: RunOutcome) -> None:
    rows = [json.loads(line) for line in (done.folder / "metrics.jsonl").read_text().splitlines()]
    steps = [row for row in rows if "loss" in row]
    assert all({"preference_accuracy", "preference_margin"} <= set(row) for row in steps)
    assert steps[-1]["preference_accuracy"] > steps[0]["preference_accuracy"]


def test_the_report_shows_pairs_and_figures(done: RunOutcome) -> None:
    page = (done.folder / "report.html").read_text()
    assert "Held-out preferences before and after" in page
    assert "Moved most towards the preferred answer" in page
    assert "thanks, card paid" in page


def test_a_second_call_shows_the_run(done: RunOutcome) -> None:
    again = run(done.folder.parent.parent / "prefer.yaml", say=lambda line: None)
    assert again.state == "shown"
    assert again.results == done.results


def test_estimating_knows_pairs(tmp_path: Path, base: Path) -> None:
    found = estimate(write(tmp_path, base, pairs(60)))
    assert {"held-out preferences", "reference", "training"} <= set(found.minutes)
    assert "zero-shot prompt" not in found.minutes


@pytest.mark.parametrize("objective", ["ipo", "orpo", "simpo"])
def test_every_objective_on_pairs_learns(objective: str, tmp_path: Path, base: Path) -> None:
    done = run(write(tmp_path, base, pairs(60), objective=objective), say=lambda line: None)
    found = done.results.preferences
    assert found is not None
    assert found.moved.value > 0.9


def test_feedback_is_learned_by_kto(tmp_path: Path, base: Path) -> None:
    done = run(write(tmp_path, base, rated(120)), say=lambda line: None)
    found = done.results.preferences
    assert found is not None
    assert done.results.kind == "feedback"
    assert found.moved.value > 0.95


@pytest.mark.parametrize(("rows", "train"), [(pairs, {}), (rated, {}), (pairs, {"method": "full"})])
def test_stopped_and_resumed_it_ends_in_the_same_bits(
    rows: object, train: dict[str, object], tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = train | ({"learning_rate": 2e-3} if train else {})
    whole = run(write(tmp_path / "whole", base, rows(48), **settings), say=lambda line: None)  # type: ignore[operator]
    stopped = same_version(whole, write(tmp_path / "stopped", base, rows(48), **settings))  # type: ignore[operator]
    asked = iter([False, False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(stopped, say=lambda line: None)
    again = run(stopped, say=lambda line: None)
    assert again.state == "resumed"
    assert again.results.training["adapter"] == whole.results.training["adapter"]
    assert again.results.preferences == whole.results.preferences
    if not train:
        assert adapter_digest(again.folder / "adapter") == adapter_digest(whole.folder / "adapter")


def test_an_objective_for_other_data_is_told_before_anything_is_written(tmp_path: Path, base: Path) -> None:
    with pytest.raises(InputError, match="kto cannot learn from preferences"):
        run(write(tmp_path, base, pairs(60), objective="kto"), say=lambda line: None)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("rows", [pairs, rated])
@pytest.mark.parametrize("switched_off", ["train", "arms.tuned"])
def test_training_switched_off_leaves_nothing_to_do(
    switched_off: str, rows: object, tmp_path: Path, base: Path
) -> None:
    off: dict[str, object] = {"enabled": False} if switched_off == "train" else {}
    more = OFF if off else OFF.replace("arms: {", "arms: {tuned: {enabled: false}, ")
    said = rf"prefer\.yaml:\d+: .* nothing to do with \w+ but to train on them; set `{switched_off}\.enabled: true`"
    with pytest.raises(InputError, match=said):
        run(write(tmp_path, base, rows(60), more, **off), say=lambda line: None)  # type: ignore[operator]
    assert not (tmp_path / "runs").exists()
