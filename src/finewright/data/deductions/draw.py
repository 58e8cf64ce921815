"""Choices that depend on nothing but a seed and names: the same draw for the same row, whatever else is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from finewright.base.order import rank, unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draw:
    """Answers keyed by `seed` and `name` (say "row 17"); each question has a purpose, asked once per thing wanted."""

    seed: int
    name: str

    def number(self, purpose: str, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + rank(self.seed, self.name, purpose) % (high - low + 1)

    def digits(self, purpose: str, count: int) -> str:
        """A number of `count` digits that does not start with 0."""
        return str(self.number(purpose, 10 ** (count - 1), 10**count - 1))

    def pick(self, purpose: str, options: Sequence[T]) -> T:
        """One of the options."""
        return options[rank(self.seed, self.name, purpose) % len(options)]

    def usual(self, purpose: str, options: Sequence[T]) -> T:
        """One of the options, the first the likeliest, as stock phrases are: of two, 71 and 29 %."""
        return options[int(unit(self.seed, self.name, purpose) ** 2 * len(options))]

    def chance(self, purpose: str, share: float) -> bool:
        """True for about `share` of all names."""
        return rank(self.seed, self.name, purpose) % 10_000 < share * 10_000

    def some(self, purpose: str, options: Sequence[T], count: int) -> tuple[T, ...]:
        """`count` different options, in an order of this draw's own."""
        order = sorted(range(len(options)), key=lambda index: rank(self.seed, self.name, purpose, index))
        return tuple(options[index] for index in order[:count])
