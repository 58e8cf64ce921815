"""The judge's section of a recipe: what no reply could answer is told when it is read, with its line."""

from pathlib import Path

import pytest

from finewright.base.errors import RecipeError
from finewright.base.recipe_file import read_recipe


def recipe(folder: Path, criteria: str, reward: str = "") -> Path:
    (folder / "a.csv").write_text("text,label\na,b\n")
    train = f"train: {{objective: grpo, reinforce: {{rewards: [{reward}]}}}}\n" if reward else ""
    (folder / "r.yaml").write_text(f"data: {{train: a.csv}}\nevaluate:\n  judge: {{criteria: [{criteria}]}}\n{train}")
    return folder / "r.yaml"


@pytest.mark.parametrize(
    ("criteria", "said"),
    [
        ("{name: a}, {name: b}, {name: A}", "criterion 3 has the name 'A' of one before it"),
        ("{name: a, levels: [good]}", "levels"),
        ("{name: a, levels: [bad, good, Good.]}", "criterion 1 has the level 'good' more than once"),
        ("{name: a, levels: [inconclusive, good]}", "has the level 'inconclusive', which no reply can say"),
        ("{name: a, levels: ['.', good]}", "has the level '.', which no reply can say"),
        ("{name: preferred}", "is called 'preferred', the name of the comparison of two answers"),
        ("{question: 'How?'}", "name"),
        ("{name: a, scale: [x, y]}", "'scale' is not a key"),
        ("{name: a, question: ''}", "question"),
    ],
)
def test_a_rubric_that_cannot_be_answered_is_told_with_its_line(criteria: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as found:
        read_recipe(recipe(tmp_path, criteria))
    assert len(found.value.faults) == 1
    assert said in str(found.value)
    assert str(found.value).startswith(f"{tmp_path / 'r.yaml'}:3: ")


@pytest.mark.parametrize(
    ("reward", "said"),
    [
        ("{scorer: judge, criterion: tome}", "names the criterion 'tome', which is not there; write one of tone"),
        ("{scorer: judge, criterion: tone, rubric: 'Why?'}", "names a criterion and a rubric"),
        ("{scorer: correct, criterion: tone}", "does not read criterion"),
    ],
)
def test_a_reward_goes_by_one_question_that_is_there(reward: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=said):
        read_recipe(recipe(tmp_path, "{name: tone}", reward))


def test_what_can_be_answered_is_read(tmp_path: Path) -> None:
    criteria = "{name: right}, {name: tone, question: 'How kind?', levels: [rude, plain, kind]}"
    judge = read_recipe(recipe(tmp_path, criteria, "{scorer: judge, criterion: tone}")).recipe.evaluate.judge
    assert [one.levels for one in judge.criteria] == [["no", "yes"], ["rude", "plain", "kind"]]
    assert (judge.kappa, judge.reply, judge.base) == (0.6, "auto", None)
