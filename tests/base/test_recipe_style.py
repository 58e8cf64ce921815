"""Rules of style in a recipe: those that no answer could keep are told when it is read, with their line."""

from pathlib import Path

import pytest

from finewright.base.errors import RecipeError
from finewright.base.recipe_file import read_recipe


def recipe(folder: Path, style: str) -> Path:
    (folder / "a.csv").write_text("text,label\na,b\n")
    (folder / "r.yaml").write_text(f"data: {{train: a.csv}}\nevaluate:\n  style: {{{style}}}\n")
    return folder / "r.yaml"


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("banned: ['*']", "evaluate.style.banned: '*' says nothing; write the words"),
        ("required: [' ']", "evaluate.style.required: ' ' says nothing"),
        ("banned: [Sure, free, SURE]", "evaluate.style.banned: 'SURE' is the same phrase as 'Sure'"),
        ("banned: ['gu*tee']", "evaluate.style.banned: 'gu*tee' has a * inside a word; put it at"),
        ("banned: [x, x]", "'x' is the same phrase as 'x'"),
        (
            "banned: [guarantee], required: [this is no Guarantee]",
            "evaluate.style.required: 'this is no Guarantee' holds 'guarantee', which is banned",
        ),
        ("banned: [guarantee*], required: [not guaranteed]", "holds 'guarantee*', which is banned"),
        ("required: [capital at risk], longest: 2", "evaluate.style.longest: 2 words are fewer than 'capital at risk'"),
        ("longest: 0", "evaluate.style.longest must be at least 1"),
        ("banned: sure", "evaluate.style.banned"),
        ("banned: [7]", "put each in quotes"),
        ("forbidden: [sure]", "'forbidden' is not a key of evaluate.style"),
    ],
)
def test_what_cannot_be_kept_is_told_with_its_line(style: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as found:
        read_recipe(recipe(tmp_path, style))
    assert len(found.value.faults) == 1
    assert said in str(found.value)
    assert str(found.value).startswith(f"{tmp_path / 'r.yaml'}:3: ")


@pytest.mark.parametrize(
    "style",
    [
        "banned: [guarantee], required: [not guaranteed]",
        "banned: [warn], required: ['warn*']",
        "banned: ['warn', 'warn*']",
        "required: [capital at risk], longest: 3",
        "banned: [], required: []",
        "required: ['**Capital** at risk*.']",
    ],
)
def test_what_can_be_kept_is_read(style: str, tmp_path: Path) -> None:
    read_recipe(recipe(tmp_path, style))
