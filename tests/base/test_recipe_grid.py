"""The grid of a sweep: faults told with line and remedy before anything runs, combinations that mean something."""

from pathlib import Path

import pytest

from finewright.base.errors import RecipeError
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_grid import SWEPT, combinations, with_values


def read(folder: Path, text: str) -> Recipe:
    """The recipe; its grid's keys begin on line 4 where `text` is a grid alone."""
    (folder / "a.csv").write_text("text,label\na,b\n")
    (folder / "r.yaml").write_text(f"data: {{train: a.csv}}\n{text}")
    return read_recipe(folder / "r.yaml").recipe


def grid(*lines: str) -> str:
    return "\n".join(["sweep:", "  grid:", *(f"    {line}" for line in lines), ""])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "train.learnin_rate: [1e-4]",
            "'train.learnin_rate' is not a key of the recipe; did you mean train.learning_rate",
        ),
        ("rank: [4]", "'rank' is not a key of the recipe; did you mean train.lora.rank"),
        ("split.test: [0.2]", "'split.test' is not tried by a sweep"),
        ("train.threads: [1, 2]", "'train.threads' is not tried by a sweep"),
        ("train.lora.rank: [4, 0]", "train.lora.rank must be at least 1, not 0"),
        ("train.lora.rank: [1.5]", "train.lora.rank must be a whole number, not 1.5"),
        ("train.learning_rate: ['1e-4']", "train.learning_rate must be a number, not '1e-4'"),
        ("train.method: [loar]", "train.method must be one of 'lora', 'full', not 'loar'"),
        ("train.epochs: 3", r"train.epochs must be a list of values, not 3; write train.epochs: \[3\]"),
        ("train.epochs: []", "train.epochs has no values"),
        ("train.epochs: [3, 3]", "train.epochs lists 3 twice"),
        ("train.lora: {rank: [4]}", r"'train.lora' holds keys; write them with dots, as train.lora.\w+: "),
        ("train.replay.share: [0.1, 0.2]", "means nothing without train.replay.file or train.replay.self_generated"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(RecipeError, match=rf"r\.yaml:4: sweep\.grid: .*{told}"):
        read(tmp_path, grid(line))


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as told:
        read(tmp_path, grid("train.epochs: [0]", "train.lora.rank: [x]", "sede: [1]"))
    assert [fault.place.line for fault in told.value.faults if fault.place] == [4, 5, 6]


def test_fewer_than_three_seeds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="seeds must be at least 3"):
        read(tmp_path, "sweep: {seeds: 2}\n")


def test_keys_of_two_arms_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="keys of the tuned arm"):
        read(tmp_path, grid("train.epochs: [1, 2]", "arms.encoder.train.epochs: [1, 2]"))


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        ("train: {enabled: false}\n", "train.epochs: [1, 2]"),
        ("arms: {tuned: {enabled: false}}\n", "train.epochs: [1, 2]"),
        ("arms: {encoder: {enabled: false}}\n", "arms.encoder.train.epochs: [1, 2]"),
    ],
)
def test_an_arm_that_is_switched_off_is_told(tmp_path: Path, recipe: str, line: str) -> None:
    with pytest.raises(RecipeError, match="switches off"):
        read(tmp_path, recipe + grid(line))


def test_a_rank_where_all_weights_are_trained_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml:5: .*train\.lora\.rank means nothing where train\.method is full"):
        read(tmp_path, "train: {method: full}\n" + grid("train.lora.rank: [4, 8]"))
    with pytest.raises(RecipeError, match="means nothing"):
        read(tmp_path, grid("train.method: [full]", "train.lora.rank: [4, 8]"))
    with pytest.raises(RecipeError, match=r"arms\.encoder\.train\.method is full"):
        read(tmp_path, grid("arms.encoder.train.lora.rank: [4, 8]"))


def test_a_combination_that_breaks_a_rule_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="a combination that cannot be") as told:
        read(tmp_path, grid("train.quantise: [null, nf4]", "train.method: [lora, full]", "train.epochs: [1, 2]"))
    assert len(told.value.faults) == 1


def test_combinations_that_come_to_the_same_count_once(tmp_path: Path) -> None:
    recipe = read(tmp_path, grid("train.method: [lora, full]", "train.lora.rank: [4, 8]"))
    assert combinations(recipe) == [
        {"train.method": "lora", "train.lora.rank": 4},
        {"train.method": "lora", "train.lora.rank": 8},
        {"train.method": "full"},
    ]


def test_too_many_combinations_are_refused_before_they_are_made(tmp_path: Path) -> None:
    many = ", ".join(str(number) for number in range(1, 101))
    keys = ("train.epochs", "train.batch", "train.lora.rank", "train.evaluations", "train.patience")
    with pytest.raises(RecipeError, match="makes 10,000,000,000 combinations"):
        read(tmp_path, grid(*(f"{key}: [{many}]" for key in keys)))


def test_values_are_put_in_and_the_sweep_left_out(tmp_path: Path) -> None:
    recipe = read(tmp_path, "seed: 7\n" + grid("train.lora.alpha: [8]", "train.layers: [null, 2, [0, 1]]"))
    made = with_values(recipe, {"train.lora.alpha": 8, "train.layers": [0, 1]}, 9)
    assert (made.train.lora.alpha, made.train.layers, made.seed) == (8.0, [0, 1], 9)
    assert made.sweep.grid == {}
    assert made.model_copy(update={"train": recipe.train, "seed": 7, "sweep": recipe.sweep}) == recipe


def test_what_is_swept_changes_how_an_arm_learns() -> None:
    assert {"train.learning_rate", "train.lora.rank", "train.method", "train.lora.variant"} <= set(SWEPT)
    assert "arms.encoder.train.learning_rate" in SWEPT
    assert not [key for key in SWEPT if key.startswith(("data", "split", "evaluate", "arms.tuned")) or "rows" in key]
