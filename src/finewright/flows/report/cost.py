"""What the run and its calls cost, in words and figures. Knows no prices and no models."""

from typing import Any

from finewright.base.costs import ArmCost, Costs, WayCost
from finewright.evaluate.cost.words import WAYS, money
from finewright.flows.report.wording import DASH, count, duration, percent, size


def cost_section(found: Costs | None) -> dict[str, Any] | None:
    """What the section shows: sentences, a row an arm, a row a way to tune; None where costs are not known."""
    if found is None:
        return None
    return {
        "said": [_spent(found), *found.sentences],
        "month": f"{count(found.calls_month)} calls a month",
        "arms": [_arm(arm, found.currency) for arm in found.arms],
        "ways": [_way(way, found.currency) for way in found.ways],
        "base": "" if found.storage.base_bytes is None else f"The base takes {size(found.storage.base_bytes)} on disk.",
    }


def _spent(found: Costs) -> str:
    spent, currency = found.spent, found.currency
    return (
        f"This run took {money(spent.total, currency)}: {money(spent.training, currency)} for training "
        f"({duration(spent.training_seconds)}), {money(spent.asking, currency)} for asking every arm "
        f"({duration(spent.asking_seconds)}) and {money(spent.forgetting, currency)} for what was forgotten "
        f"({duration(spent.forgetting_seconds)})."
    )


def _arm(arm: ArmCost, currency: str) -> tuple[str, str, str, str, str]:
    """Title, tokens, seconds of a call, money for a thousand and for a month."""
    tokens = f"{count(arm.prompt_tokens)} + {count(arm.completion_tokens)}" if arm.prompt_tokens else DASH
    return arm.title, tokens, f"{1000 * arm.seconds:,.1f} ms", money(arm.thousand, currency), money(arm.month, currency)


def _way(way: WayCost, currency: str) -> dict[str, Any]:
    calls = way.calls
    return {
        "name": WAYS[way.way],
        "why_not": way.why_not,
        "right": percent(calls.right) if calls and calls.right is not None else DASH,
        "training": DASH if way.training is None else money(way.training, currency),
        "thousand": money(calls.thousand, currency) if calls else DASH,
        "disk": DASH if way.stored_bytes is None else size(way.stored_bytes),
        "memory": DASH if way.memory_bytes is None else size(way.memory_bytes),
    }
