"""Continued pretraining: documents as rows of tokens. Knows no files, no tokenizer, no model.

A document longer than a row is continued in the next one, which begins with the last token of the row before: every
token of a document but its first is predicted exactly once, and nothing is cut off. Rows are examples like any other,
so documents that are packed into one batch stand on branches of their own and do not see each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finewright.base.errors import InputError
from finewright.model.batch import Example

LONGEST = 1024
"""Tokens in a row where the recipe does not say: attention's share of the work stays small."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What rows hold: `tokens` of all documents, separators included; `continued` documents take several rows."""

    documents: int
    rows: int
    tokens: int
    continued: int


def row_length(asked: int | None, context: int) -> int:
    """Tokens in a row: the recipe's number, else 1,024, and never more than the base reads at once.

    Raises InputError where a row could hold no token to predict.
    """
    if asked is not None and asked < 2:
        raise InputError("a row of one token has nothing to predict", remedy="set `train.max_length` to 2 or more")
    return min(asked or LONGEST, context)


def rows_of(name: str, tokens: Sequence[int], longest: int) -> list[Example]:
    """A document of two tokens or more as rows of at most `longest` tokens, named `name#0`, `name#1` and on.

    All tokens of a row but its first are supervised.
    """
    starts = range(0, len(tokens) - 1, longest - 1)
    parts = [tuple(tokens[start : start + longest]) for start in starts]
    return [
        Example(f"{name}#{number}", part, (False,) + (True,) * (len(part) - 1)) for number, part in enumerate(parts)
    ]


def count(documents: Mapping[str, Sequence[Example]]) -> Counted:
    """The figures of documents given as rows by name."""
    rows = [row for of in documents.values() for row in of]
    return Counted(
        documents=len(documents),
        rows=len(rows),
        tokens=sum(row.targets for row in rows) + len(documents),
        continued=sum(len(of) > 1 for of in documents.values()),
    )
