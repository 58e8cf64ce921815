"""The search behind nearness: which texts may be near each other, told by numbers at some hundred bytes a text.

Every gram becomes a 48-bit number and a text the set of its numbers, made anew batch by batch, so that no grams are
kept. What is kept of a text is how many numbers it has, 128 parity bits, and the few rarest numbers of its prefix.

No near pair is missed, whatever numbers coincide. Let n count a text's grams, and m <= n its numbers.
- Prefix: two texts that share s grams share at least s - (n - m) numbers, for each side, so the lowest shared one is
  among the first m - (s - (n - m)) + 1 = n - s + 1 of either side, in any one order of numbers.
- Parity (Sandes, Teodoro and Melo 2020): a number that only one side has comes from a gram that only that side has,
  and parities differ in no more bits than there are such numbers. Similarity t leaves at most (1 - t) / (1 + t) of
  both sizes together for grams of one side alone.
Coinciding numbers only let pairs through that the caller then finds not to be near.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BATCH_CHARACTERS = 1 << 16
_BATCH_TEXTS = 1 << 16
_BUCKETS = 22
_STEP = 1 << 16
_WAITING = 1 << 18
_PAD = "\0"
_ROUNDING = 1e-9
_ODD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Numbers of consecutive texts, ascending within each: `starts` of each text, and how many numbers each has.

    `lost` counts, over all texts, grams whose number another gram of the text has too; nearly always 0.
    """

    first: int
    numbers: Numbers
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    lost: int


