"""Preferences and rules in the terminal: every figure in its place, and nothing where nothing was measured."""

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console, RenderableType

from finewright.base.results import Compliance, Contrast, Figure, PairFigures, Preferences, Results, Verdict
from finewright.cli.show import outcome_parts
from finewright.cli.show_preferences import compliance_lines, preferences_table
from finewright.flows.run import RunOutcome

ROWS = 120


def figure(value: float) -> Figure:
    return Figure(value, value - 0.05, value + 0.02, ROWS)


FOUND = Preferences(
    rows=ROWS,
    before=figure(0.5),
    after=figure(0.7),
    token_before=figure(0.52),
    token_after=figure(0.74),
    moved=figure(0.8),
    difference=figure(0.2),
    p=0.001,
    margin=1.0,
)
CHANGE = Contrast("after", "before", ROWS, figure(0.4), 50, 2, 0.0001, None, "exact McNemar")
KEPT = Compliance(figure(0.3), figure(0.7), CHANGE, "better", "Rules are kept more often.", drafts=figure(0.2))


def results(**found: object) -> Results:
    verdict = Verdict("better", "It tells them better.", "Read some answers.")
    return Results("edits", "ab12", "preferences", "preferences", (), verdict, **found)  # type: ignore[arg-type]


def text_of(parts: Iterable[RenderableType]) -> str:
    console = Console(width=160, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


def cells(table: str, name: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if name in line]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_table_has_before_and_after_by_each_likelihood() -> None:
    table = text_of([preferences_table(results(preferences=FOUND))])
    assert "edits: held-out preferences" in table
    assert cells(table, "of the answer")[1:] == ["50.0% (45.0 to 52.0)", "70.0% (65.0 to 72.0)", "120"]
    assert cells(table, "mean token")[1:] == ["52.0% (47.0 to 54.0)", "74.0% (69.0 to 76.0)", "120"]
    assert cells(table, "training made it")[1:] == ["", "80.0% (75.0 to 82.0)", "120"]
    assert "reward model" not in table
    reward = PairFigures(40, figure(0.6), 0, 1.0, 0.5, 1.0, 0.1, 0.1)
    table = text_of([preferences_table(results(preferences=FOUND, reward=reward))])
    assert cells(table, "reward model")[1:] == ["", "60.0% (55.0 to 62.0)", "40"]


def test_rules_are_said_with_what_people_wrote() -> None:
    first, second = (line.plain for line in compliance_lines(KEPT))
    assert first == "Team's rules: better. Rules are kept more often."
    assert second == "For comparison, every rule is kept by: drafts by people 20.0% (15.0 to 22.0)"
    alone = Compliance(figure(0.3), figure(0.7), CHANGE, "no better", "Rules are not kept more often.")
    assert len(list(compliance_lines(alone))) == 1
    assert list(compliance_lines(None)) == []


def test_a_run_on_preferences_ends_in_its_table_verdict_and_rules(tmp_path: Path) -> None:
    said = text_of(outcome_parts(RunOutcome(results(preferences=FOUND, compliance=KEPT), tmp_path, "new", [])))
    places = [said.index(part) for part in ("held-out preferences", "Verdict:", "Team's rules:", "Report")]
    assert places == sorted(places)
    assert "Team's rules" not in text_of(outcome_parts(RunOutcome(results(preferences=FOUND), tmp_path, "new", [])))
