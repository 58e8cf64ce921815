"""From a recipe to checked, split and tokenisable parts: everything a run knows before any model computes.

Reads files and the stored base's tokenizer; loads no weights. The same recipe and files give the same `Prepared`.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from finewright.audit.canaries.canary import Canary
from finewright.base.errors import DataError, InputError, Place
from finewright.base.packed import Records
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.recipe_objective import objective_of
from finewright.base.records import PREFERRED, Message, Record, TaskKind
from finewright.base.views import Chosen, Joined
from finewright.data.card import card
from finewright.data.curate import Curation, curate
from finewright.data.load import Loaded, refuse
from finewright.data.shapes.documents import is_documents
from finewright.data.split import Parts
from finewright.evaluate.prompt import check_template
from finewright.evaluate.task import Task, make_task
from finewright.flows.audit.planting import planting
from finewright.flows.examples import counter, placed, prompt_of
from finewright.flows.identity import run_digest
from finewright.flows.origin import base_of
from finewright.flows.parts import sampled, split_parts
from finewright.flows.privacy.dataset import DataSet
from finewright.flows.privacy.scrub import scrub
from finewright.flows.reading import in_kind_of, part_files, read_parts, refusals
from finewright.flows.standard import held_to
from finewright.model.chat import Chat
from finewright.model.hub import Base, load_tokenizer


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the length limit did: the limit in tokens and the rows over it, with their lengths."""

    limit: int
    action: str
    over: tuple[tuple[str, int, int], ...] = ()
    """(source, line, tokens) of each row over the limit."""


class Run(Protocol):
    """What training and the manifest need to know of a run, be it of records or of documents."""

    @property
    def recipe(self) -> Recipe: ...
    @property
    def base(self) -> Base: ...
    @property
    def task(self) -> Task: ...
    @property
    def card(self) -> dict[str, Any]: ...
    @property
    def digest(self) -> str: ...


