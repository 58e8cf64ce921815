"""Free text: right when it equals the reference up to whitespace."""

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score


def exact() -> Scorer:
    """A scorer that compares texts with every run of whitespace read as one space and none at the ends."""

    def score(answer: str, record: Record) -> Score:
        return Score(correct=answer.split() == record.answer.split())

    return score
