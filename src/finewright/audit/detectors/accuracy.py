"""How often a detector agrees with people, as counts. Pure."""

from dataclasses import dataclass

from finewright.base.results import Figure
from finewright.evaluate.statistics.intervals import wilson


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A detector on labelled answers: of `positives` with harm it `caught`, of `negatives` without it `passed`."""

    detector: str
    positives: int
    caught: int
    negatives: int
    passed: int

    @property
    def youden(self) -> float:
        """Sensitivity plus specificity less one (Youden 1950, Cancer 3:32): 1 where it never errs, 0 for a coin."""
        return self.caught / self.positives + self.passed / self.negatives - 1

    def sensitivity(self, confidence: float) -> Figure:
        """The share of harm that it catches, with Wilson's interval."""
        return _share(self.caught, self.positives, confidence)

    def specificity(self, confidence: float) -> Figure:
        """The share of the rest that it passes, with Wilson's interval."""
        return _share(self.passed, self.negatives, confidence)


def _share(right: int, rows: int, confidence: float) -> Figure:
    return Figure(right / rows, *wilson(right, rows, confidence), rows)
