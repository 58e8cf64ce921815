"""What endpoints cost: in the run, for later calls, and against tuning. Knows no files and no network."""

from collections.abc import Iterator, Sequence

from finewright.base.break_even import break_even
from finewright.base.costs import ArmCost, EndpointCost, WayCost
from finewright.base.recipe_cost import Cost
from finewright.base.results import ArmResult, Results
from finewright.evaluate.cost.calls import ENDPOINT, Own, answers_of, call, tokens_of


def endpoint_costs(
    results: Results, arms: Sequence[ArmCost], ways: Sequence[WayCost], prices: Cost, own: Own
) -> Iterator[EndpointCost]:
    """Every endpoint that was asked, with tuning against it by each of `ways` that was measured.

    One that tells no tokens has nothing that a price could be put to: what it cost is None.
    """
    calls = {one.name: one for one in arms}
    for arm in results.arms:
        if arm.name.startswith(ENDPOINT) and arm.name in calls:
            yield _endpoint(arm, calls[arm.name], ways, prices, own)


def _endpoint(arm: ArmResult, calls: ArmCost, ways: Sequence[WayCost], prices: Cost, own: Own) -> EndpointCost:
    into, out = tokens_of(arm.name, prices, own)
    asked = list(answers_of(arm))
    told = all(one.prompt_tokens > 0 for one in asked)
    paid = sum(one.rows * call(arm, one, prices, own) for one in asked)
    return EndpointCost(
        calls=calls,
        million_in=into,
        million_out=out,
        own=arm.name in own,
        rows=sum(one.rows for one in asked),
        spent=paid if told else None,
        # What was paid once, and a tuned call with its hosting, are the same whatever tuning is held against.
        break_even={
            way.way: break_even(way.break_even.asking, way.break_even.training, calls.call, way.break_even.after)
            for way in ways
            if told and way.break_even is not None
        },
    )
