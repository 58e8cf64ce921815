"""The one decode loop: greedy or sampled, batched, no work for rows that are done. Knows nothing of text or adapters.

A row takes the tokens that are found likeliest, or those drawn (`sample.py`); what it makes of them is its own affair
(`text.py`). A row's tokens do not depend, up to rounding, on the rows beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from finewright.engine.draw import Draw
from finewright.engine.reading import Reading
from finewright.engine.sample import sample
from finewright.engine.start import Start


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
    def draw(self) -> Draw | None:
        """How the next token is chosen; None: it is the likeliest."""
        ...

    @property
    def allowed(self) -> NDArray[np.bool_] | None:
        """(V,) which tokens may come next; None: any."""
        ...

    def take(self, token: int) -> bool:
        """Take the next token; whether the answer is now finished."""
        ...


SizedT = TypeVar("SizedT", bound=Sized)


def decode(start: Start, rows: Sequence[Row], batch_tokens: int, done: Callable[[int], None]) -> None:
    """Give every row its tokens, the likeliest or those drawn, one after the other, until the row is finished.

    All prompts begin with `start`. At most `batch_tokens` tokens, padding included, are held side by side (one row at
    least). `done` is called with how many rows were just finished.
    """
    with torch.inference_mode():
        for batch in batches(rows, batch_tokens, start.kept_once):
            _decode_batch(start, batch, done)


def batches(rows: Sequence[SizedT], batch_tokens: int, kept_once: int = 0) -> Iterator[list[SizedT]]:
    """Rows of like length together, the longest first, each batch at most `batch_tokens` with padding and room.

    Rows of equal prompts follow each other. The `kept_once` tokens that begin every prompt are held for all rows
    together and do not count.
    """
    begun: dict[tuple[int, ...], int] = {}
    order = [(-len(row.prompt), begun.setdefault(tuple(row.prompt), place)) for place, row in enumerate(rows)]
    batch: list[SizedT] = []
    room = 0
    for row in (rows[place] for place in sorted(range(len(rows)), key=order.__getitem__)):
        room = max(room, row.room)
        if batch and (len(batch) + 1) * (len(batch[0].prompt) - kept_once + room) > batch_tokens:
            yield batch
            batch, room = [], row.room
        batch.append(row)
    if batch:
        yield batch


def moved_up(staying: Sequence[int]) -> list[int]:
    """The rows that stay in an order that moves as few as can be: the last of them fill the places that fell free."""
    count = len(staying)
    unmoved = {row for row in staying if row < count}
    movers = iter([row for row in staying if row >= count])
    return [row if row in unmoved else next(movers) for row in range(count)]


def _decode_batch(start: Start, rows: list[Row], done: Callable[[int], None]) -> None:
    reading = Reading(start, [row.prompt for row in rows], max(row.room for row in rows))
    logits = reading.logits
    while True:
        _confine(logits, rows)
        tokens: list[int] = logits[:, 0].argmax(dim=-1).tolist()
        drawn = {place: draw for place, row in enumerate(rows) if (draw := row.draw)}
        if drawn:
            own = logits[:, 0] if len(drawn) == len(rows) else logits[list(drawn), 0]
            for place, token in zip(drawn, sample(own, list(drawn.values())), strict=True):
                tokens[place] = token
        open_rows = [place for place, (row, token) in enumerate(zip(rows, tokens, strict=True)) if not row.take(token)]
        if len(open_rows) < len(rows):
            done(len(rows) - len(open_rows))
            if not open_rows:
                return
            order = moved_up(open_rows)
            reading.keep(order)
            rows, tokens = [rows[place] for place in order], [tokens[place] for place in order]
        logits = reading.read(torch.tensor(tokens, device=logits.device)[:, None], last=1)


def _confine(logits: Tensor, rows: Sequence[Row]) -> None:
    """In place: what may not follow in a row gets the log-probability of nothing, in logits (B, 1, V)."""
    masks = {place: mask for place, row in enumerate(rows) if (mask := row.allowed) is not None}
    if masks:
        allowed = torch.from_numpy(np.stack(list(masks.values()))).to(logits.device)  # (R, V)
        places = list(masks)
        logits[places, 0] = logits[places, 0].masked_fill(~allowed, float("-inf"))
