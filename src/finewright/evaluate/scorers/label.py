"""One of some labels: right when it is the reference label, letter for letter."""

from collections.abc import Sequence

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score


def label(labels: Sequence[str]) -> Scorer:
    """A scorer for `labels`; its part `validity` is 1 where the answer is one of them, right or wrong."""
    known = {name.strip() for name in labels}

    def score(answer: str, record: Record) -> Score:
        said = answer.strip()
        return Score(correct=said == record.answer.strip(), parts={"validity": float(said in known)})

    return score
