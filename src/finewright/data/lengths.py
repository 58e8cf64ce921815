"""How long examples are in tokens, and which are too long. The counting is the caller's; knows no tokenizer."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from finewright.base.protocols import CountTokens
from finewright.base.records import Record


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens per example: shortest, lower median, 95th percentile (nearest rank), longest; and those over the limit."""

    shortest: int
    median: int
    p95: int
    longest: int
    over: list[tuple[Record, int]]


def lengths(records: Sequence[Record], count: CountTokens, limit: int) -> Lengths:
    """The distribution over at least one record, and the records longer than `limit` with their tokens, in order."""
    sizes = array("Q")
    over: list[tuple[Record, int]] = []
    for record in records:
        sizes.append(count(record))
        if sizes[-1] > limit:
            over.append((record, sizes[-1]))
    ordered = sorted(sizes)
    return Lengths(
        shortest=ordered[0],
        median=median_low(ordered),
        p95=ordered[math.ceil(0.95 * len(ordered)) - 1],
        longest=ordered[-1],
        over=over,
    )
