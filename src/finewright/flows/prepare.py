"""From a recipe to checked, split and tokenisable parts: everything a run knows before any model computes.

Reads files and the stored base's tokenizer; loads no weights. The same recipe and files give the same `Prepared`.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, Place
from finewright.base.files import digest_file, digest_json
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.records import Message, Record, Refusal, TaskKind
from finewright.data.card import card
from finewright.data.curate import Curation, curate
from finewright.data.kind import recognise_kind
from finewright.data.load import Loaded, load, refuse
from finewright.data.sample import sample
from finewright.data.split import Parts, split
from finewright.evaluate.prompt import build, check_template
from finewright.evaluate.task import Task, make_task
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_tokenizer


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the length limit did: the limit in tokens and the rows over it, with their lengths."""

    limit: int
    action: str
    over: tuple[tuple[str, int, int], ...] = ()
    """(source, line, tokens) of each row over the limit."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run's parts and everything derived from data before a model is loaded.

    `parts` are final: refused, departed, dropped and truncated rows are settled and counted in `card`.
    `learning` is the tuned arm's share of the training part, `choosing` the validation rows that pick the
    challenger, `shared` the test rows every arm answers.
    """

    resolved: ResolvedRecipe
    base: Base
    chat: Chat
    task: Task
    parts: Parts
    fitting: Fitting
    card: dict[str, Any]
    learning: tuple[Record, ...]
    choosing: tuple[Record, ...]
    shared: tuple[Record, ...]

    @property
    def recipe(self) -> Recipe:
        """The recipe as written, defaults filled in."""
        return self.resolved.recipe

    @property
    def digest(self) -> str:
        """Digest of everything that decides the result: settings, file contents, base. Not of names or places."""
        settings = self.recipe.model_dump(mode="json", exclude={"name", "output", "data"})
        reading = self.recipe.data.model_dump(mode="json", exclude={"train", "validation", "test"})
        files = {part: digest_file(path) for part, path in part_files(self.recipe).items()}
        return digest_json([settings, reading, files, self.base.digests.combined])


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


def split_parts(recipe: Recipe, loaded: dict[str, Loaded], kind: TaskKind) -> Parts:
    """The leak-free parts; held-out parts without a file are split off."""
    records = {part: one.records for part, one in loaded.items()}
    return split(
        records["train"], records.get("validation"), records.get("test"), recipe.split, seed=recipe.seed, kind=kind
    )


def prepare(resolved: ResolvedRecipe) -> Prepared:
    """All of it, stopping at the first fault that the recipe does not allow for.

    Raises BaseError (base not stored), DataError (files, rows, split, lengths) or RecipeError (prompt templates).
    """
    recipe = resolved.recipe
    check_templates(recipe)
    base = find(recipe.base)
    chat = Chat(load_tokenizer(base))
    loaded = read_parts(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    kind = recognise_kind([record for one in loaded.values() for record in one.records], recipe.task.kind)
    curation = curate([record for one in loaded.values() for record in one.records], recipe.split.near)
    parts = split_parts(recipe, loaded, kind)
    task = make_task(
        kind,
        recipe.task.instruction,
        parts.train,
        count_answer_tokens=lambda answer: len(chat.encode_answer(answer)),
        max_tokens=recipe.evaluate.max_tokens,
    )
    parts, fitting = fit(parts, recipe, task, chat, base.context)
    return Prepared(
        resolved=resolved,
        base=base,
        chat=chat,
        task=task,
        parts=parts,
        fitting=fitting,
        card=_card(recipe, loaded, curation, parts, fitting, kind),
        learning=_sampled(parts.train, recipe.train.rows, recipe.seed, "learning", kind),
        choosing=_sampled(parts.validation, recipe.evaluate.validation_rows, recipe.seed, "choosing", kind),
        shared=_sampled(parts.test, recipe.evaluate.test_rows, recipe.seed, "shared", kind),
    )


def check_templates(recipe: Recipe) -> None:
    """Raise InputError for a prompt with an unknown placeholder, naming its recipe key."""
    for arm in ("zero_shot", "few_shot", "tuned"):
        check_template(getattr(recipe.arms, arm).prompt, f"arms.{arm}.prompt")


def counter(recipe: Recipe, task: Task, chat: Chat) -> Callable[[Record], int]:
    """Counts a record's tokens as the tuned arm sees them, answer and terminator included."""

    def count(record: Record) -> int:
        return len(chat.encode_example(record.id, prompt_of(recipe, task, record), record.answer).tokens)

    return count


def prompt_of(recipe: Recipe, task: Task, record: Record) -> tuple[Message, ...]:
    """The tuned arm's prompt for a record."""
    return build(recipe.arms.tuned.prompt, task, record, shots=())


def fit(parts: Parts, recipe: Recipe, task: Task, chat: Chat, context: int) -> tuple[Parts, Fitting]:
    """Apply `data.too_long` to rows over `train.max_length` (or the base's context).

    `drop` never drops a test row, since the test set must stay what it is: there its input is cut instead.
    """
    limit = min(recipe.train.max_length or context, context)
    count = counter(recipe, task, chat)
    sizes = {record.id: count(record) for part in (parts.train, parts.validation, parts.test) for record in part}
    over = {name for name, size in sizes.items() if size > limit}
    action = recipe.data.too_long
    every = [*parts.train, *parts.validation, *parts.test]
    listed = tuple((record.source, record.line, sizes[record.id]) for record in every if record.id in over)
    if over and action == "stop":
        source, line, size = listed[0]
        raise DataError(
            f"the example is {size} tokens long, {limit} is the most (rows too long: {len(listed)})",
            place=Place(source, line),
            remedy="set `data.too_long: truncate` or `drop`, or raise `train.max_length` where the base allows it",
        )

    def shorten(record: Record) -> Record:
        if record.id not in over:
            return record
        prompt = prompt_of(recipe, task, record)
        added = len(prompt) - len(record.messages)
        return dataclasses.replace(record, messages=tuple(chat.truncate(prompt, record.answer, limit))[added:])

    def settle(part: list[Record], droppable: bool) -> list[Record]:
        if action == "drop" and droppable:
            return [record for record in part if record.id not in over]
        return [shorten(record) for record in part]

    settled = dataclasses.replace(
        parts,
        train=settle(parts.train, True),
        validation=settle(parts.validation, True),
        test=settle(parts.test, False),
    )
    return settled, Fitting(limit, action, listed)


def _card(
    recipe: Recipe, loaded: dict[str, Loaded], curation: Curation, parts: Parts, fitting: Fitting, kind: TaskKind
) -> dict[str, Any]:
    made = card(files=part_files(recipe), loaded=loaded, curation=curation, parts=parts, kind=kind)
    rows = [{"source": source, "line": line, "tokens": tokens} for source, line, tokens in fitting.over]
    return made | {"lengths": {"limit": fitting.limit, "too_long": fitting.action, "rows": rows}}


def _sampled(records: list[Record], rows: int | None, seed: int, purpose: str, kind: TaskKind) -> tuple[Record, ...]:
    if rows is None or rows >= len(records):
        return tuple(records)
    return tuple(sample(records, rows, seed, purpose, stratify=kind == "classes"))
