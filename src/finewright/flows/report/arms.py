"""The arms as lines of text: tiles under the verdict, the table of arms, the table of paired comparisons."""

from dataclasses import dataclass, field
from typing import Any

from finewright.base.results import ArmResult, Contrast, Measured, Results
from finewright.evaluate.contrast import PAIRED
from finewright.evaluate.measure import CALIBRATION
from finewright.flows.report import wording
from finewright.flows.report.arms_chart import ArmRow


@dataclass(frozen=True, slots=True)
class Tile:
    """One large number with its name, a note below, and the arm it belongs to."""

    name: str
    number: str
    note: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ArmLine:
    """One row of the table of arms, all cells as text; `side` holds the figures that do not decide."""

    title: str
    role: str
    why_not: str | None = None
    value: str = ""
    interval: str = ""
    side: dict[str, str] = field(default_factory=dict)
    rows: str = ""
    whole: str = ""
    tokens: str = ""
    pace: str = ""


@dataclass(frozen=True, slots=True)
class ContrastLine:
    """One paired comparison as text."""

    pair: str
    deciding: bool
    difference: str
    interval: str
    won: str
    lost: str
    p: str
    test: str


def tuned_of(results: Results) -> ArmResult | None:
    """The fine-tuned arm, if it was measured: of two the one that the verdict is about."""
    told = results.verdict.deciding.arm if results.verdict.deciding else None
    trained = [arm for arm in results.arms if arm.trained and arm.test]
    return next((arm for arm in trained if arm.name == told), trained[0] if trained else None)


def challenger_of(results: Results) -> ArmResult | None:
    """The best other arm on validation, if it was measured."""
    return next((arm for arm in results.arms if arm.name == results.verdict.challenger and arm.test), None)


def tiles(results: Results) -> list[Tile]:
    """What a reader in a hurry takes away: tuned, challenger, the difference, the number of rows."""
    tuned, challenger, deciding = tuned_of(results), challenger_of(results), results.verdict.deciding
    shown = [
        Tile(arm.title, _value(arm.test, results), _span(arm.test, results), role_of(arm, results))
        for arm in (tuned, challenger)
        if arm is not None and arm.test is not None
    ]
    if deciding is not None:
        points = f"{wording.point_interval(deciding.difference)}, {_compared(deciding)}"
        shown.append(Tile("Difference in points", wording.points(deciding.difference.value), points))
        shown.append(Tile("Held-out rows", wording.count(deciding.rows), _traded(deciding)))
    return shown


def _traded(contrast: Contrast) -> str:
    return f"{wording.count(contrast.won)} won, {wording.count(contrast.lost)} lost"


def _compared(contrast: Contrast) -> str:
    """The p-value as an equation that stays on one line."""
    said = wording.evidence(contrast)
    equation = f"p < {said[1:]}" if said.startswith("<") else f"p = {said}"
    return equation.replace(" ", "\N{NO-BREAK SPACE}")


def arm_rows(results: Results) -> list[ArmRow]:
    """The measured arms as the chart wants them."""
    return [
        ArmRow(arm.title, arm.test.figures[results.deciding_figure], role_of(arm, results))
        for arm in results.arms
        if arm.test is not None and results.deciding_figure in arm.test.figures
    ]


def arm_lines(results: Results) -> dict[str, Any]:
    """The table of arms: its lines, the names of its side figures, and whether cheap arms saw more rows."""
    measured = [arm.test for arm in results.arms if arm.test is not None]
    names = dict.fromkeys(name for one in measured for name in one.figures)
    apart = (results.deciding_figure, CALIBRATION)  # calibration has a section of its own
    side = [name for name in names if name not in apart and not name.startswith("field:")]
    wider = any(arm.whole and arm.test and arm.whole.rows > arm.test.rows for arm in results.arms)
    return {"arms": [_line(arm, results, side) for arm in results.arms], "side_figures": side, "wider": wider}


def _line(arm: ArmResult, results: Results, side: list[str]) -> ArmLine:
    if arm.test is None:
        return ArmLine(arm.title, "", arm.why_not or "not measured")
    of = arm.test
    return ArmLine(
        title=arm.title,
        role=role_of(arm, results),
        value=_value(of, results),
        interval=_span(of, results),
        side={name: wording.figure(name, of.figures[name]) if name in of.figures else wording.DASH for name in side},
        rows=wording.count(of.rows),
        whole=_on_whole(arm.whole, results),
        tokens=wording.tokens_per_call(of.prompt_tokens + of.completion_tokens),
        pace=wording.pace(of.seconds, of.rows),
    )


def _on_whole(whole: Measured | None, results: Results) -> str:
    return f"{_value(whole, results)} of {wording.count(whole.rows)}" if whole else wording.DASH


def role_of(arm: ArmResult, results: Results) -> str:
    """Tuned, challenger or nothing: what decides an arm's colour and mark."""
    if arm.trained:
        return "tuned"
    return "challenger" if arm.name == results.verdict.challenger else ""


def _value(measured: Measured, results: Results) -> str:
    figure = measured.figures.get(results.deciding_figure)
    return wording.percent(figure.value) if figure else wording.DASH


def _span(measured: Measured, results: Results) -> str:
    figure = measured.figures.get(results.deciding_figure)
    return wording.interval(figure) if figure else ""


def contrast_lines(results: Results) -> list[ContrastLine]:
    """The deciding comparison first, then the others."""
    titles = {arm.name: arm.title for arm in results.arms}
    deciding = results.verdict.deciding
    every = ([deciding] if deciding else []) + list(results.verdict.others)
    return [_contrast(contrast, titles, contrast is deciding) for contrast in every]


def _contrast(contrast: Contrast, titles: dict[str, str], deciding: bool) -> ContrastLine:
    pair = f"{titles.get(contrast.arm, contrast.arm)} against {titles.get(contrast.other, contrast.other)}"
    return ContrastLine(
        pair=f"{pair}, by {contrast.test.removeprefix(PAIRED)}" if contrast.test.startswith(PAIRED) else pair,
        deciding=deciding,
        difference=wording.points(contrast.difference.value),
        interval=wording.point_interval(contrast.difference),
        won=wording.count(contrast.won),
        lost=wording.count(contrast.lost),
        p=wording.evidence(contrast),
        test=contrast.test,
    )
