"""Documents of token ids for the parity of continued pretraining, cut into rows the plain way. Knows no library."""

import random

SEPARATOR, LONGEST = 2, 12


def documents() -> list[list[int]]:
    """Ids with a separator at the end: short ones, two that begin alike, and one that takes several rows."""
    draw = random.Random(0)

    def some(count: int) -> list[int]:
        return [draw.randrange(3, 64) for _ in range(count)]

    opening = some(5)
    return [
        [*text, SEPARATOR] for text in (opening + some(4), opening + some(2), some(1), some(40), some(11), some(23))
    ]


def rows(document: list[int]) -> list[list[int]]:
    """Rows of at most twelve ids, each beginning with the last one of the row before."""
    made = [document[:LONGEST]]
    rest = document[LONGEST:]
    while rest:
        made.append([made[-1][-1], *rest[: LONGEST - 1]])
        rest = rest[LONGEST - 1 :]
    return made
