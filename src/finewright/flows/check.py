"""`data check`: what is in the examples and what a run would make of them. Reads; writes and trains nothing.

Unlike `prepare` it goes on past refused and too long rows, because its purpose is to list them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finewright.base.errors import Place
from finewright.base.portable import recipe_notes
from finewright.base.recipe import Data, Recipe
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Record, Refusal, TaskKind
from finewright.base.views import Joined
from finewright.data.curate import curate, label_counts
from finewright.data.departures import Departure
from finewright.data.lengths import Lengths
from finewright.data.load import Loaded
from finewright.data.shapes.documents import is_documents
from finewright.flows.parts import split_parts
from finewright.flows.privacy.scrub import scrub
from finewright.flows.privacy.told import OFF
from finewright.flows.reading import in_kind_of, part_files, read_documents, read_parts, reading_documents

_RECIPES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One data file: how many rows are kept, and each refused row with its reason."""

    name: str
    path: Path
    kept: int
    refused: list[Refusal]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows that are too alike: `file:line` of each and, for near-duplicates, how alike."""

    first: Place
    second: Place
    similarity: float = 1.0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that `data check` reports; lengths and preview are absent where the base is not stored yet.

    `privacy` is what the data card will say of personal data: found, replaced and refused rows.

    `portability` says what another server would want to be told of the adapter that the recipe asks for.
    """

    recognised: str
    files: list[FileCheck]
    on_bad: str
    kind: TaskKind
    label_counts: dict[str, int]
    duplicates: list[Pair]
    near_duplicates: list[Pair]
    contradictions: list[tuple[Place, ...]]
    parts: dict[str, int]
    departures: list[Departure]
    limit: int | None
    lengths: Lengths | None
    too_long: Sequence[tuple[Place, int]]
    when_too_long: str
    preview: Sequence[tuple[str, bool]]
    note: str = ""
    privacy: dict[str, Any] = field(default_factory=lambda: dict(OFF))
    portability: list[str] = field(default_factory=list)


def check(path: Path) -> CheckReport:
    """Check the examples of a recipe, or of a data file under default settings.

    Raises InputError where the recipe or a file cannot be read at all, or the rows cannot make a task.
    """
    recipe = read_recipe(path).recipe if path.suffix in _RECIPES else Recipe(data=_data_at(path))
    kind: TaskKind
    loaded, kind = _read(recipe)
    documents = kind == "documents"
    files = part_files(recipe)
    refusals = {name: (len(one.records), one.refusals) for name, one in loaded.items()}
    dataset = scrub(reading_documents(recipe) if documents else recipe, loaded, kind, files)
    loaded = dataset.loaded
    records = Joined(one.records for one in loaded.values())
    curation = curate(records, recipe.split.near)
    parts = split_parts(recipe, dataset, kind)
    # The tokenizer's libraries take more room than many a file's rows, and come in when the work on these is done.
    from finewright.flows.in_tokens import in_tokens

    counted = in_tokens(recipe, kind, parts.train, records)
    return CheckReport(
        recognised=loaded["train"].recognised.said,
        files=[FileCheck(name, files[name], *of) for name, of in refusals.items()],
        on_bad=recipe.data.on_bad,
        kind=kind,
        label_counts=label_counts(records, kind),
        duplicates=[_pair(first, second) for first, second in curation.duplicates],
        near_duplicates=[_pair(first, second, alike) for first, second, alike in curation.near_duplicates],
        contradictions=[] if documents else [tuple(map(place, group)) for group in curation.contradictions],
        parts={name: len(getattr(parts, name)) for name in ("train", "validation", "test")},
        departures=parts.left,
        limit=counted.limit,
        lengths=counted.lengths,
        too_long=counted.too_long,
        when_too_long=counted.when_too_long,
        preview=counted.preview,
        note=counted.note,
        privacy=dataset.told,
        portability=recipe_notes(recipe),
    )


def _read(recipe: Recipe) -> tuple[dict[str, Loaded], TaskKind]:
    if is_documents(recipe):
        return read_documents(recipe), "documents"
    return in_kind_of(recipe, read_parts(recipe))


def _data_at(path: Path) -> Data:
    """Default settings for a data file; a folder is one of documents."""
    return Data(train=path.absolute(), type="text" if path.is_dir() else "auto")


def place(record: Record) -> Place:
    """Where a record stands."""
    return Place(record.source, record.line)


def _pair(first: Record, second: Record, similarity: float = 1.0) -> Pair:
    return Pair(place(first), place(second), similarity)
