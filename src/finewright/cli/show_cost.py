"""Costs as a person reads them. Pure: values in, rich renderables out."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from finewright.base.costs import ArmCost, Costs, EndpointCost, Way, WayCost
from finewright.cli.show_machine import duration, size
from finewright.cli.terminal import printable
from finewright.evaluate.cost.words import WAYS, money
from finewright.flows.report.wording import DASH, percent


def cost_parts(found: Costs) -> Iterator[RenderableType]:
    """All that `finewright cost` prints, in order."""
    yield Text()
    yield _arms(found)
    yield Text()
    yield _ways(found)
    if found.endpoints:
        yield Text()
        yield _endpoints(found)
    yield from (Text(f"{WAYS[way.way]}: {way.why_not}.", style="dim") for way in found.ways if way.why_not)
    yield Text()
    yield from cost_lines(found)


def cost_lines(found: Costs | None) -> Iterator[Text]:
    """What the run cost, when tuning is paid back, and where the prices come from: a line each."""
    if found is None:
        return
    spent = found.spent
    told = (
        f"this run took {money(spent.total, found.currency)}: {money(spent.training, found.currency)} for training "
        f"({duration(spent.training_seconds / 60)}), {money(spent.asking, found.currency)} for asking the arms "
        f"({duration(spent.asking_seconds / 60)}), {money(spent.forgetting, found.currency)} for what was forgotten."
    )
    yield Text.assemble(("Cost: ", "bold"), told)
    for sentence in found.sentences:
        yield Text(printable(sentence))


def _arms(found: Costs) -> Table:
    table = Table(title=f"What calls cost ({found.currency})", title_style="bold")
    table.add_column("arm")
    for name in ("right", "tokens in and out", "seconds a call", "1,000 calls", f"{found.calls_month:,} calls a month"):
        table.add_column(name, justify="right")
    for arm in found.arms:
        table.add_row(*_arm(arm, found.currency))
    return table


def _arm(arm: ArmCost, currency: str) -> Iterator[str]:
    yield arm.title
    yield DASH if arm.right is None else percent(arm.right)
    yield f"{arm.prompt_tokens:,.0f} + {arm.completion_tokens:,.0f}" if arm.prompt_tokens else DASH
    yield f"{arm.seconds:.4f}"
    yield money(arm.thousand, currency)
    yield money(arm.month, currency)


def _endpoints(found: Costs) -> Table:
    """What each endpoint takes, and after how many calls tuning is paid back against it."""
    tuned = [way.way for way in found.ways[1:] if any(way.way in one.break_even for one in found.endpoints)]
    table = Table(title="Endpoints", title_style="bold")
    table.add_column("endpoint")
    for name in ("a million tokens in and out", "this run", "1,000 calls", f"{found.calls_month:,} calls a month"):
        table.add_column(name, justify="right")
    for way in tuned:
        table.add_column(f"{WAYS[way]} paid back after", justify="right")
    for one in found.endpoints:
        table.add_row(printable(one.calls.title), *_endpoint(one, found.currency), *(_after(one, way) for way in tuned))
    return table


def _endpoint(one: EndpointCost, currency: str) -> Iterator[str]:
    yield f"{money(one.million_in, currency)} + {money(one.million_out, currency)}"
    yield from (
        DASH if one.spent is None else money(of, currency)
        for of in (one.spent or 0.0, one.calls.thousand, one.calls.month)
    )


def _after(one: EndpointCost, way: Way) -> str:
    found = one.break_even.get(way)
    if found is None:
        return DASH
    return "never" if found.calls is None else f"{found.calls:,} calls"


def _ways(found: Costs) -> Table:
    table = Table(title="No tuning, an adapter, all weights", title_style="bold")
    table.add_column("way")
    for name in ("right", "training", "1,000 calls", "a month", "on disk, beside the base", "memory while learning"):
        table.add_column(name, justify="right")
    for way in found.ways:
        table.add_row(WAYS[way.way], *_way(way, found.currency))
    if found.storage.base_bytes is not None:
        table.caption = f"The base itself takes {size(found.storage.base_bytes)} on disk."
    return table


def _way(way: WayCost, currency: str) -> Iterator[Text]:
    calls = way.calls
    yield Text(DASH if calls is None or calls.right is None else percent(calls.right))
    paid = (way.training, None if calls is None else calls.thousand, None if calls is None else calls.month)
    yield from (Text(DASH if of is None else money(of, currency)) for of in paid)
    yield from (Text(DASH if of is None else size(of)) for of in (way.stored_bytes, way.memory_bytes))
