"""Costs in plain words. Decides nothing."""

from collections.abc import Iterator, Sequence
from math import floor, log10

from finewright.base.break_even import BreakEven
from finewright.base.costs import ArmCost, EndpointCost, WayCost
from finewright.base.recipe_cost import EXAMPLES_OF, Cost
from finewright.evaluate.cost.calls import ENDPOINT

WAYS = {"none": "no tuning, best prompt", "lora": "an adapter (LoRA)", "full": "all weights"}
"""How the ways are headed."""

_SPOKEN = {"lora": "an adapter", "full": "all weights"}
_MANY = 10**12
_LEAST = 0.0001


def money(value: float, currency: str) -> str:
    """An amount with its currency: cents from 1 on, whole from 1,000 on, below 1 three digits that say something."""
    if value >= 1000:
        return f"{currency} {value:,.0f}"
    if value >= 1:
        return f"{currency} {value:.2f}"
    if value < _LEAST:
        return f"{currency} <{_LEAST}" if value else f"{currency} 0"
    return f"{currency} {value:.{2 - floor(log10(value))}f}"


def sentences(prices: Cost, ways: Sequence[WayCost], endpoints: Sequence[EndpointCost] = ()) -> Iterator[str]:
    """Where the prices come from, when each way to tune that was measured is paid back, and what endpoints cost."""
    if prices.as_of is None:
        yield (
            f"The prices are examples of {EXAMPLES_OF} and nobody's offer: put your own into the recipe's section "
            "`cost`, with `as_of`, or into a file for `finewright cost --prices`."
        )
    else:
        yield f"Prices as of {prices.as_of}."
    without = ways[0].calls
    for way in ways[1:]:
        if way.break_even is not None and without is not None:
            yield _paid_back(way, way.break_even, _lowered(without), prices)
    for endpoint in endpoints:
        yield _asked(endpoint, prices)
        for way in ways[1:]:
            found = endpoint.break_even.get(way.way)
            if found is not None and endpoint.calls != without:
                yield _paid_back(way, found, endpoint.calls.title, prices)


def _asked(endpoint: EndpointCost, prices: Cost) -> str:
    """What an endpoint cost in the run and costs later, or that this cannot be known."""
    calls, currency = endpoint.calls, prices.currency
    if endpoint.spent is None:
        return f"{calls.title} told no tokens, so that what it cost is not known: 0 stands for it among the costs."
    whose = "its own prices" if endpoint.own else "the prices of the section `cost`"
    return (
        f"Asking {calls.title} for {endpoint.rows:,} rows took {money(endpoint.spent, currency)}, at "
        f"{money(endpoint.million_in, currency)} and {money(endpoint.million_out, currency)} for a million tokens read "
        f"and written, {whose}; 1,000 calls cost {money(calls.thousand, currency)}, and {prices.calls_month:,} a month "
        f"{money(calls.month, currency)}."
    )


def _paid_back(way: WayCost, found: BreakEven, without: str, prices: Cost) -> str:
    """When tuning pays against what is asked `without` it, never, or from the first call on."""
    currency = prices.currency
    spent = money(found.asking + found.training, currency)
    calls = (
        f"1,000 calls then cost {money(1000 * found.after, currency)}{_hosted(prices)}, and "
        f"{money(1000 * found.before, currency)} with {without}"
    )
    begun = f"Tuning {_SPOKEN[way.way]} cost {spent}; {calls}"
    if found.calls is None:
        return f"{begun}: it is never paid back by cost alone{_at_volume(way, found, prices)}."
    if found.calls == 0:
        return f"{begun}: it pays from the first call on."
    if found.calls > _MANY:
        return f"{begun}: it is paid back only after more than {_MANY:,} calls."
    counted = f"{found.calls:,} call{'' if found.calls == 1 else 's'}"
    return (
        f"{begun}: it is paid back after {counted}, at {prices.calls_month:,} a month {_months(found.calls, prices)}."
    )


def _hosted(prices: Cost) -> str:
    return f" with its share of the hosting at {prices.calls_month:,} calls a month" if prices.hosting_month else ""


def _at_volume(way: WayCost, found: BreakEven, prices: Cost) -> str:
    """From which volume on hosting is saved, where calls alone are cheaper: hosting_month / (before - tuned call)."""
    saved = found.before - way.calls.call if way.calls else 0.0
    if saved <= 0 or not prices.hosting_month:
        return ""
    volume = prices.hosting_month / saved
    return f"; it could be at more than {floor(volume):,} calls a month" if volume < _MANY else ""


def _months(calls: int, prices: Cost) -> str:
    months = calls / prices.calls_month
    if months < 1:
        return "within the first month"
    said = f"{months:.1f}".removesuffix(".0") if months < 99.5 else f"{months:,.0f}"
    return f"in {said} {'month' if said == '1' else 'months'}"


def _lowered(arm: ArmCost) -> str:
    """An arm in the middle of a sentence; what stands behind an endpoint keeps its name as it is written."""
    return arm.title if arm.name.startswith(ENDPOINT) else f"the {arm.title[:1].lower()}{arm.title[1:]}"
