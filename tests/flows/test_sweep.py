"""A sweep on a tiny random base: no test row is seen, all trials share their rows, stopping changes nothing."""

import hashlib
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from finewright.base.errors import InputError, Interrupted
from finewright.flows.audit.gate import gate
from finewright.flows.run import run
from finewright.flows.sweep import SweepOutcome, sweep
from support.tiny import tiny_base, tiny_encoder

TOPICS = {"invoice": "bill amount due", "delivery": "parcel truck dock", "password": "login reset locked"}
SEEDS = 3


def write_task(folder: Path, base: Path, grid: str, more: str = "epochs: 4") -> Path:
    """A labelled file for each part, and a recipe with a sweep."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, part in enumerate(("train", "validation", "test")):
        rows = [
            f"{part} case {count} about {words.split()[count % 3]} ref {(300 * number + 7 * count) % 1000:03d},{label}"
            for count in range(4)
            for label, words in TOPICS.items()
        ]
        (folder / f"{part}.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\nseed: 4\n"
        "data: {train: train.csv, validation: validation.csv, test: test.csv}\n"
        "split: {near: 1.0}\n"
        "arms: {frozen: {enabled: false}, encoder: {enabled: false}}\n"
        f"train: {{batch: 4, threads: 1, evaluations: 1, micro_tokens: 512, {more}}}\n"
        f"sweep: {{grid: {grid}}}\n"
    )
    return recipe


GRID = "{train.learning_rate: [1e-3, 3e-2]}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    return write_task(tmp_path_factory.mktemp("task"), base, GRID)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that nothing but the sweep below writes to."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def done(recipe: Path, home: Path) -> SweepOutcome:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINEWRIGHT_HOME", str(home))
        return sweep(recipe, say=silent)


def silent(line: str) -> None:
    """Nobody listens."""


def trials_in(folder: Path) -> dict[str, Any]:
    """What came of every trial by its folder's name, without how long it took."""
    found = {path.parent.name: json.loads(path.read_text()) for path in folder.glob("trials/*/trial.json")}
    return {name: {key: value for key, value in of.items() if key != "seconds"} for name, of in found.items()}


def adapters_in(folder: Path) -> dict[str, str]:
    return {
        path.parent.parent.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("trials/*/adapter/*.safetensors")
    }


def test_every_combination_is_there_with_every_seed(done: SweepOutcome) -> None:
    assert done.state == "new"
    made = {
        (trial.values["train.learning_rate"], trial.seed) for one in done.sweep.combinations for trial in one.trials
    }
    assert made == {(rate, seed) for rate in (1e-3, 3e-2) for seed in (4, 5, 6)}
    assert len(set(adapters_in(done.folder).values())) == 6
    assert {path.name for path in done.folder.iterdir()} >= {"sweep.json", "sweep.html", "best.yaml", "trials"}
    assert not list(done.folder.rglob("checkpoints"))


def test_the_larger_rate_learns_more_in_so_few_steps(done: SweepOutcome) -> None:
    losses = {one.values["train.learning_rate"]: one.loss.mean for one in done.sweep.combinations}
    assert losses[3e-2] < losses[1e-3]


def test_no_test_row_leaves_a_trace(done: SweepOutcome, recipe: Path, home: Path) -> None:
    texts = [line.split(",")[0] for line in (recipe.parent / "test.csv").read_text().splitlines()[1:]]
    found = [
        path
        for path in done.folder.rglob("*")
        if path.is_file() and any(text in path.read_bytes().decode("utf-8", "ignore") for text in texts)
    ]
    assert found == []
    assert not list(home.rglob("looks*"))
    assert not list(done.folder.rglob("arms/*/test.json"))


def test_all_trials_answer_the_same_validation_rows(done: SweepOutcome) -> None:
    rows = {tuple(sorted(trial["correct"])) for trial in trials_in(done.folder).values()}
    validation = [
        json.loads(line)["id"] for line in (done.folder / "data" / "validation.jsonl").read_text().splitlines()
    ]
    assert rows == {tuple(sorted(validation))}
    assert done.sweep.rows == len(validation) == 12


def test_a_repeat_shows_what_is_there(recipe: Path, done: SweepOutcome) -> None:
    stamps = {path: path.stat().st_mtime_ns for path in done.folder.rglob("*") if path.is_file()}
    again = sweep(recipe, say=silent)
    assert (again.state, again.sweep) == ("shown", done.sweep)
    assert {path: path.stat().st_mtime_ns for path in done.folder.rglob("*") if path.is_file()} == stamps


def test_running_the_best_recipe_makes_its_first_trial_again(done: SweepOutcome) -> None:
    best = done.sweep.combinations[0]
    made = run(done.folder / "best.yaml", say=silent)
    (trial,) = [name for name, of in trials_in(done.folder).items() if of["values"] == best.values and of["seed"] == 4]
    assert made.folder == done.folder.parent / f"mail-{trial}"
    weights = (made.folder / "adapter" / "adapter_model.safetensors").read_bytes()
    assert hashlib.sha256(weights).hexdigest() == adapters_in(done.folder)[trial]


