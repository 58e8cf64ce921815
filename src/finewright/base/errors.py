"""Every fault that finewright reports to a person, as one tree.

    FinewrightError                    exit 1
    ├── InputError (ValueError)        exit 2   something the user wrote or handed over is at fault
    │   ├── RecipeError                         the recipe: all its faults at once
    │   ├── PolicyError                         a policy: all its faults at once
    │   ├── DataError                           a data file or its rows
    │   ├── BaseError                           a base model that is missing or not what it says
    │   └── AdapterError                        an adapter that does not belong, or is unsafe to open
    ├── StorageError (OSError)         exit 1   full disk, unreadable or corrupt file of our own
    ├── EndpointError (OSError)        exit 1   an endpoint that does not answer as it should
    ├── Interrupted                    exit 1   Ctrl-C or pause: the run can be resumed
    └── VerdictRefused                 exit 3   the caller asked for a yes and the evidence says no

Each message is one plain sentence: the place, what is wrong, and what to do about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault lies: a file and, where known, its 1-based line."""

    file: str | Path
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else f"{self.file}"


class FinewrightError(Exception):
    """Base of all faults meant for a person; `exit_code` is what the command line returns."""

    exit_code = 1

    def __init__(self, what: str, *, place: Place | None = None, remedy: str = "") -> None:
        self.what, self.place, self.remedy = what, place, remedy
        super().__init__(what)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        then = f"; {self.remedy}" if self.remedy else ""
        return f"{where}{self.what}{then}."


class InputError(FinewrightError, ValueError):
    """Something the user wrote or handed over is at fault."""

    exit_code = 2


class _Faults(InputError):
    """One or more faults of a file, collected so that one reading mends them all."""

    named = "file"

    def __init__(self, faults: Sequence[InputError]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} fault(s) in the {self.named}")

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class RecipeError(_Faults):
    """The faults of a recipe."""

    named = "recipe"


class PolicyError(_Faults):
    """The faults of a policy."""

    named = "policy"


class DataError(InputError):
    """A data file, or rows of it, cannot be used as asked."""


class BaseError(InputError):
    """A base model is unknown, absent, or not the one its digest names."""


class AdapterError(InputError):
    """An adapter is unsafe, incomplete, or made for another base."""


class StorageError(FinewrightError, OSError):
    """A file of our own cannot be written or read back."""


class EndpointError(FinewrightError, OSError):
    """A model behind an address does not answer, or not as it should; what it answered before is kept."""


class Interrupted(FinewrightError):
    """The run was stopped on purpose and can be resumed with the same command."""


class VerdictRefused(FinewrightError):
    """The caller required a verdict that the evidence does not give."""

    exit_code = 3
