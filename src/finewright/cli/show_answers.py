"""What the answers of a run allow: how many need no review, and which were cut. Pure: results in, renderables out."""

from collections.abc import Iterator

from rich.text import Text

from finewright.base.results import Results


def automation_lines(results: Results) -> Iterator[Text]:
    """One sentence for each arm that gives its answers a probability, where the recipe names an error."""
    for arm in results.arms:
        if arm.automation is not None:
            style = "green" if arm.automation.threshold is not None else "yellow"
            yield Text.assemble((f"No review, {arm.title}: ", "bold"), (arm.automation.sentence, style))


def cut_lines(results: Results) -> Iterator[Text]:
    """How many answers of each arm were cut at the longest length, where any was."""
    for arm in results.arms:
        if arm.test is not None and arm.test.cut:
            said = f"{arm.title}: {arm.test.cut:,} of {arm.test.rows:,} answers were cut at the longest length."
            yield Text(said, style="yellow")
