"""An answer in free text: ends at the terminator, at a stop sequence, or at its length. Knows no model."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from finewright.engine.constraint import Constraint
from finewright.engine.draw import Draw, Sampling


class TextAnswer:
    """A row of the decode loop.

    `text` is the answer so far, without the terminator and cut before the first stop sequence; `finish` tells how it
    ended, or is None while it has not; `taken` counts the tokens, a terminator included. Without `sampling` each token
    is the likeliest; a `constraint` says which there are to choose among.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        *,
        terminator: int,
        stop: Sequence[str],
        max_tokens: int,
        decode: Callable[[list[int]], str],
        sampling: Sampling | None = None,
        constraint: Constraint | None = None,
    ) -> None:
        self.prompt, self.room = prompt, max_tokens
        self.finish: Literal["stop", "length"] | None = None
        self.taken = 0
        self._terminator, self._stop, self._decode = terminator, stop, decode
        self._sampling, self._constraint = sampling, constraint
        self._tokens: list[int] = []

    @property
    def text(self) -> str:
        """The answer so far."""
        return cut_at_stop(self._decode(self._tokens), self._stop)

    @property
    def tokens(self) -> tuple[int, ...]:
        """The answer so far as it was written: not cut, and with the terminator."""
        return (*self._tokens, self._terminator) if self.taken > len(self._tokens) else tuple(self._tokens)

    @property
    def draw(self) -> Draw | None:
        """How the next token is chosen; None: it is the likeliest."""
        return None if self._sampling is None else self._sampling.draw(self.taken)

    @property
    def allowed(self) -> NDArray[np.bool_] | None:
        """(V,) which tokens may come next; None: any."""
        return None if self._constraint is None else self._constraint.allowed

    def take(self, token: int) -> bool:
        """Take the next token; whether the answer is now finished."""
        self.taken += 1
        if token == self._terminator:
            self.finish = "stop"
            return True
        if self._constraint is not None:
            self._constraint.take(token)
        self._tokens.append(token)
        if self._stop and self._has_stopped():
            self.finish = "stop"
        elif self.taken == self.room:
            self.finish = "length"
        return self.finish is not None

    def _has_stopped(self) -> bool:
        # The whole text, for a stop sequence may begin inside any earlier token, and a token's text may depend on the
        # tokens before it.
        text = self._decode(self._tokens)
        return any(stop in text for stop in self._stop)


def cut_at_stop(text: str, stop: Sequence[str]) -> str:
    """`text` up to where the first of the stop sequences begins in it."""
    return text[: min((place for one in stop if (place := text.find(one)) >= 0), default=len(text))]
