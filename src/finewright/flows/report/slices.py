"""Figures by slice of the test rows: the tuned arm beside its challenger, or a few arms where there are not both."""

from collections.abc import Sequence
from typing import Any

from finewright.base.results import Figure, Results
from finewright.evaluate.slices import Slice
from finewright.flows.report.arms import challenger_of, role_of, tuned_of
from finewright.flows.report.wording import DASH, count, evidence, interval, percent, point_interval, points
from finewright.flows.slices import Sliced

_MOST = 3
_FEW = "few rows"


def slices_section(found: Sequence[Sliced], results: Results) -> list[dict[str, Any]]:
    """What the section shows by each column; empty where there is none."""
    pair = [arm for arm in (tuned_of(results), challenger_of(results)) if arm is not None]
    shown = pair if len(pair) > 1 else [arm for arm in results.arms if arm.test is not None][:_MOST]
    arms = [(arm.name, arm.title, role_of(arm, results)) for arm in shown]
    return [_column(one, arms) for one in found]


def _column(found: Sliced, arms: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "column": found.column,
        "arms": [(title, role) for _, title, role in arms],
        "compared": any(one.contrast for one in found.slices),
        "lines": [_line(one, [name for name, _, _ in arms]) for one in found.slices],
        "said": found.sentence,
    }


def _line(one: Slice, names: Sequence[str]) -> dict[str, Any]:
    contrast = one.contrast
    return {
        "name": one.name,
        "small": one.small,
        "rows": count(one.rows),
        "shares": [_share(one.figures.get(name)) for name in names],
        "gain": points(contrast.difference.value) if contrast else _FEW if one.small else DASH,
        "interval": point_interval(contrast.difference) if contrast else "",
        "p": evidence(contrast) if contrast else "",
    }


def _share(figure: Figure | None) -> tuple[str, str]:
    return (percent(figure.value), interval(figure)) if figure else (DASH, "")
