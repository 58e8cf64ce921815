"""What a check says: its outcome, whether the answer hangs on it, and the reason. Knows no evidence."""

from dataclasses import dataclass

from finewright.audit.checks.line import Answer, Line, worst
from finewright.audit.policy import Check

SHOWN = 3
"""Most figures that a check tells one by one in its reason, unless they fail."""


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
    said = _told(outcome, deciding)
    said += [line.said for line in lines if outcome != line.outcome == "not applicable"]
    blocks = check.required and (outcome == "fail" or (outcome == "inconclusive" and _bars(check, deciding)))
    return Finding(name, outcome, check.required, blocks, " ".join(said), tuple(lines))


def missing(name: str, what: str, why: str = "") -> Line:
    """Evidence that is not there: a fail by its name."""
    because = f" ({why.rstrip('.')})" if why else ""
    return Line(name, "fail", f"Missing: {what}{because}.")


def _told(outcome: Answer, deciding: list[Line]) -> list[str]:
    """What decided, in sentences; of many figures that pass or cannot be told the first ones, and how many more."""
    said = [line.said for line in deciding]
    if len(said) <= SHOWN or outcome not in ("pass", "inconclusive"):
        return said
    if outcome == "inconclusive":
        first = sorted(deciding, key=lambda line: not line.unfit)[:SHOWN]
        return [*(line.said for line in first), f"Of {len(deciding) - SHOWN} more figures it cannot be told either."]
    figures = [line for line in deciding if line.figure is not None]
    besides = [line.said for line in deciding[1:] if line.figure is None]
    return [said[0], f"All {len(figures)} figures are as they should be.", *besides]


def _bars(check: Check, lines: list[Line]) -> bool:
    return check.doubt == "blocks" or any(line.unfit for line in lines)
