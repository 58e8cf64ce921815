"""What the answers of a run allow: how sure to be of them, how many need no review, which were cut.

Pure: results in, renderables out.
"""

from collections.abc import Iterator

from rich.text import Text

from finewright.base.results import Results
from finewright.cli.figures import share
from finewright.evaluate.measure import CALIBRATION


def automation_lines(results: Results) -> Iterator[Text]:
    """One sentence for each arm that gives its answers a probability, where the recipe names an error."""
    for arm in results.arms:
        if arm.automation is not None:
            style = "green" if arm.automation.threshold is not None else "yellow"
            yield Text.assemble((f"No review, {arm.title}: ", "bold"), (arm.automation.sentence, style))


def calibration_lines(results: Results) -> Iterator[Text]:
    """How far each arm's probabilities lie from the share that is right, on one line."""
    told = [
        f"{arm.title} {share(arm.test.figures[CALIBRATION])}"
        for arm in results.arms
        if arm.test is not None and CALIBRATION in arm.test.figures
    ]
    if told:
        yield Text.assemble(("Calibration error: ", "bold"), "; ".join(told))


def cut_lines(results: Results) -> Iterator[Text]:
    """How many answers of each arm were cut at the longest length, where any was."""
    for arm in results.arms:
        if arm.test is not None and arm.test.cut:
            said = f"{arm.title}: {arm.test.cut:,} of {arm.test.rows:,} answers were cut at the longest length."
            yield Text(said, style="yellow")