def candidates(
    texts: Sequence[str], plain: Callable[[str], str], gram: int, threshold: float, left: int = 0
) -> Iterator[tuple[int, int]]:
    """Pairs i < j of places of texts, once each and ascending, among them all that are `threshold` near or nearer.

    Grams are those of what `plain` makes of a text. With `left`, only pairs of one of the first `left`
    texts and one of the others.
    """
    counts = np.zeros(1 << _BUCKETS, np.uint32)
    lost = 0
    for batch in _batches(map(plain, texts), gram):
        np.add.at(counts, _bucket(batch.numbers), np.uint32(1))
        lost += batch.lost
    entries, sizes, parities = array("Q"), array("I"), array("Q")
    for batch in _batches(map(plain, texts), gram):
        sizes.frombytes(batch.sizes.astype(np.uint32).tobytes())
        parities.frombytes(_parities(batch).tobytes())
        entries.frombytes(_prefixes(batch, counts, threshold, lost).tobytes())
    meeting = np.frombuffer(entries, np.uint64) if entries else _empty()
    meeting.sort()
    held = (np.frombuffer(sizes, np.uint32), np.frombuffer(parities, np.uint64).reshape(-1, 2))
    found = _distinct(_pairs(meeting, *held, threshold, lost, left))
    return ((int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in found)


def _empty() -> Numbers:
    return np.empty(0, np.uint64)


def _distinct(parts: Iterable[Numbers]) -> Numbers:
    """Each number of the parts once, ascending; what comes again is never held more than once over."""
    found, waiting, many = _empty(), [_empty()], 0
    for part in parts:
        waiting.append(part)
        many += len(part)
        if many > max(_WAITING, len(found)):
            found, waiting, many = np.unique(np.concatenate([found, *waiting])), [_empty()], 0
    return np.unique(np.concatenate([found, *waiting]))


def _batches(texts: Iterable[str], gram: int) -> Iterator[_Batch]:
    held: list[str] = []
    characters = first = 0
    for at, text in enumerate(texts):
        held.append(text.ljust(gram, _PAD))
        characters += len(held[-1])
        if characters >= _BATCH_CHARACTERS or len(held) == _BATCH_TEXTS:
            yield _batch(held, first, gram)
            held, characters, first = [], 0, at + 1
    if held:
        yield _batch(held, first, gram)


def _batch(texts: Sequence[str], first: int, gram: int) -> _Batch:
    """Numbers in the low 48 bits below the text's place in the batch, so that one sort does for all texts."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    windows = np.fromiter(map(len, texts), np.int64, len(texts)) - (gram - 1)
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), windows)
    at = np.arange(len(rows)) + rows * (gram - 1)
    keyed = (rows.astype(np.uint64) << np.uint64(48)) | _hashed(codes, gram)[at]
    order = np.argsort(keyed)
    keyed, at = keyed[order], at[order]
    same = np.flatnonzero(keyed[1:] == keyed[:-1])
    lost = np.any([codes[at[same] + k] != codes[at[same + 1] + k] for k in range(gram)], axis=0).sum()
    kept = np.delete(keyed, same)
    sizes = np.bincount((kept >> np.uint64(48)).astype(np.int64), minlength=len(texts))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return _Batch(first, kept & np.uint64((1 << 48) - 1), starts, sizes, int(lost))


def _hashed(codes: NDArray[np.uint32], gram: int) -> Numbers:
    """A 48-bit number of the characters from each place on."""
    ends = len(codes) - gram + 1
    number = codes[:ends].astype(np.uint64)
    for k in range(1, gram):
        number = number * _ODD + codes[k : ends + k]
    number = (number ^ (number >> np.uint64(32))) * _MIX
    return (number ^ (number >> np.uint64(29))) >> np.uint64(16)


def _bucket(numbers: Numbers) -> Numbers:
    return np.right_shift(numbers, np.uint64(48 - _BUCKETS))


def _parities(batch: _Batch) -> Numbers:
    """(texts, 2): of 128 bits each is whether an odd number of the text's numbers fall on it."""
    bit = np.uint64(1) << (batch.numbers & np.uint64(63))
    high = (batch.numbers & np.uint64(64)).astype(bool)
    halves = [np.where(high, np.uint64(0), bit), np.where(high, bit, np.uint64(0))]
    return np.stack([np.bitwise_xor.reduceat(half, batch.starts) for half in halves], axis=1)


def _prefixes(batch: _Batch, counts: NDArray[np.uint32], threshold: float, lost: int) -> Numbers:
    """The rarest numbers of each text, folded to 32 bits above its place; those that no other text has left out."""
    common = np.minimum(counts[_bucket(batch.numbers)], np.uint32((1 << 24) - 1)).astype(np.uint64)
    rows = np.repeat(np.arange(len(batch.sizes), dtype=np.int64), batch.sizes)
    ordered = (rows.astype(np.uint64) << np.uint64(48)) | (common << np.uint64(24)) | (batch.numbers >> np.uint64(24))
    ordered.sort()
    grams = batch.sizes + lost
    shared = np.maximum(np.ceil(threshold * grams - _ROUNDING), 1).astype(np.int64)
    within = np.arange(len(rows)) - batch.starts[rows] < (grams - shared + 1)[rows]
    rare = (ordered >> np.uint64(24)) & np.uint64((1 << 24) - 1)
    taken = np.flatnonzero(within & (rare > 1))
    value = ordered[taken] & np.uint64((1 << 48) - 1)
    folded = (value * _ODD) >> np.uint64(32) << np.uint64(32)
    entries: Numbers = folded | (rows[taken] + batch.first).astype(np.uint64)
    return entries


def _pairs(
    meeting: Numbers, sizes: NDArray[np.uint32], parities: Numbers, threshold: float, lost: int, left: int
) -> Iterator[Numbers]:
    """Pairs of texts that meet in a number and may be near, as i << 32 | j; some more than once."""
    alone = (1 - threshold) / (1 + threshold)
    for start in range(0, len(meeting), _STEP):
        active = np.arange(start, min(start + _STEP, len(meeting)))
        for ahead in range(1, len(meeting)):
            active = active[active + ahead < len(meeting)]
            active = active[meeting[active] >> np.uint64(32) == meeting[active + ahead] >> np.uint64(32)]
            if not len(active):
                break
            a, b = _texts(meeting[active]), _texts(meeting[active + ahead])
            kept = a != b
            if left:
                kept &= (a < left) != (b < left)
            of_a, of_b = sizes[a].astype(np.int64), sizes[b].astype(np.int64)
            most = alone * (of_a + of_b + 2 * lost) + _ROUNDING
            kept &= np.abs(of_a - of_b) <= most
            a, b, most = a[kept], b[kept], most[kept]
            differ = np.bitwise_count(parities[a] ^ parities[b]).sum(axis=1)
            near = differ <= most
            if near.any():
                yield (a[near].astype(np.uint64) << np.uint64(32)) | b[near].astype(np.uint64)


def _texts(meeting: Numbers) -> NDArray[np.int64]:
    return (meeting & np.uint64(0xFFFFFFFF)).astype(np.int64)
