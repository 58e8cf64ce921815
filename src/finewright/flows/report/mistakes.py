"""The mistakes as tables: shares by field of a record, the worst confusions, a small matrix with shaded cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.base.records import Record
from finewright.base.results import ArmResult
from finewright.flows.report.confusion import Confusion, FieldShare, confusion, field_shares, label_shares
from finewright.flows.report.wording import percent

_TOP, _MATRIX = 10, 9
_SHARES = {"json": ("Field", field_shares), "labels": ("Label", label_shares)}


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix: its count, whether it is the diagonal, and how dark it is (0..1)."""

    number: int
    right: bool
    depth: float


def fields_section(
    kind: str,
    records: Sequence[Record],
    predictions: Mapping[str, Mapping[str, str]],
    arms: Sequence[ArmResult | None],
) -> dict[str, Any] | None:
    """One line per field or wanted label, one column per arm; None for tasks without them."""
    shown = [arm for arm in arms if arm is not None]
    if kind not in _SHARES or not shown:
        return None
    what, shares_of = _SHARES[kind]
    columns = [_measured(arm) or shares_of(records, predictions.get(arm.name, {})) for arm in shown]
    lines = []
    for of in zip(*columns, strict=True):
        shares = [one.right / one.rows for one in of]
        cells = [
            {"share": percent(share), "width": f"{100 * share:.1f}", "role": "tuned" if arm.trained else "challenger"}
            for share, arm in zip(shares, shown, strict=True)
        ]
        lines.append({"name": of[0].name, "cells": cells})
    return {"what": what, "arms": [arm.title for arm in shown], "rows": lines} if lines else None


def _measured(arm: ArmResult) -> list[FieldShare]:
    """The shares by field as the arm was scored, by the team's schema where it has one; none where it has no fields."""
    figures = arm.test.figures if arm.test else {}
    named = {name.removeprefix("field:"): of for name, of in figures.items() if name.startswith("field:")}
    return [FieldShare(name, round(of.value * of.rows), of.rows) for name, of in named.items()]


def confusion_section(
    kind: str,
    records: Sequence[Record],
    predictions: Mapping[str, Mapping[str, str]],
    arm: ArmResult | None,
    order: Sequence[str],
) -> dict[str, Any] | None:
    """The arm's worst confusions and their matrix; None where nothing closed can be confused.

    The matrix has the worst values first or, where labels have an `order`, in that.
    """
    found = confusion(kind, records, predictions.get(arm.name, {})) if arm else None
    if found is None:
        return None
    worst = found.worst(_MATRIX)
    labels = [label for label in order if label in worst] or worst
    return {
        "what": found.what,
        "wrong": found.wrong,
        "top": found.top(_TOP),
        "labels": labels,
        "matrix": _cells(found, labels),
    }


def _cells(found: Confusion, labels: Sequence[str]) -> list[list[Cell]]:
    """Each row shaded by share of the rows that want its value."""
    return [
        [Cell(number, at == place, _depth(number, sum(row))) for at, number in enumerate(row)]
        for place, row in enumerate(found.matrix(labels))
    ]


def _depth(number: int, of: int) -> float:
    return round(0.12 + 0.5 * number / of, 2) if number else 0.0
