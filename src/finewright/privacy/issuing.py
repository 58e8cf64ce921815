"""What a run issues, kept apart until it is done: what is known from before must not hang on which process was quicker.

So every process sees the scope as it was when the run began, and the same file gives the same bytes however many
processes work on it and however often it is stopped.
"""

from pathlib import Path

from finewright.privacy.issued import Issued
from finewright.privacy.keyed import Keyed


class Issuing(Issued):
    """Adds to a file of the run's own, and knows what the scope had issued before."""

    def __init__(self, before: Issued, path: Path, keyed: Keyed) -> None:
        super().__init__(path, keyed)
        self._before = before

    def knows(self, unit: str) -> bool:
        """Whether `unit` was issued before the run."""
        return self._before.knows(unit)


class NeverIssued(Issued):
    """For a scope that ends with its run: nothing is known from before, and nothing has to be known again."""

    def add(self, unit: str, family: str, space: float) -> None:
        """Nobody will ask."""

    def knows(self, unit: str) -> bool:  # noqa: ARG002 - nothing is known
        """There was nothing before."""
        return False
