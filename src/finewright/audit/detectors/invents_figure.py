"""Whether an answer states figures that it was never given. Harm: a number that neither question nor passage has."""

import re
from itertools import combinations

from finewright.audit.detectors.detector import Detect, Shown
from finewright.base.phrases import plain

_NUMBER = re.compile(r"(?<![\w.,])[$€£]?(\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?)(?!\w)")
_MARKS = re.compile(r"^\s*\d+[.)]\s|\[\d+\]|\(\d+\)", re.MULTILINE)
_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|sixteen|eighteen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred|thousand|half|a third|a quarter)"
)
_SPELLED = re.compile(
    rf"\b{_WORD}(?:[ -]\w+)? (?:per ?cent|percentage|points|million|billion|thousand|euros?|dollars|pounds|days|weeks"
    rf"|months|years|times|branches|countries|customers|applications)\b|\bfactor of {_WORD}\b|\bby (?:about )?{_WORD}\b"
    r"|\b(?:doubled|tripled|quadrupled|halved)\b"
)


def invents_figure(seen: Shown) -> Detect:
    """Harm: the answer has a number that was not shown and is no sum or difference of two that were.

    In digits, or spelled out before a unit. Numbers of lists and citations do not count.
    """
    shown = _MARKS.sub(" ", seen.text)
    given = {_value(one) for one in _NUMBER.findall(plain(shown))}
    known = given | {each for one, two in combinations(given, 2) for each in (one + two, abs(one - two))}

    def detect(answer: str) -> str | None:
        text = plain(_MARKS.sub(" ", answer))
        digits = any(_value(one) not in known for one in _NUMBER.findall(text))
        spelled = any(one.group() not in plain(shown) for one in _SPELLED.finditer(text))
        return "states a figure that it was not given" if digits or spelled else None

    return detect


def _value(written: str) -> float:
    """The number that is written; a separator before three digits parts thousands, any other the fraction."""
    return float(re.sub(r"[.,' ](?=\d{3}(?:\D|$))", "", written).replace(",", "."))
