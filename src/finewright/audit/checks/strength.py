"""How hard an attack tried, as its report says, held against the least that the policy wants. Knows no attack.

An attack that asked for less finds less, and whoever trains sets how much is asked for. A fail stands all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finewright.audit.checks.line import Line
from finewright.audit.dossier import Dossier
from finewright.audit.report import Report
from finewright.base.settings import Settings

ASKED = "asked"
"""The name of a line that says how hard an attack tried."""


@dataclass(frozen=True, slots=True)
class _Attack:
    """Who was asked, in sentences; where its settings stand in a report's `asked`, and each of them in words."""

    who: str
    place: tuple[str, ...]
    said: Mapping[str, str]


_SAMPLES = "{} sample{s} of each answer"
_SIDES = "{} row{s} of either side"
_ATTACKS = {
    "canaries": _Attack("The canaries were", (), {"digits": "secrets of {} digit{s}"}),
    "secrets": _Attack("The planted secrets were", (), {"samples": _SAMPLES}),
    "membership": _Attack("Membership was", ("membership",), {"rows": _SIDES}),
    "extraction": _Attack("Extraction was", ("extraction",), {"rows": _SIDES, "samples": _SAMPLES}),
    "redteam": _Attack(
        "The red team was", (), {"each": "{} probe{s} of a category", "max_tokens": "answers of {} token{s}"}
    ),
}
_WHOLE = "each"
"""The setting that asks for all there are where it is none."""


def strength(kind: str, least: Settings, dossier: Dossier) -> list[Line]:
    """Whether the attack was asked for as much as the policy wants at least; nothing where its report is missing.

    `least` has a number for each of the settings that are bounded. Less is inconclusive whatever the policy says of
    doubt, and so is a report that does not say.
    """
    if kind not in dossier.reports:
        return []
    attack, found = _ATTACKS[kind], _found(dossier.reports[kind])
    weak = [
        f"{attack.who} asked for {_said(attack, name, found[name])}, and the policy wants {wanted:,} at least."
        if name in found
        else f"The report audit/{kind}.json does not say how many {name} were asked for, and the policy wants "
        f"{wanted:,} at least."
        for name, wanted in least.model_dump().items()
        if name not in found or _less(found[name], wanted)
    ]
    if weak:
        return [Line(ASKED, "inconclusive", " ".join(weak), unfit=True)]
    return [Line(ASKED, "pass", asked_for(dossier.reports[kind]))]


def asked_for(report: Report) -> str:
    """What an attack was asked for, as its report says; empty where that has no measure."""
    attack, found = _ATTACKS.get(report.kind), _found(report)
    if attack is None or not found:
        return ""
    return f"{attack.who} asked for {' and '.join(_said(attack, name, value) for name, value in found.items())}."


def _found(report: Report) -> dict[str, int | None]:
    """The settings that the report tells, by name."""
    attack = _ATTACKS.get(report.kind)
    if attack is None:
        return {}
    told: Any = report.asked
    for step in attack.place:
        told = told.get(step) if isinstance(told, Mapping) else None
    values = told if isinstance(told, Mapping) else {}
    return {name: values[name] for name in attack.said if name in values and _number(name, values[name])}


def _number(name: str, value: Any) -> bool:
    return (value is None and name == _WHOLE) or (isinstance(value, int) and not isinstance(value, bool))


def _less(value: int | None, wanted: int) -> bool:
    return value is not None and value < wanted


def _said(attack: _Attack, name: str, value: int | None) -> str:
    return attack.said[name].format("all" if value is None else f"{value:,}", s="" if value == 1 else "s")
