"""Ratings of pairs of answers made into figures: won and lost by item, agreement of raters, pull of the left side.

Knows nothing of sheets or files. An item counts once, however many people rated it: for the arm that more of them
preferred, and as a tie where as many preferred either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from finewright.base.results import Contrast, Figure
from finewright.evaluate.agreement import agreement
from finewright.evaluate.contrast import right_contrast
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.paired import mcnemar
from finewright.evaluate.statistics.power import rows_needed

SIGN = "exact sign test"
TIE = "tie"
Pair = tuple[str, str]
Said = Literal["left", "right", "tie"]


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person said of one item: a record's answers by the two arms of `pair`, of which `left` stood left.

    `seconds` is how long the item was looked at, None where nobody took the time.
    """

    rater: str
    record: str
    pair: Pair
    left: str
    said: Said
    comment: str = ""
    seconds: float | None = None

    @property
    def preferred(self) -> str:
        """The arm whose answer is better, or `tie`."""
        if self.said == "tie":
            return TIE
        first, second = self.pair
        return self.left if self.said == "left" else second if self.left == first else first

    @property
    def score(self) -> int:
        """1 for the first arm of the pair, -1 for the second, 0 for a tie."""
        return {self.pair[0]: 1, self.pair[1]: -1}.get(self.preferred, 0)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arms: `contrast` counts items won and lost by the first, the others of its rows are ties.

    agreement    ordinal Krippendorff's alpha of the raters; None where fewer than two rated an item, or all said the
                 same everywhere
    rated_twice  items that at least two people rated
    same         rows passed over because both arms gave the same answer
    rows_needed  items that would tell, if they kept falling so; None where none can be named
    """

    contrast: Contrast
    ties: int
    agreement: Figure | None
    rated_twice: int
    same: int
    rows_needed: int | None


@dataclass(frozen=True, slots=True)
class Pull:
    """How often the left one of two answers was preferred, where one was; `p` is that of no pull to either side.

    `rater` is None for all raters together; `share` is None where everything was a tie.
    """

    rater: str | None
    left: int
    right: int
    ties: int
    share: Figure | None
    p: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the ratings of one review say."""

    raters: tuple[str, ...]
    ratings: int
    confidence: float
    pairs: tuple[Compared, ...]
    pulls: tuple[Pull, ...]


def findings(ratings: Sequence[Rating], same: dict[Pair, int], confidence: float) -> Findings:
    """The figures of all pairs that `same` names, in its order; p-values of several pairs are Holm's.

    Every pair must have a rating.
    """
    compared = [_compared(pair, [one for one in ratings if one.pair == pair], same[pair], confidence) for pair in same]
    if len(compared) > 1:
        adjusted = holm([one.contrast.p for one in compared])
        compared = [
            replace(one, contrast=replace(one.contrast, adjusted=p)) for one, p in zip(compared, adjusted, strict=True)
        ]
    raters = tuple(dict.fromkeys(rating.rater for rating in ratings))
    by_rater = [_pull(name, [one for one in ratings if one.rater == name], confidence) for name in raters]
    together = [_pull(None, ratings, confidence)] if len(raters) > 1 else []
    return Findings(raters, len(ratings), confidence, tuple(compared), (*by_rater, *together))


def consensus(ratings: Iterable[Rating]) -> dict[str, str]:
    """The arm that more raters preferred, or `tie`, by record; of the ratings of one pair."""
    scores: dict[str, int] = {}
    pair: Pair = ("", "")
    for rating in ratings:
        scores[rating.record] = scores.get(rating.record, 0) + rating.score
        pair = rating.pair
    return {record: pair[0] if score > 0 else pair[1] if score < 0 else TIE for record, score in scores.items()}


def _compared(pair: Pair, ratings: Sequence[Rating], same: int, confidence: float) -> Compared:
    preferred = consensus(ratings)
    first, second = ({record: one == arm for record, one in preferred.items()} for arm in pair)
    contrast = replace(right_contrast(pair[0], first, pair[1], second, confidence), test=SIGN)
    by_record: dict[str, list[float]] = {}
    for rating in ratings:
        by_record.setdefault(rating.record, []).append(float(rating.score))
    return Compared(
        contrast,
        contrast.rows - contrast.won - contrast.lost,
        agreement(list(by_record.values()), "ordinal", confidence),
        sum(len(scores) > 1 for scores in by_record.values()),
        same,
        rows_needed(contrast.won, contrast.lost, contrast.rows, confidence),
    )


def _pull(rater: str | None, ratings: Sequence[Rating], confidence: float) -> Pull:
    left, right, ties = (sum(one.said == said for one in ratings) for said in ("left", "right", "tie"))
    decided = left + right
    share = Figure(left / decided, *wilson(left, decided, confidence), decided) if decided else None
    return Pull(rater, left, right, ties, share, mcnemar(left, right))
