"""What is learned from by the kind of the data, and the rules between an objective and other keys."""

from pathlib import Path

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
        ("objective: dpo, preference: {margin: 2.0}", "train.preference.margin: is not read by objective: dpo"),
        ("objective: simpo, preference: {smoothing: 0.1}", "train.preference.smoothing: is not read by"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python}]}", "reward 1 (python) names no path"),
        ("objective: grpo, reinforce: {rewards: [{scorer: python, path: no.py}]}", "names 'no.py', which is not there"),
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


def test_paths_of_rewards_are_taken_from_the_recipes_folder(tmp_path: Path) -> None:
    path = recipe(tmp_path, "objective: grpo, reinforce: {rewards: [{scorer: python, path: judge.py}]}")
    (part,) = read_recipe(path).recipe.train.reinforce.rewards
    assert part.path == tmp_path / "judge.py"
