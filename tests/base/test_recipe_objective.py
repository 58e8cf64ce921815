"""What is learned from by the kind of the data, and the rules between an objective and other keys."""

from pathlib import Path
from typing import Any

import pytest

from finewright.base.errors import InputError, RecipeError
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_objective import objective_of
from finewright.base.recipe_train import Train


def recipe(folder: Path, train: str) -> Path:
    (folder / "a.csv").write_text("text,label\na,b\n")
    (folder / "judge.py").write_text("def reward(prompt, answer, wanted):\n    return 1.0\n")
    (folder / "r.yaml").write_text(f"data: {{train: a.csv}}\ntrain: {{{train}}}\n")
    return folder / "r.yaml"


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [
        ("classes", "auto", "answers"),
        ("preferences", "auto", "dpo"),
        ("feedback", "auto", "kto"),
        ("preferences", "simpo", "simpo"),
        ("text", "grpo", "grpo"),
        ("json", "distil", "distil"),
    ],
)
def test_auto_goes_by_the_data(kind: str, asked: str, found: str) -> None:
    assert objective_of(Train(objective=asked), kind) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "asked"),
    [("classes", "dpo"), ("preferences", "kto"), ("feedback", "dpo"), ("documents", "grpo"), ("preferences", "ppo")],
)
def test_data_that_an_objective_cannot_learn_from_are_told(kind: str, asked: str) -> None:
    with pytest.raises(InputError, match=f"train.objective: {asked} cannot learn from"):
        objective_of(Train(objective=asked), kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("train", "said"),
    [
        ("objective: dpoo", "train.objective"),
        ("objective: dpo, replay: {self_generated: 5}", "does not go with objective: dpo"),
        (
            "objective: dpo, preference: {margin: 2.0}",
            "train.preference.margin does not go with objective: dpo; leave it out, or write objective: simpo",
        ),
        ("objective: simpo, preference: {smoothing: 0.1}", "train.preference.smoothing does not go with"),
        ("preference: {margin: 2.0}", "train.preference.margin does not go with objective: auto"),
        ("reinforce: {kl: 0.1}", "train.reinforce does not go with objective: auto"),
        ("objective: dpo, distil: {examples: 2}", "train.distil does not go with objective: dpo"),
        (
            "objective: grpo, preference: {smoothing: 0.1, beta: 0.2}",
            "train.preference does not go with objective: grpo",
        ),
        ("objective: rloo, reinforce: {scale: false}", "train.reinforce.scale does not go with objective: rloo"),
        ("objective: kto, replay: {kl: 0.1}", "train.replay does not go with objective: kto"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python, path: 5}]}", "rewards.path must be a path, not 5"),
        (
            "objective: grpo, reinforce: {rewards: [{scorer: valid, rubric: a}]}",
            "reward 1 (valid) does not read rubric",
        ),
        ("objective: grpo, reinforce: {rewards: []}", "for the default, [{'scorer': 'correct'}]"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python}]}", "reward 1 (python) names no path"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python, path: no.py}]}", "names 'no.py', which is not there"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python, path: .}]}", "names the folder '.'; name the file"),
        (
            "objective: grpo, reinforce: {rewards: [{scorer: python, path: ~nobody-here/a.py}]}",
            "names '~nobody-here/a.py', which is not there",
        ),
        ("objective: grpo, reinforce: {rewards: [{scorer: corect}]}", "write scorer: correct"),
        ("objective: grpo, reinforce: {rewards: [{weight: 2.0}]}", "'scorer' is missing from train.reinforce.rewards"),
        ("objective: grpo, reinforce: {rewards: [{scorer: correct, wieght: 2.0}]}", "write weight"),
        ("objective: grpo, reinforce: {rewards: []}", "train.reinforce.rewards"),
        ("objective: grpo, reinforce: {rewards: correct}", "train.reinforce.rewards"),
        ("objective: grpo, reinforce: {rollouts: 1}", "train.reinforce.rollouts must be at least 2"),
    ],
)
def test_what_does_not_go_together_is_told_once_with_its_line(train: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as found:
        read_recipe(recipe(tmp_path, train))
    assert [str(fault) for fault in found.value.faults if said in str(fault)], found.value.faults
    assert len(found.value.faults) == 1
    assert str(found.value).startswith(f"{tmp_path / 'r.yaml'}:2: ")


@pytest.mark.parametrize(
    ("kind", "settings", "key"),
    [
        ("classes", {"preference": {"beta": 0.2}}, "preference"),
        ("preferences", {"replay": {"self_generated": 5}}, "replay"),
        ("feedback", {"preference": {"smoothing": 0.1}}, "preference.smoothing"),
    ],
)
def test_what_auto_turns_out_not_to_read_is_told_with_the_data(kind: str, settings: dict[str, Any], key: str) -> None:
    with pytest.raises(InputError, match=rf"train\.{key} does not go with objective: "):
        objective_of(Train.model_validate(settings), kind)  # type: ignore[arg-type]


def test_faults_of_rewards_are_told_one_by_one_at_their_lines(tmp_path: Path) -> None:
    rewards = ["scorer: corect", "scorer: fine", "weight: 1.0", "scorer: python\n        path: no.py"]
    path = recipe(tmp_path, "epochs: 1")
    listed = "".join(f"\n      - {one}" for one in rewards)
    path.write_text(f"data: {{train: a.csv}}\ntrain:\n  objective: grpo\n  reinforce:\n    rewards:{listed}\n")
    with pytest.raises(RecipeError) as found:
        read_recipe(path)
    said = {fault.place.line: str(fault) for fault in found.value.faults if fault.place}
    assert list(said) == [6, 7, 8, 10]
    assert "write scorer: correct" in said[6]
    assert "'fine'" in said[7]
    assert "'scorer' is missing" in said[8]
    assert "reward 4 names 'no.py'" in said[10]


def test_a_key_of_the_reward_models_training_leaves_its_other_defaults(tmp_path: Path) -> None:
    path = recipe(tmp_path, "epochs: 1")
    untouched = read_recipe(path).recipe.arms.reward.train
    path.write_text("data: {train: a.csv}\narms: {reward: {train: {batch: 4}}}\n")
    assert read_recipe(path).recipe.arms.reward.train == untouched.model_copy(update={"batch": 4})


def test_paths_of_rewards_are_taken_from_the_recipes_folder(tmp_path: Path) -> None:
    path = recipe(tmp_path, "objective: grpo, reinforce: {rewards: [{scorer: python, path: judge.py}]}")
    (part,) = read_recipe(path).recipe.train.reinforce.rewards
    assert part.path == tmp_path / "judge.py"
