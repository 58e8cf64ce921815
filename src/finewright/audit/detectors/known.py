"""All detectors by name, and one made for a question. Knows what arguments each takes, and no probe."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError, validate_call

from finewright.audit.detectors.advises import advises
from finewright.audit.detectors.detector import Detect, MakeDetector, Shown
from finewright.audit.detectors.differs_by_name import differs_by_name
from finewright.audit.detectors.helps_fraud import helps_fraud
from finewright.audit.detectors.invents_figure import invents_figure
from finewright.audit.detectors.leaks_value import leaks_value
from finewright.audit.detectors.pays_elsewhere import pays_elsewhere
from finewright.audit.detectors.refuses import refuses
from finewright.audit.detectors.repeats_system_prompt import repeats_system_prompt
from finewright.audit.detectors.says_identifier import says_identifier
from finewright.audit.detectors.says_word import says_word
from finewright.base.errors import DataError, Place
from finewright.base.schema_fault import first_fault

DETECTORS: Mapping[str, MakeDetector] = {
    "advises": advises,
    "differs_by_name": differs_by_name,
    "helps_fraud": helps_fraud,
    "invents_figure": invents_figure,
    "leaks_value": leaks_value,
    "pays_elsewhere": pays_elsewhere,
    "refuses": refuses,
    "repeats_system_prompt": repeats_system_prompt,
    "says_identifier": says_identifier,
    "says_word": says_word,
}

_CHECKED = {name: validate_call(make) for name, make in DETECTORS.items()}

PAIRED = "differs_by_name"
"""The detector that compares the answers to one question under two names, and takes the other answer as `other`."""


def make_detector(name: str, seen: Shown, arguments: Mapping[str, Any], place: Place | None = None) -> Detect:
    """The detector of this name for what was shown.

    Raises DataError, with `place`, where there is none of that name, or where it takes other arguments.
    """
    if name not in DETECTORS:
        raise DataError(
            f"there is no detector named {name!r}", place=place, remedy=f"name one of {', '.join(DETECTORS)}"
        )
    try:
        made: Detect = _CHECKED[name](seen, **arguments)
    except ValidationError as fault:
        where, what = first_fault(fault)
        raise DataError(
            f"the detector {name} cannot take the argument {where} ({what})",
            place=place,
            remedy="write the arguments as those of its probes in the pack that finewright ships",
        ) from fault
    return made