def test_a_stopped_sweep_goes_on_and_ends_in_the_same_bits(tmp_path: Path, base: Path, done: SweepOutcome) -> None:
    recipe = write_task(tmp_path, base, GRID)
    ended = threading.Event()

    def stop_in_the_second_training() -> None:
        def begun() -> bool:
            logs = [path.read_text() for path in tmp_path.glob("runs/*/trials/*/metrics.jsonl")]
            return len(logs) == 2 and all('"step":2' in log for log in logs)

        while not begun() and not ended.is_set():
            time.sleep(0.002)
        os.kill(os.getpid(), signal.SIGINT)

    watching = threading.Thread(target=stop_in_the_second_training)
    watching.start()
    try:
        with pytest.raises(Interrupted, match="run the same command again"):
            sweep(recipe, say=silent)
    finally:
        ended.set()
        watching.join()
    assert len(list(tmp_path.glob("runs/*/trials/*/trial.json"))) == 1
    assert list(tmp_path.glob("runs/*/trials/*/checkpoints/*.safetensors"))
    assert not list(tmp_path.glob("runs/*/sweep.json"))

    resumed = sweep(recipe, say=silent)
    assert resumed.state == "resumed"
    assert resumed.folder.name == done.folder.name
    assert adapters_in(resumed.folder) == adapters_in(done.folder)
    assert trials_in(resumed.folder) == trials_in(done.folder)
    assert (resumed.folder / "best.yaml").read_text() == (done.folder / "best.yaml").read_text()


def test_a_value_that_is_added_costs_its_own_trials_alone(tmp_path: Path, base: Path, done: SweepOutcome) -> None:
    recipe = write_task(tmp_path, base, GRID)
    shutil.copytree(done.folder, tmp_path / "runs" / done.folder.name)
    recipe.write_text(recipe.read_text().replace(GRID, "{train.learning_rate: [1e-3, 3e-2, 1e-2]}"))
    said: list[str] = []
    wider = sweep(recipe, say=said.append)
    assert (wider.folder / "recipe.yaml").read_text() == recipe.read_text()
    assert wider.folder.name == done.folder.name
    assert [line.split(":")[0] for line in said if line.startswith("Trial")] == [f"Trial {n} of 9" for n in (7, 8, 9)]
    assert len(wider.sweep.combinations) == 3
    assert trials_in(done.folder).items() <= trials_in(wider.folder).items()


def test_a_trial_that_was_trained_but_not_kept_is_not_trained_again(
    tmp_path: Path, base: Path, done: SweepOutcome
) -> None:
    recipe = write_task(tmp_path, base, GRID)
    folder = tmp_path / "runs" / done.folder.name
    shutil.copytree(done.folder, folder)
    (folder / "sweep.json").unlink()
    lost = sorted(folder.glob("trials/*/trial.json"))[0]
    lost.unlink()
    said: list[str] = []
    again = sweep(recipe, say=said.append)
    assert not [line for line in said if line.startswith("Training")]
    assert trials_in(again.folder) == trials_in(done.folder)


def test_all_weights_and_an_adapter_side_by_side(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, "{train.method: [lora, full], train.lora.rank: [2, 4]}", "epochs: 1")
    made = sweep(recipe, say=silent)
    weights = {one.values.get("train.lora.rank"): one.weights for one in made.sweep.combinations}
    assert len(made.sweep.combinations) == 3
    assert weights[2] * 2 == weights[4] < weights[None]
    assert len(list(made.folder.glob("trials/*/adapter"))) == 2 * SEEDS
    assert not list(made.folder.glob("trials/*/model")), "as large as the base: not kept"


def test_the_encoder_arm_is_swept_by_its_own_keys(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, "{arms.encoder.train.learning_rate: [1e-5, 1e-2]}")
    encoder = tiny_encoder(tmp_path / "encoder")
    text = recipe.read_text().replace(
        "encoder: {enabled: false}", f"encoder: {{base: {encoder}, train: {{threads: 1, epochs: 4, batch: 4}}}}"
    )
    recipe.write_text(text)
    made = sweep(recipe, say=silent)
    assert made.sweep.arm == "encoder"
    losses = {one.values["arms.encoder.train.learning_rate"]: one.loss.mean for one in made.sweep.combinations}
    assert losses[1e-2] != pytest.approx(losses[1e-5], rel=0.02)  # each trial learned at its own rate
    assert {trial.seed for one in made.sweep.combinations for trial in one.trials} == {4, 5, 6}
    assert not list(made.folder.glob("trials/*/adapter"))
    assert "arms:" in (made.folder / "best.yaml").read_text()


def test_nothing_to_sweep_is_told_before_anything_is_written(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, "{}")
    with pytest.raises(InputError, match=r"nothing to try in sweep\.grid; add sweep: "):
        sweep(recipe, say=silent)
    assert not (tmp_path / "runs").exists()


def test_a_trial_is_no_product_that_could_be_audited(done: SweepOutcome) -> None:
    for trial in (done.folder / "trials").iterdir():
        assert not (trial / "audit").exists()
        with pytest.raises(InputError, match=r"is a trial of a sweep, .*; run the sweep's best\.yaml"):
            gate(trial)
