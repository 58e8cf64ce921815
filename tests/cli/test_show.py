"""The end of a run as text: every figure where it belongs, the user's data as it is."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from finewright.base.results import ArmResult, Figure, Measured, Results, Verdict
from finewright.cli.show import arms_table, clipped, example_parts, outcome_parts, pace, path_lines, verdict_lines
from finewright.cli.show_answers import calibration_lines
from finewright.flows.run import BeforeAfter, RunOutcome

VERDICT = Verdict("better", "Fine-tuning is better.", "Use the adapter.", challenger="few_shot")


def text_of(parts: Iterable[RenderableType], *, colour: bool = False) -> str:
    console = Console(width=140, force_terminal=colour, color_system="standard" if colour else None, highlight=False)
    with console.capture() as captured:
        for part in parts:
            console.print(part)
    return captured.get()


def measured(value: float, rows: int = 100, seconds: float = 25.0) -> Measured:
    figure = Figure(value, value - 0.05, value + 0.02, rows)
    return Measured(rows, {"accuracy": figure}, {}, seconds, prompt_tokens=1200.4, completion_tokens=10.0)


def results(*arms: ArmResult) -> Results:
    return Results("tickets", "ab12", "classes", "accuracy", arms, VERDICT)


def row_of(table: str, arm: str) -> str:
    (line,) = [line for line in table.splitlines() if arm in line]
    return line


def test_a_row_says_figure_interval_rows_tokens_and_pace() -> None:
    table = text_of([arms_table(results(ArmResult("tuned", "Fine-tuned", trained=True, test=measured(0.9))))])
    cells = [cell.strip() for cell in row_of(table, "Fine-tuned").strip("│").split("│")]
    assert cells == ["Fine-tuned", "90.0% (85.0 to 92.0)", "100", "1,210", "25.0"]
    assert "tickets" in table


def test_an_arm_left_out_says_why() -> None:
    table = text_of([arms_table(results(ArmResult("tfidf", "TF-IDF", why_not="answers are free text")))])
    assert "answers are free text" in row_of(table, "TF-IDF")


def test_figures_on_more_rows_have_their_own_column() -> None:
    cheap = ArmResult("tfidf", "TF-IDF", test=measured(0.8), whole=measured(0.82, rows=3000))
    dear = ArmResult("tuned", "Fine-tuned", test=measured(0.9))
    table = text_of([arms_table(results(cheap, dear))])
    assert "82.0% (77.0 to 84.0) of 3,000" in row_of(table, "TF-IDF")
    assert "3,000" not in row_of(table, "Fine-tuned")
    assert "all test rows" not in text_of([arms_table(results(dear))])


def test_pace_of_instant_arms_is_not_zero() -> None:
    assert pace(measured(0.5, seconds=0.001)) == "<0.1"


@pytest.mark.parametrize(("outcome", "colour"), [("better", "32"), ("no better", "31"), ("cannot tell", "33")])
def test_verdict_has_its_colour_only_on_terminals(outcome: str, colour: str) -> None:
    verdict = replace(VERDICT, outcome=outcome)
    assert f"\x1b[1;{colour}mFine-tuning is better." in text_of(verdict_lines(verdict), colour=True)
    assert text_of(verdict_lines(verdict)) == "\nVerdict: Fine-tuning is better.\nNext: Use the adapter.\n"


def test_examples_show_data_as_it_is() -> None:
    said = text_of(example_parts([BeforeAfter("pay [red]now[/red]\n\x1b[2J", "A", "B", "A")]))
    assert "pay [red]now[/red] \N{REPLACEMENT CHARACTER}[2J" in said
    assert [line.split() for line in said.splitlines()[-3:]] == [["wanted", "A"], ["before", "B"], ["after", "A"]]


def test_long_texts_lose_their_middle() -> None:
    shown = clipped("start " + "x" * 2000 + " end").plain
    assert len(shown) < 450
    assert shown.startswith("start")
    assert shown.endswith("end")


def test_paths_name_only_what_is_there(tmp_path: Path) -> None:
    assert "Adapter" not in text_of(path_lines(tmp_path, "new"))
    (tmp_path / "adapter").mkdir()
    assert "Adapter" in text_of(path_lines(tmp_path, "new"))
    assert "nothing was computed anew" in text_of(path_lines(tmp_path, "shown"))


def test_outcome_comes_in_order(tmp_path: Path) -> None:
    outcome = RunOutcome(
        results(ArmResult("tuned", "Fine-tuned", test=measured(0.9))),
        tmp_path,
        "new",
        [BeforeAfter("t", "w", "b", "a")],
    )
    said = text_of(outcome_parts(outcome))
    places = [said.index(part) for part in ("Fine-tuned", "Verdict:", "Example 1", "Report")]
    assert places == sorted(places)


def test_calibration_is_told_of_the_arms_that_have_it_and_not_at_all_without() -> None:
    sure = measured(0.9)
    sure.figures["calibration_error"] = Figure(0.123, 0.0, 0.2, 100)
    arms = ArmResult("tuned", "Fine-tuned", test=sure), ArmResult("few_shot", "Few-shot", test=measured(0.8))
    assert text_of(calibration_lines(results(*arms))) == "Calibration error: Fine-tuned 12.3% (0.0 to 20.0)\n"
    assert not list(calibration_lines(results(arms[1])))
