"""Sequences that stand for others without a copy of what is in them: some items of one, or several one after another.

Knows nothing of what the items are. None of the sequences beneath may change any more.
"""

from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import Any, TypeVar, overload

S = TypeVar("S")
T = TypeVar("T")


class View(Sequence[T]):
    """A sequence by its length and `at`; slices are views too. Equal to any sequence of the same items."""

    @abstractmethod
    def at(self, place: int) -> T:
        """The item at a place counted from the front."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> "Sequence[T]": ...
    def __getitem__(self, place: int | slice) -> "T | Sequence[T]":
        if isinstance(place, slice):
            return Chosen(self, range(len(self))[place])
        return self.at(range(len(self))[place])

    def __iter__(self) -> Iterator[T]:
        return map(self.at, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # equal to lists, which have none

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"


class Chosen(View[T]):
    """The items of a sequence at these places, in this order; 4 bytes an item, or none where they are a range."""

    def __init__(self, items: Sequence[T], places: Iterable[int]) -> None:
        self._items = items
        self._places = places if isinstance(places, range) else array("I", places)

    def __len__(self) -> int:
        return len(self._places)

    def at(self, place: int) -> T:
        """The item at a place counted from the front."""
        return self._items[self._places[place]]


class Made(View[T]):
    """What `make` makes of each item of a sequence, anew each time it is asked for."""

    def __init__(self, items: Sequence[S], make: Callable[[S], T]) -> None:
        self._items: Sequence[Any] = items
        self._make = make

    def __len__(self) -> int:
        return len(self._items)

    def at(self, place: int) -> T:
        """The item at a place counted from the front."""
        return self._make(self._items[place])


class Joined(View[T]):
    """Several sequences one after another."""

    def __init__(self, parts: Iterable[Sequence[T]]) -> None:
        self._parts = tuple(part for part in parts if len(part))
        self._ends = tuple(accumulate(map(len, self._parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._parts)

    def at(self, place: int) -> T:
        """The item at a place counted from the front."""
        part = bisect_right(self._ends, place)
        return self._parts[part][place - (self._ends[part - 1] if part else 0)]
