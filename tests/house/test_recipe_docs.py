"""Every key of the recipe is documented, in the schema and on the page made from it."""

from pathlib import Path

from finewright.base.recipe_docs import recipe_page
from finewright.base.recipe_keys import KEYS, LEAVES, section


def test_every_key_has_a_sentence() -> None:
    silent = [".".join(path) for path, field in KEYS.items() if not (field.description or "").endswith(".")]
    assert silent == []


def test_the_page_is_the_schema(repository: Path) -> None:
    assert (repository / "docs" / "recipe.md").read_text(encoding="utf-8") == recipe_page(), "run `make fix`"


def test_the_page_names_every_key_once() -> None:
    page = recipe_page()
    assert [key for key in LEAVES if page.count(f"| `{key}` |") != 1] == []


def test_the_defaults_page_explains_every_setting_of_training(repository: Path) -> None:
    page = (repository / "docs" / "defaults.md").read_text(encoding="utf-8")
    settings = [
        ".".join(path) for path, field in KEYS.items() if path[0] == "train" and len(path) > 1 and not section(field)
    ]
    assert [key for key in settings if f"`{key}`" not in page] == []
