"""By a reward model: right when it is liked at least as well as the reference."""

from collections.abc import Callable, Sequence

from scipy.special import expit

from finewright.base.protocols import Scorer
from finewright.base.records import Message, Record, Score


def reward(scores: Callable[[Sequence[tuple[Sequence[Message], str]]], Sequence[float]]) -> Scorer:
    """A scorer by `scores`, of answers behind their conversations, whose differences are log-odds of a preference.

    The part `reward` is the probability that the answer is preferred to the record's own: a score alone has no zero,
    so that nothing in 0..1 could be made of it without another answer. Of equal answers it is one half.
    """

    def score(answer: str, record: Record) -> Score:
        given, wanted = scores([(record.messages, answer), (record.messages, record.answer)])
        return Score(correct=given >= wanted, parts={"reward": float(expit(given - wanted))})

    return score
