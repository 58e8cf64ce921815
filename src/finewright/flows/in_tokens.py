"""Examples in a base's tokens: how long they are, which are too long, and what the first looks like to the model.

Brings in the tokenizer's libraries, which take more room than many a file's rows: for whoever is done with the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from finewright.base.errors import BaseError, Place
from finewright.base.recipe import Recipe
from finewright.base.records import Record, TaskKind
from finewright.data.lengths import Lengths, lengths
from finewright.evaluate.task import Task, make_task
from finewright.flows.examples import counter, examples_in
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from finewright.model.plain import Plain
from finewright.train.pretrain import row_length

_SHOWN = 100
"""Tokens of a document that the preview shows."""
CONTINUED = "continue"
"""What becomes of a document longer than a row: it goes on in the next one."""


@dataclass(frozen=True, slots=True)
class InTokens:
    """Lengths against the limit, and the preview; `note` says why there is nothing but what becomes of long rows."""

    when_too_long: str
    limit: int | None = None
    lengths: Lengths | None = None
    too_long: Sequence[tuple[Place, int]] = ()
    preview: Sequence[tuple[str, bool]] = ()
    note: str = ""


def in_tokens(recipe: Recipe, kind: TaskKind, train: Sequence[Record], records: Sequence[Record]) -> InTokens:
    """Lengths of all records and the preview of the first to train on, if the base that measures them is stored."""
    try:
        base = find(recipe.base)
    except BaseError as fault:
        return InTokens(recipe.data.too_long, note=f"Token lengths are not shown: {fault}")
    tokenizer = load_tokenizer(base)
    if kind == "documents":
        return _documents(recipe, Plain(tokenizer), base.context, train, records)
    return _examples(recipe, kind, Chat(tokenizer), base.context, train, records)


def _examples(
    recipe: Recipe, kind: TaskKind, chat: Chat, context: int, train: Sequence[Record], records: Sequence[Record]
) -> InTokens:
    task = make_task(
        kind,
        recipe.task.instruction,
        train,
        lambda answer: len(chat.encode_answer(answer)),
        max_tokens=None,
        order=recipe.task.order,
    )
    limit = min(recipe.train.max_length or context, context)
    sizes = lengths(records, counter(recipe, task, chat), limit)
    return InTokens(recipe.data.too_long, limit, sizes, _placed(sizes), preview(recipe, task, chat, train[0]))


def _documents(
    recipe: Recipe, plain: Plain, context: int, train: Sequence[Record], records: Sequence[Record]
) -> InTokens:
    """The lengths of documents and the beginning of one. None is too long."""
    limit = row_length(recipe.train.max_length, context)
    sizes = lengths(records, lambda record: len(plain.encode(record.answer)), limit)
    first, *others = plain.encode(train[0].answer)[:_SHOWN]
    shown = [(plain.decode([first]), False), (plain.decode(others), True)]
    return InTokens(CONTINUED, limit, sizes, _placed(sizes), shown)


def _placed(sizes: Lengths) -> list[tuple[Place, int]]:
    return [(Place(record.source, record.line), size) for record, size in sizes.over]


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
