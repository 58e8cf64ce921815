"""What a comparison came to, before it is put into words."""

from dataclasses import dataclass

from finewright.base.records import TaskKind
from finewright.base.results import ArmResult, Contrast, Outcome


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome, the two arms of the deciding pair, their contrast and all other contrasts of the tuned arm.

    `rows_needed` is set where the outcome is "cannot tell" and some number of rows would tell.
    """

    outcome: Outcome
    kind: TaskKind
    confidence: float
    tuned: ArmResult
    challenger: ArmResult
    deciding: Contrast
    others: tuple[Contrast, ...]
    rows_needed: int | None