class Conversing(Run, Protocol):
    """A run whose base can be talked to, with the parts that nothing else learned may repeat."""

    @property
    def chat(self) -> Chat: ...
    @property
    def parts(self) -> Parts: ...
    @property
    def fitting(self) -> Fitting: ...
    @property
    def dataset(self) -> DataSet: ...


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run's parts and everything derived from data before a model is loaded.

    `parts` are final: refused, departed, dropped and truncated rows are settled and counted in `card`.
    `learning` is the tuned arm's share of the training part, beside which `canaries` are learned, `choosing` the
    validation rows that pick the challenger, `shared` the test rows every arm answers, `dataset` what became of
    personal data in all of them.
    """

    resolved: ResolvedRecipe
    base: Base
    chat: Chat
    task: Task
    parts: Parts
    fitting: Fitting
    card: dict[str, Any]
    learning: tuple[Record, ...]
    canaries: tuple[Canary, ...]
    choosing: tuple[Record, ...]
    shared: tuple[Record, ...]
    dataset: DataSet

    @property
    def recipe(self) -> Recipe:
        """The recipe as written, defaults filled in."""
        return self.resolved.recipe

    @property
    def digest(self) -> str:
        """Digest of everything that decides the result: settings, file contents, base. Not of names or places."""
        return run_digest(self.recipe, self.base)


def prepare(resolved: ResolvedRecipe) -> Prepared:
    """All of it, stopping at the first fault that the recipe does not allow for.

    Raises BaseError (base not stored), DataError (files, rows, split, lengths), InputError (an objective for other
    data, or preferences without training) or RecipeError (prompt templates).
    """
    recipe = resolved.recipe
    if is_documents(recipe):
        raise InputError(
            "documents have no questions to ask the arms",
            remedy="give the recipe to `finewright run`, which trains on them",
        )
    check_templates(recipe)
    base = base_of(recipe)
    chat = Chat(load_tokenizer(base))
    loaded = read_parts(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    loaded, kind = in_kind_of(recipe, loaded)
    if kind in PREFERRED:
        check_trains(resolved, kind)
    if recipe.train.enabled:
        objective_of(recipe.train, kind)
    dataset = scrub(recipe, loaded, kind, part_files(recipe))
    loaded = dataset.loaded
    curation = curate(Joined(one.records for one in loaded.values()), recipe.split.near)
    parts = in_words_of(chat, split_parts(recipe, dataset, kind))
    task = make_task(
        kind,
        recipe.task.instruction,
        parts.train,
        count_answer_tokens=lambda answer: len(chat.encode_answer(answer)),
        max_tokens=recipe.evaluate.max_tokens,
        order=recipe.task.order,
        **held_to(resolved, kind, loaded),
    )
    parts, fitting = fit(parts, recipe, task, chat, base.context)
    told = _card(recipe, loaded, curation, parts, fitting, kind) | {"privacy": dataset.told}
    learning = sampled(parts.train, recipe.train.rows, recipe.seed, "learning", kind, dataset)
    planted = planting(recipe, task, chat, fitting.limit, len(learning), told)
    return Prepared(
        resolved=resolved,
        base=base,
        chat=chat,
        task=task,
        parts=parts,
        fitting=fitting,
        card=told | {"canaries": planted.told},
        learning=learning,
        canaries=planted.canaries,
        choosing=sampled(parts.validation, recipe.evaluate.validation_rows, recipe.seed, "choosing", kind, dataset),
        shared=sampled(parts.test, recipe.evaluate.test_rows, recipe.seed, "shared", kind, dataset),
        dataset=dataset,
    )


def check_trains(resolved: ResolvedRecipe, kind: TaskKind) -> None:
    """Raise InputError, with its line, where the recipe switches off the one thing that is done with such data."""
    switches = {
        "train.enabled": resolved.recipe.train.enabled,
        "arms.tuned.enabled": resolved.recipe.arms.tuned.enabled,
    }
    for name, on in switches.items():
        if not on:
            raise InputError(
                f"there is nothing to do with {kind} but to train on them",
                place=resolved.place(name),
                remedy=f"set `{name}: true`",
            )


def check_templates(recipe: Recipe) -> None:
    """Raise InputError for a prompt that names something unknown, naming its recipe key."""
    for arm in ("zero_shot", "few_shot", "retrieved", "tuned"):
        check_template(getattr(recipe.arms, arm).prompt, f"arms.{arm}.prompt")
    check_template(recipe.arms.rag.prompt, "arms.rag.prompt", passages=True)
    for prompt in recipe.arms.searched.prompts:
        check_template(prompt, "arms.searched.prompts")
    for endpoint in recipe.arms.endpoints:
        check_template(endpoint.prompt, "arms.endpoints.prompt")


def in_words_of(chat: Chat, parts: Parts) -> Parts:
    """The parts with each answer that makes calls as the text that the base writes for it: what is compared."""

    def worded(record: Record) -> Record:
        if record.reply is None:
            return record
        with placed(record):
            return dataclasses.replace(record, answer=chat.said(record.reply, record.messages))

    def in_words(part: Sequence[Record]) -> Sequence[Record]:
        return Records(map(worded, part)) if any(record.reply for record in part) else part

    return dataclasses.replace(
        parts, train=in_words(parts.train), validation=in_words(parts.validation), test=in_words(parts.test)
    )


def fit(parts: Parts, recipe: Recipe, task: Task, chat: Chat, context: int) -> tuple[Parts, Fitting]:
    """Apply `data.too_long` to rows over `train.max_length` (or the base's context).

    `drop` never drops a test row, since the test set must stay what it is: there its input is cut instead.
    """
    limit = min(recipe.train.max_length or context, context)
    count = counter(recipe, task, chat)
    every = Joined([parts.train, parts.validation, parts.test])
    over = {record.id: size for record in every if (size := count(record)) > limit}
    action = recipe.data.too_long
    listed = tuple((record.source, record.line, over[record.id]) for record in every if record.id in over)
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
        messages = prompt_of(recipe, task, record)
        with placed(record):
            cut = chat.truncate(messages, _longest_turn(chat, messages, record), limit)
        # The prompt's system message is the arm's with the record's own behind it, and is not the record's.
        opening = record.messages[: int(record.messages[0].role == "system")]
        turns = len(record.messages) - len(opening)
        return dataclasses.replace(record, messages=(*opening, *cut[len(cut) - turns :]))

    def settle(part: Sequence[Record], droppable: bool) -> Sequence[Record]:
        if action == "drop" and droppable:
            return Chosen(part, (at for at, record in enumerate(part) if record.id not in over))
        return Records(map(shorten, part)) if over else part

    settled = dataclasses.replace(
        parts,
        train=settle(parts.train, True),
        validation=settle(parts.validation, True),
        test=settle(parts.test, False),
    )
    return settled, Fitting(limit, action, listed)


def _longest_turn(chat: Chat, messages: tuple[Message, ...], record: Record) -> Message:
    turns = [record.turn, *([record.rejected] if record.rejected else [])]
    return max(turns, key=lambda turn: len(chat.encode_answer(turn, behind=messages)))


def _card(
    recipe: Recipe, loaded: dict[str, Loaded], curation: Curation, parts: Parts, fitting: Fitting, kind: TaskKind
) -> dict[str, Any]:
    made = card(files=part_files(recipe), loaded=loaded, curation=curation, parts=parts, kind=kind)
    rows = [{"source": source, "line": line, "tokens": tokens} for source, line, tokens in fitting.over]
    return made | {
        "order": recipe.task.order or [],
        "lengths": {"limit": fitting.limit, "too_long": fitting.action, "rows": rows},
    }
