"""What a check says: its outcome, whether the answer hangs on it, and the reason. Knows no evidence."""

from dataclasses import dataclass

from finewright.audit.checks.line import Answer, Line, worst
from finewright.audit.policy import Check

SHOWN = 3
"""Most figures that a passing check tells one by one in its reason."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's outcome. `blocks` says whether it keeps the adapter from passing; `reason` is what decided."""

    check: str
    outcome: Answer
    required: bool
    blocks: bool
    reason: str
    lines: tuple[Line, ...]


def finding(name: str, check: Check, lines: list[Line]) -> Finding:
    """The worst of the lines, and all that are as bad as it: a check fails where one figure does.

    What does not apply is told beside them.
    """
    outcome = worst(tuple(lines))
    deciding = [line for line in lines if line.outcome == outcome]
    said = [line.said for line in deciding]
    if outcome == "pass" and len(said) > SHOWN:
        figures = [line for line in deciding if line.figure is not None]
        besides = [line.said for line in deciding[1:] if line.figure is None]
        said = [said[0], f"All {len(figures)} figures are as they should be.", *besides]
    said += [line.said for line in lines if outcome != line.outcome == "not applicable"]
    blocks = check.required and (outcome == "fail" or (outcome == "inconclusive" and _bars(check, deciding)))
    return Finding(name, outcome, check.required, blocks, " ".join(said), tuple(lines))


def missing(name: str, what: str, why: str = "") -> Line:
    """Evidence that is not there: a fail by its name."""
    because = f" ({why.rstrip('.')})" if why else ""
    return Line(name, "fail", f"Missing: {what}{because}.")


def _bars(check: Check, lines: list[Line]) -> bool:
    return check.doubt == "blocks" or any(line.unfit for line in lines)
