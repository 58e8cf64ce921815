"""A recipe's data files to records of one kind of task. Knows no base and no tokenizer, and loads neither."""

import dataclasses
from pathlib import Path

from finewright.base.recipe import Recipe
from finewright.base.records import Refusal, TaskKind
from finewright.base.views import Joined
from finewright.data.classes import check_order
from finewright.data.kind import in_kind, recognise_kind
from finewright.data.load import Loaded, load


def part_files(recipe: Recipe) -> dict[str, Path]:
    """The data files of a recipe by part; parts without a file are left out."""
    files = {"train": recipe.data.train, "validation": recipe.data.validation, "test": recipe.data.test}
    return {part: path for part, path in files.items() if path is not None}


def read_parts(recipe: Recipe) -> dict[str, Loaded]:
    """Every data file read, its refused rows beside its records. Raises DataError where a file cannot be read."""
    return {part: load(path, recipe.data) for part, path in part_files(recipe).items()}


def refusals(loaded: dict[str, Loaded]) -> list[Refusal]:
    """All refused rows, in file order."""
    return [refusal for part in loaded.values() for refusal in part.refusals]


def in_kind_of(recipe: Recipe, loaded: dict[str, Loaded]) -> tuple[dict[str, Loaded], TaskKind]:
    """What was read with every answer in the form of the task's kind, and that kind.

    Raises DataError where answers are not of the kind that the recipe asks for, or not in its order.
    """
    kind = recognise_kind(Joined(one.records for one in loaded.values()), recipe.task.kind)
    formed = {part: dataclasses.replace(one, records=in_kind(one.records, kind)) for part, one in loaded.items()}
    check_order(Joined(one.records for one in formed.values()), recipe.task.order, kind)
    return formed, kind


def read_documents(recipe: Recipe) -> dict[str, Loaded]:
    """Every data file read as documents. Raises DataError where a file cannot be read."""
    return read_parts(reading_documents(recipe))


def reading_documents(recipe: Recipe) -> Recipe:
    """The recipe with its files read as documents, whatever they look like."""
    return recipe.model_copy(update={"data": recipe.data.model_copy(update={"shape": "documents"})})
