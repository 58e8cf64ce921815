"""Costs in plain words. Decides nothing."""

from collections.abc import Iterator, Sequence
from math import floor, log10

from finewright.base.costs import WayCost
from finewright.base.recipe_cost import EXAMPLES_OF, Cost

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


def sentences(prices: Cost, ways: Sequence[WayCost]) -> Iterator[str]:
    """Where the prices come from, and for each way to tune that was measured when it is paid back."""
    if prices.as_of is None:
        yield (
            f"The prices are examples of {EXAMPLES_OF} and nobody's offer: put your own into the recipe's section "
            "`cost`, with `as_of`, or into a file for `finewright cost --prices`."
        )
    else:
        yield f"Prices as of {prices.as_of}."
    without = ways[0].calls
    yield from (_paid_back(way, without.title, prices) for way in ways[1:] if way.break_even and without)


def _paid_back(way: WayCost, prompt: str, prices: Cost) -> str:
    """When tuning pays, never, or from the first call on."""
    assert way.break_even is not None
    found, currency = way.break_even, prices.currency
    spent = money(found.asking + found.training, currency)
    calls = (
        f"1,000 calls then cost {money(1000 * found.after, currency)}{_hosted(prices)}, and "
        f"{money(1000 * found.before, currency)} with the {_lowered(prompt)}"
    )
    begun = f"Tuning {_SPOKEN[way.way]} cost {spent}; {calls}"
    if found.calls is None:
        return f"{begun}: it is never paid back by cost alone{_at_volume(way, prices)}."
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


def _at_volume(way: WayCost, prices: Cost) -> str:
    """From which volume on hosting is saved, where calls alone are cheaper: hosting_month / (before - tuned call)."""
    assert way.break_even is not None
    saved = way.break_even.before - way.calls.call if way.calls else 0.0
    if saved <= 0 or not prices.hosting_month:
        return ""
    volume = prices.hosting_month / saved
    return f"; it could be at more than {floor(volume):,} calls a month" if volume < _MANY else ""


def _months(calls: int, prices: Cost) -> str:
    months = calls / prices.calls_month
    if months < 1:
        return "within the first month"
    return f"in {months:.1f} months" if months < 100 else f"in {months:,.0f} months"


def _lowered(title: str) -> str:
    return title[:1].lower() + title[1:]
