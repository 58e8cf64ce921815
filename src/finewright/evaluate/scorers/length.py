"""Length: an answer in no more words than the reference takes."""

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score


def length() -> Scorer:
    """A scorer whose part `length` is 1 up to the reference's words and falls behind: (wanted + 1) / (said + 1).

    One is added to both so that an empty reference, too, is answered best by nothing.
    """

    def score(answer: str, record: Record) -> Score:
        said, wanted = len(answer.split()), len(record.answer.split())
        return Score(correct=said <= wanted, parts={"length": min(1.0, (wanted + 1) / (said + 1))})

    return score
