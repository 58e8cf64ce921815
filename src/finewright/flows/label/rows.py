"""The labelled rows of a recipe as the label tools see them, and the classifier they ask. Opens no language model.

The training part alone is learned from and looked into; validation and test rows are there to keep away from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from finewright.base.errors import BaseError, InputError
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe, read_recipe
from finewright.data.load import refuse
from finewright.data.shapes.documents import is_documents
from finewright.data.split import Parts
from finewright.evaluate.arms.graded import Grade, by_embeddings, by_tfidf
from finewright.flows.parts import split_parts
from finewright.flows.privacy.dataset import as_read
from finewright.flows.reading import in_kind_of, read_parts, refusals
from finewright.model.embed import embedder
from finewright.model.hub import Base, find

By = Literal["auto", "tfidf", "frozen"]


@dataclass(frozen=True, slots=True)
class Rows:
    """A recipe's rows in their parts; `labels` sorted, `columns` by role and `shape` as the training file has them."""

    resolved: ResolvedRecipe
    parts: Parts
    labels: tuple[str, ...]
    columns: Mapping[str, str]
    shape: str

    @property
    def recipe(self) -> Recipe:
        """The recipe as written, defaults filled in."""
        return self.resolved.recipe


def labelled_rows(recipe_path: Path) -> Rows:
    """Read, check and split, as a run does.

    Raises RecipeError, DataError, or InputError where the answers are not one of some labels.
    """
    resolved = read_recipe(recipe_path)
    recipe = resolved.recipe
    if is_documents(recipe):
        raise _no_labels("documents")
    loaded = read_parts(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    loaded, kind = in_kind_of(recipe, loaded)
    if kind != "classes":
        raise _no_labels(kind)
    parts = split_parts(recipe, as_read(loaded), kind)
    recognised = loaded["train"].recognised
    labels = tuple(sorted({record.answer for record in parts.train}))
    return Rows(resolved, parts, labels, recognised.columns, recognised.shape)


def classifier(recipe: Recipe, by: By) -> tuple[str, Grade]:
    """The classifier to ask and its name: of `auto` frozen embeddings where that arm and its base are there, or TF-IDF.

    Raises BaseError where the base of `frozen` is asked for and not stored.
    """
    if by == "tfidf":
        return "TF-IDF classifier", by_tfidf
    base = find(recipe.arms.frozen.base) if by == "frozen" else _stored(recipe)
    return ("TF-IDF classifier", by_tfidf) if base is None else ("frozen-embedding classifier", _frozen(base))


def _frozen(base: Base) -> Grade:
    return by_embeddings(embedder(base))


def _stored(recipe: Recipe) -> Base | None:
    try:
        return find(recipe.arms.frozen.base) if recipe.arms.frozen.enabled else None
    except BaseError:
        return None


def _no_labels(kind: str) -> InputError:
    return InputError(
        f"the task's answers are {kind}, not one of some labels, which is what `finewright label` works on",
        remedy="give a recipe whose rows have a label each",
    )
