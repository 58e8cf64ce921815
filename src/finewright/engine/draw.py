"""What decides a sampled token. Knows no tensors: what it decides is in `sample.py`.

Randomness is counter-based: the number that decides a token is a keyed hash of the answer's seed and the token's place
in it. So an answer hangs neither on what is decoded beside it nor on what was decoded before it.
"""

from dataclasses import dataclass

from finewright.base.order import unit


@dataclass(frozen=True, slots=True)
class Draw:
    """How one token is chosen: by a temperature above 0, among the likeliest that together have the probability
    `top_p`, where their distribution function passes `point`, in [0, 1)."""

    temperature: float
    top_p: float
    point: float


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer's tokens are chosen: a temperature above 0, `top_p` in (0, 1], and a seed."""

    temperature: float
    top_p: float
    seed: int

    def draw(self, place: int) -> Draw:
        """How the token at `place` of the answer, counted from 0, is chosen."""
        return Draw(self.temperature, self.top_p, unit(self.seed, "sampled token", place))
