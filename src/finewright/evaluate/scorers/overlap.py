"""Free text: right when it equals the reference, and how much of the reference's wording it has where it does not."""

from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.scorers.chrf import chrf
from finewright.evaluate.scorers.exact import exact
from finewright.evaluate.scorers.rouge_l import rouge_l


def overlap() -> Scorer:
    """The exact scorer with the parts `chrf` (by letters) and `rouge_l` (by words), each in 0..1."""
    judge = exact()

    def score(answer: str, record: Record) -> Score:
        parts = {"chrf": chrf(answer, record.answer), "rouge_l": rouge_l(answer, record.answer)}
        return Score(correct=judge(answer, record).correct, parts=parts)

    return score
