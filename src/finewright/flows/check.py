"""`data check`: what is in the examples and what a run would make of them. Reads; writes and trains nothing.

Unlike `prepare` it goes on past refused and too long rows, because its purpose is to list them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from finewright.base.errors import BaseError, Place
from finewright.base.portable import recipe_notes
from finewright.base.recipe import Data, Recipe
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Record, Refusal, TaskKind
from finewright.base.views import Joined
from finewright.data.curate import curate, label_counts
from finewright.data.departures import Departure
from finewright.data.lengths import Lengths, lengths
from finewright.data.load import Loaded
from finewright.data.shapes.documents import is_documents
from finewright.evaluate.task import Task, make_task
from finewright.flows.documents import read_documents, reading_documents
from finewright.flows.examples import counter, examples_in
from finewright.flows.identity import part_files
from finewright.flows.parts import split_parts
from finewright.flows.prepare import in_kind_of, read_parts
from finewright.flows.privacy.scrub import scrub
from finewright.flows.privacy.told import OFF
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from finewright.model.plain import Plain
from finewright.train.pretrain import row_length

_RECIPES = (".yaml", ".yml")
_SHOWN = 100
"""Tokens of a document that the preview shows."""
CONTINUED = "continue"
"""What becomes of a document longer than a row: it goes on in the next one."""


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
    too_long: list[tuple[Place, int]]
    when_too_long: str
    preview: list[tuple[str, bool]]
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
    report = CheckReport(
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
        limit=None,
        lengths=None,
        too_long=[],
        when_too_long=recipe.data.too_long,
        preview=[],
        privacy=dataset.told,
        portability=recipe_notes(recipe),
    )
    return (_with_row_tokens if documents else _with_tokens)(report, recipe, parts.train, records)


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


def _with_tokens(
    report: CheckReport, recipe: Recipe, train: Sequence[Record], records: Sequence[Record]
) -> CheckReport:
    """The report with lengths and preview, if the base whose tokenizer measures them is stored."""
    try:
        base = find(recipe.base)
    except BaseError as fault:
        return replace(report, note=f"Token lengths are not shown: {fault}")
    chat = Chat(load_tokenizer(base))
    task = make_task(
        report.kind,
        recipe.task.instruction,
        train,
        lambda answer: len(chat.encode_answer(answer)),
        max_tokens=None,
        order=recipe.task.order,
    )
    limit = min(recipe.train.max_length or base.context, base.context)
    sizes = lengths(records, counter(recipe, task, chat), limit)
    return replace(
        report,
        limit=limit,
        lengths=sizes,
        too_long=[(place(record), size) for record, size in sizes.over],
        preview=preview(recipe, task, chat, train[0]),
    )


def _with_row_tokens(
    report: CheckReport, recipe: Recipe, train: Sequence[Record], records: Sequence[Record]
) -> CheckReport:
    """The report with the lengths of documents and the beginning of one, if the base is stored. None is too long."""
    try:
        base = find(recipe.base)
    except BaseError as fault:
        return replace(report, note=f"Token lengths are not shown: {fault}")
    plain = Plain(load_tokenizer(base))
    limit = row_length(recipe.train.max_length, base.context)
    sizes = lengths(records, lambda record: len(plain.encode(record.answer)), limit)
    first, *others = plain.encode(train[0].answer)[:_SHOWN]
    return replace(
        report,
        limit=limit,
        lengths=sizes,
        too_long=[(place(record), size) for record, size in sizes.over],
        when_too_long=CONTINUED,
        preview=[(plain.decode([first]), False), (plain.decode(others), True)],
    )


def preview(recipe: Recipe, task: Task, chat: Chat, record: Record) -> list[tuple[str, bool]]:
    """One example as the model sees it: runs of text, each with whether its tokens are supervised.

    Of a pair it is the chosen side, with the rejected answer behind it.
    """
    example, *others = examples_in(recipe, task, chat, record)
    pairs = zip(example.tokens, example.supervised, strict=True)
    runs = ((supervised, [token for token, _ in run]) for supervised, run in groupby(pairs, key=itemgetter(1)))
    shown = [(chat.decode(tokens), supervised) for supervised, tokens in runs]
    against = [chat.decode(other.tokens[other.supervised.index(True) :]) for other in others]
    return [*shown, *((f"\nrather than:\n{text}", False) for text in against)]


def _pair(first: Record, second: Record, similarity: float = 1.0) -> Pair:
    return Pair(place(first), place(second), similarity)
