"""What sways a judge besides how good an answer is: its place, its length, its style. Knows no models and no files.

Each is an exact test, and Holm's method adjusts all of them together, so that a fair judge is accused of anything at
all no more often than the level says.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from finewright.base.phrases import phrase, plain
from finewright.base.results import Figure
from finewright.evaluate.judge.pairwise import Pair
from finewright.evaluate.statistics.conditional import beyond
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar

_LIST = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+\S", re.MULTILINE)
_MARK = re.compile(r"^#{1,6} |\*\*[^*\n]+\*\*|`[^`\n]+`|^\|.*\|\s*$|^```", re.MULTILINE)
_POLITE = [
    *map(phrase, ("please", "thank*", "sorry", "apolog*", "happy to help", "glad to help", "hope this helps")),
    *map(phrase, ("regards", "bitte", "dank*", "gern*", "entschuldig*", "freundlich*")),
]


def _words(text: str) -> int:
    return len(text.split())


def _lists(text: str) -> int:
    return len(_LIST.findall(text))


def _marks(text: str) -> int:
    return len(_MARK.findall(text))


def _politeness(text: str) -> int:
    said = plain(text)
    return sum(one.said_in(said) for one in _POLITE)


TRAITS: Mapping[str, Callable[[str], int]] = {
    "length": _words,
    "lists": _lists,
    "markdown": _marks,
    "politeness": _politeness,
}
"""How much an answer has of each trait: words, list items, other Markdown marks, polite phrases."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Both answers of a pair, and whether each is right."""

    pair: Pair
    answers: tuple[str, str]
    right: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that may sway a judge.

    name      "place", or one of TRAITS
    share     of `place`: how often the answer shown first is preferred, over both orders; of a trait: how often the
              answer with more of it is preferred to one that is as right. Fair is a half. None: cannot be told
    p         that of a half; `adjusted` is Holm's, over all effects that could be told
    found     whether the judge goes by it: adjusted below one less the confidence
    pairs     how many pairs told of it
    longer    of a trait, in how many of them the answer with more of it was the longer one too
    """

    name: str
    share: Figure | None
    p: float | None
    pairs: int
    longer: int = 0
    adjusted: float | None = None
    found: bool = False


def effects(shown: Sequence[Shown], confidence: float) -> tuple[Effect, ...]:
    """Place, length and each style, in that order."""
    asked = [one for one in shown if one.pair.asked]
    every = [_place([one.pair for one in asked], confidence), *(_trait(name, asked, confidence) for name in TRAITS)]
    told = [effect.p for effect in every if effect.p is not None]
    adjusted = iter(holm(told))
    return tuple(effect if effect.p is None else _judged(effect, next(adjusted), confidence) for effect in every)


def _judged(effect: Effect, adjusted: float, confidence: float) -> Effect:
    return replace(effect, adjusted=adjusted, found=adjusted < 1 - confidence)


def _place(pairs: Sequence[Pair], confidence: float) -> Effect:
    """Preferences for the first place in one order and then in the other are paired: McNemar's test, and Newcombe's
    interval of the difference, half of which is what the share lies above a half.

    A pair leans to a place that got more preferences than the other, over both orders.
    """
    told = [pair.asked for pair in pairs if pair.asked and any(pair.asked)]
    if not told:
        return Effect("place", None, None, 0)
    first = sum(one + other > 0 for one, other in told)
    second = sum(one + other < 0 for one, other in told)
    mine = sum(one == 1 and other == -1 for one, other in told)
    found = Pairs(mine, first, second, len(told) - first - second - mine)
    low, high = ((1 + end) / 2 for end in difference_interval(found, confidence))
    share = Figure((1 + found.difference) / 2, low, high, len(told))
    return Effect("place", share, mcnemar(first, second), len(told))


def _trait(name: str, shown: Sequence[Shown], confidence: float) -> Effect:
    """Rows in which one answer has more of the trait and one is preferred over both orders, where place cancels."""
    has = TRAITS[name]
    told = [(one, has(one.answers[0]) - has(one.answers[1])) for one in shown if one.pair.preference]
    told = [(one, more) for one, more in told if more]
    known = [(int(one.right[0]) - int(one.right[1])) * (1 if more > 0 else -1) for one, more in told]
    longer = sum(_is_longer(one, more) for one, more in told)
    found = beyond(known, [one.pair.preference * more > 0 for one, more in told], confidence)
    if found is None:
        return Effect(name, None, None, len(told), longer)
    return Effect(name, Figure(found.share, found.low, found.high, len(told)), found.p, len(told), longer)


def _is_longer(one: Shown, more: int) -> bool:
    return (_words(one.answers[0]) - _words(one.answers[1])) * more > 0
