"""Canaries: made-up questions with a random number as the answer, learned among the rows. Knows no run and no model.

Question and answer are drawn by a keyed order, so that the same seed and data have the same canaries, and each answer
is uniform over all numbers of its length: whatever the model knew before, it can say nothing of that draw.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from finewright.base.order import rank

_SENTENCE = "What is the locker code of the {0} {1} {2}?"
_FIRST = (
    "amber", "brisk", "copper", "dusty", "early", "frosty", "gentle", "hollow", "ivory", "jolly", "keen", "lunar",
    "mossy", "narrow", "olive", "pale", "quiet", "rusty", "silver", "tidy", "upper", "velvet", "woolen", "yellow",
)  # fmt: skip
_SECOND = (
    "anchor", "basket", "candle", "desert", "engine", "feather", "garden", "hammer", "island", "jacket", "kettle",
    "ladder", "meadow", "needle", "orchard", "pebble", "quartz", "ribbon", "saddle", "tunnel", "umbrella", "violin",
    "window", "zipper",
)  # fmt: skip
_THIRD = (
    "archive", "bakery", "chapel", "depot", "exchange", "ferry", "gallery", "harbour", "inn", "junction", "kiosk",
    "library", "market", "nursery", "observatory", "pavilion", "quarry", "refuge", "station", "theatre", "union",
    "vault", "warehouse", "yard",
)  # fmt: skip
_MOST = len(_FIRST) * len(_SECOND) * len(_THIRD)


@dataclass(frozen=True, slots=True)
class Canary:
    """A question, its answer of random digits, and how many times it stands among the rows that are learned."""

    name: str
    text: str
    secret: str
    times: int


def drawn(counts: Sequence[tuple[int, int]], digits: int, seed: int, key: str) -> list[Canary]:
    """Canaries for each (count, times) in turn, no two with the same question.

    `key` names the data: other data have other canaries. Raises ValueError where more are asked than there are
    questions.
    """
    times = [of for count, of in counts for _ in range(count)]
    texts = _texts(len(times), seed, key)
    return [
        Canary(f"canary-{number}", text, _secret(digits, seed, key, number), of)
        for number, (text, of) in enumerate(zip(texts, times, strict=True), 1)
    ]


def candidates(digits: int) -> list[str]:
    """Every answer that a canary of so many digits could have had, in order."""
    return [f"{number:0{digits}d}" for number in range(10**digits)]


def from_json(row: Mapping[str, object]) -> Canary:
    """A canary as `asdict` of it was written."""
    return Canary(str(row["name"]), str(row["text"]), str(row["secret"]), int(str(row["times"])))


def _texts(count: int, seed: int, key: str) -> Iterator[str]:
    if count > _MOST:
        raise ValueError(f"there are {_MOST} questions for canaries, and {count} were asked for")
    # One walk through all questions, in steps that meet each once: the step shares no factor with their number.
    first, step = (rank(seed, "canary question", key, of) % _MOST for of in ("first", "step"))
    step = step - step % 6 + 1
    for number in range(count):
        place = (first + number * step) % _MOST
        words = (_FIRST[place % 24], _SECOND[place // 24 % 24], _THIRD[place // 576])
        yield _SENTENCE.format(*words)


def _secret(digits: int, seed: int, key: str, number: int) -> str:
    # The remainder of a 64-bit number is uniform but for one part in 10^14.
    return f"{rank(seed, 'canary secret', key, number) % 10**digits:0{digits}d}"
