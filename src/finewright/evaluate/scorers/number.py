"""A number: right when its value is the reference's, however both are written.

How amounts are read, scale, sign and unit included, is `evaluate/values/amount.py`.
"""

from finewright.base.errors import DataError, Place
from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.values.amount import Amount, read_amount


def number(tolerance: float = 0.0) -> Scorer:
    """A scorer for answers that hold one number, `tolerance` being the share of the reference it may be off by.

    Right is an answer of the right value that names no other unit or currency than the reference. Parts: `validity`
    is 1 where it holds exactly one number, `unit` where it names the reference's very unit, or none where that has
    none. Never raises on an answer; raises DataError where the reference holds no single number.
    """

    def score(answer: str, record: Record) -> Score:
        wanted, said = reference_amount(record), read_amount(answer)
        if said is None:
            return Score(correct=False, parts={"validity": 0.0, "unit": 0.0})
        right = wanted.near(said, tolerance) and not wanted.clashes(said)
        return Score(correct=right, parts={"validity": 1.0, "unit": float(wanted.unit == said.unit)})

    return score


def reference_amount(record: Record) -> Amount:
    """A record's reference answer as an amount. Raises DataError naming the row where it is none."""
    read = read_amount(record.answer)
    if read is None:
        raise DataError(
            "the answer is not one number, as those of a task of numbers must be",
            place=Place(record.source, record.line or None) if record.source else None,
            remedy="mend the row, or set `task.kind: text`",
        )
    return read
