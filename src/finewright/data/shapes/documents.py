"""A document of plain text, to go on reading: no question, and the text itself is what is learned."""

from collections.abc import Mapping
from typing import Any

from finewright.base.recipe import Recipe
from finewright.data.shapes.field import Content, ReadContent, filled


def documents(columns: Mapping[str, str]) -> ReadContent:
    """Reads the column of the role `input`. White space is the document's own and is kept."""

    def read(values: Mapping[str, Any]) -> Content:
        return (), filled(values, columns["input"], "text")

    return read


def is_documents(recipe: Recipe) -> bool:
    """Whether the recipe asks for continued pretraining, by the task's kind, the rows' shape or the files' type."""
    return recipe.task.kind == "documents" or recipe.data.shape == "documents" or recipe.data.type == "text"
