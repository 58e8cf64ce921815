"""The one decode loop: greedy, batched, no work for rows that are done. Knows nothing of text, choices or adapters.

A row says which tokens may come next and takes the one that was chosen; what it makes of them is its own affair
(`text.py`, `labels.py`). A row's tokens do not depend, up to rounding, on the rows beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import torch
from torch import Tensor
from transformers import PreTrainedModel

from finewright.engine.reading import Reading


class Sized(Protocol):
    """What stands in a batch: a prompt, and room for what comes behind it."""

    @property
    def prompt(self) -> Sequence[int]:
        """The tokens to read first."""
        ...

    @property
    def room(self) -> int:
        """The most tokens that may come behind the prompt."""
        ...


class Row(Sized, Protocol):
    """One answer in the making."""

    @property
    def allowed(self) -> Sequence[int] | None:
        """The tokens that may come next, or None for any."""
        ...

    def take(self, token: int) -> bool:
        """Take the next token; whether the answer is now finished."""
        ...


SizedT = TypeVar("SizedT", bound=Sized)


def decode(model: PreTrainedModel, rows: Sequence[Row], batch_tokens: int, done: Callable[[int], None]) -> None:
    """Give every row the tokens that `model` finds likeliest, one after the other, until the row is finished.

    At most `batch_tokens` tokens, padding included, are held side by side (one row at least). `done` is called with how
    many rows were just finished.
    """
    with torch.inference_mode():
        for batch in batches(rows, batch_tokens):
            _decode_batch(model, batch, done)


def batches(rows: Sequence[SizedT], batch_tokens: int) -> Iterator[list[SizedT]]:
    """Rows of like length together, the longest first, each batch at most `batch_tokens` with padding and room."""
    batch: list[SizedT] = []
    room = 0
    for row in sorted(rows, key=lambda row: len(row.prompt), reverse=True):
        room = max(room, row.room)
        if batch and (len(batch) + 1) * (len(batch[0].prompt) + room) > batch_tokens:
            yield batch
            batch, room = [], row.room
        batch.append(row)
    if batch:
        yield batch


def _decode_batch(model: PreTrainedModel, rows: list[Row], done: Callable[[int], None]) -> None:
    reading = Reading(model, [row.prompt for row in rows], max(row.room for row in rows))
    logits = reading.logits
    while True:
        tokens = _likeliest(logits, rows)
        open_rows = [place for place, (row, token) in enumerate(zip(rows, tokens, strict=True)) if not row.take(token)]
        if len(open_rows) < len(rows):
            done(len(rows) - len(open_rows))
            if not open_rows:
                return
            order = _moved_up(open_rows)
            reading.keep(order)
            rows, tokens = [rows[place] for place in order], [tokens[place] for place in order]
        logits = reading.read(torch.tensor(tokens, device=logits.device)[:, None], last=True)[:, 0]


def _likeliest(logits: Tensor, rows: Sequence[Row]) -> list[int]:
    """The likeliest allowed token of each row, from logits (B, V)."""
    tokens: list[int] = logits.argmax(dim=-1).tolist()
    for place, row in enumerate(rows):
        if (allowed := row.allowed) is not None:
            tokens[place] = allowed[int(logits[place, list(allowed)].argmax())]
    return tokens


def _moved_up(open_rows: Sequence[int]) -> list[int]:
    """The open rows in an order that moves as few as can be: the last of them fill the places that fell free."""
    count = len(open_rows)
    staying = {row for row in open_rows if row < count}
    movers = iter([row for row in open_rows if row >= count])
    return [row if row in staying else next(movers) for row in range(count)]
