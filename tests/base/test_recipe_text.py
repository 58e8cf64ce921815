"""A recipe written out and read back is the recipe: also texts that look like something else, and paths."""

from pathlib import Path

from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_grid import with_values
from finewright.base.recipe_text import recipe_text

RECIPE = """
name: mails
data: {train: rows/a.csv, columns: {answer: "1e3"}}
task: {instruction: "Say: \\"no\\" # or\\n'yes' ä 😀", order: ["1e3", "no", "010"]}
train: {lora: {rank: 4, ranks: {down_proj: 8}}, epochs: 2}
sweep: {grid: {train.learning_rate: [1e-5, 2e-5]}}
"""


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "a.csv").write_text("text,1e3\na,no\n")
    (tmp_path / "r.yaml").write_text(RECIPE, encoding="utf-8")
    resolved = read_recipe(tmp_path / "r.yaml")
    chosen = with_values(resolved.recipe, {"train.learning_rate": 1e-5}, resolved.recipe.seed)
    folder = tmp_path / "runs" / "x"
    folder.mkdir(parents=True)
    text = recipe_text(resolved, chosen, {"train.learning_rate": 1e-5}, folder)
    (folder / "best.yaml").write_text(text, encoding="utf-8")
    assert read_recipe(folder / "best.yaml").recipe == chosen
    assert str(tmp_path) not in text
    assert "sweep" not in text
    assert "batch" not in text
