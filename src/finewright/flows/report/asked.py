"""What there is to know of arms that asked a model: answers that were none of the labels, money, data sent away."""

from collections.abc import Iterator

from finewright.base.results import ArmResult, Results
from finewright.flows.report.wording import count


def asked_lines(results: Results) -> list[str]:
    """A sentence each, in the order of the arms; nothing where there is nothing to tell."""
    return [line for arm in results.arms for line in _lines(arm)]


def _lines(arm: ArmResult) -> Iterator[str]:
    if arm.test is None:
        return
    if arm.sent_to is not None:
        yield f"{arm.title}: data left this machine. Its rows were sent to {arm.sent_to}."
    if arm.test.unmatched:
        rows = f"{count(arm.test.unmatched)} of {count(arm.test.rows)}"
        yield f"{arm.title}: {rows} answers were none of the labels and count as wrong."
    if arm.test.cost is not None:
        spent = arm.test.cost + (arm.validation.cost or 0.0 if arm.validation else 0.0)
        each = 1000 * arm.test.cost / arm.test.rows
        yield (
            f"{arm.title}: at the recipe's prices its answers cost {_money(spent)}, validation rows among them, and a "
            f"thousand such rows cost {_money(each)}."
        )


def _money(amount: float) -> str:
    """An amount in the recipe's currency: cents, or two digits of less than that."""
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.2g}"
