"""The recipe's reference page, `docs/recipe.md`, made from the schema. Knows no files; a test compares the two.

Write the page anew with `make fix`.
"""

from pydantic.fields import FieldInfo

from finewright.base.recipe import Recipe
from finewright.base.recipe_keys import expected, items, keys, optional, section
from finewright.base.settings import Settings

_OPENING = """# Every key of a recipe

Made from the schema by `make fix`; edit `src/finewright/base/recipe.py` instead. A recipe is one YAML file, read by the
core schema of YAML 1.2: `no` is a text, `true` and `false` are truth values, and anchors, aliases and tags are refused.
An unknown key is an error. Only `data.train` must be given. Paths are relative to the recipe's folder.

`finewright recipe show RECIPE` prints what each key is and where that value came from, `finewright recipe schema` the
JSON Schema that editors complete and check against, `finewright recipe init DATA_FILE` a recipe to start from.
"""


def recipe_page() -> str:
    """The whole page as Markdown: a table for the top and one for each section."""
    tables = [_table("The top", Recipe, ())]
    for path, field in keys():
        if inner := section(field) or items(field):
            tables.append(_table(f"`{'.'.join(path)}`: {_sentence(field)}", inner, path))
    return "\n".join([_OPENING, *tables])


def _table(title: str, model: type[Settings], path: tuple[str, ...]) -> str:
    rows = [
        f"| `{'.'.join((*path, name))}` | {_takes(field)} | {_default(field)} | {_sentence(field)} |"
        for name, field in model.model_fields.items()
        if not section(field)
    ]
    if not rows:
        return f"## {title}\n"
    return "\n".join([f"## {title}", "", "| key | takes | default | what it says |", "|---|---|---|---|", *rows, ""])


def _takes(field: FieldInfo) -> str:
    return expected(field).replace("'", "`")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if items(field):
        value = [one.model_dump(exclude_unset=True) for one in value]
    if value is None and optional(field):
        return "worked out"
    text = str(value).lower() if isinstance(value, bool) else str(value).replace("\n", "\\n")
    return f"`{text}`"


def _sentence(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


if __name__ == "__main__":
    print(recipe_page(), end="")
