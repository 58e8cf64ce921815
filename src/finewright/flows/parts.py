"""A run's parts, and the fewer rows of them that are learned or asked: drawn by rows as they were written.

So nothing that was put in the place of a name or a number moves a row from one part to another, or into a sample.
"""

from collections.abc import Sequence

from finewright.base.recipe import Recipe
from finewright.base.records import Record, TaskKind
from finewright.data.sample import sample
from finewright.data.split import Parts, split
from finewright.flows.privacy.dataset import DataSet


def split_parts(recipe: Recipe, dataset: DataSet, kind: TaskKind) -> Parts:
    """The leak-free parts of what is learned from; held-out parts without a file are split off, by rows as written."""
    records = {part: one.records for part, one in dataset.loaded.items()}
    return split(
        records["train"],
        records.get("validation"),
        records.get("test"),
        recipe.split,
        seed=recipe.seed,
        kind=kind,
        written=dataset.written["train"],
    )


def sampled(
    records: Sequence[Record], rows: int | None, seed: int, purpose: str, kind: TaskKind, dataset: DataSet
) -> tuple[Record, ...]:
    """At most this many of the records by the seeded draw of this purpose; all of them for None."""
    if rows is None or rows >= len(records):
        return tuple(records)
    stratify = kind in ("classes", "labels")
    return tuple(sample(records, rows, seed, purpose, stratify, dataset.name_as_written))
