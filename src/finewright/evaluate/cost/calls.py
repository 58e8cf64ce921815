"""What calls of each arm cost, and what the run took: from what was measured. Knows no files.

A call is paid by the machine's time, or by the token where the recipe says so and the arm reads tokens; an endpoint is
always paid by the token, and a classifier by time.
"""

from collections.abc import Iterator, Mapping

from finewright.base.costs import ArmCost, Spent
from finewright.base.recipe_cost import Cost
from finewright.base.results import ArmResult, Measured, Results
from finewright.evaluate.cost import prices as of

ENDPOINT = "endpoint-"
"""What the names of arms begin with that others answer for."""

Own = Mapping[str, tuple[float, float]]
"""Prices of a million prompt and answer tokens by arm, of endpoints that have prices of their own."""


def arm_costs(results: Results, prices: Cost, own: Own) -> tuple[ArmCost, ...]:
    """Every measured arm's cost of a call, of a thousand and of a month, on the test rows."""
    return tuple(
        _arm(arm, measured, results.deciding_figure, prices, own)
        for arm in results.arms
        if (measured := arm.test or arm.whole) is not None
    )


def spent(results: Results, prices: Cost, own: Own) -> Spent:
    """What the run itself took: time of the machine, and the tokens of endpoints, however calls are paid later.

    The base's figures on general questions are kept for later runs and not counted.
    """
    training = float(results.training.get("seconds", 0.0))
    teacher = teacher_seconds(results)
    general = results.forgetting.seconds if results.forgetting else 0.0
    here = prices.model_copy(update={"billing": "machine"})
    answers = [(arm, one) for arm in results.arms for one in answers_of(arm)]
    return Spent(
        training_seconds=training,
        asking_seconds=teacher + sum(one.seconds for _, one in answers),
        forgetting_seconds=general,
        training=of.time(prices, training),
        asking=of.time(prices, teacher) + sum(one.rows * call(arm, one, here, own) for arm, one in answers),
        forgetting=of.time(prices, general),
    )


def teacher_seconds(results: Results) -> float:
    """Wall seconds that asking a teacher took, where a prompt was baked in."""
    told = results.distillation.seconds if results.distillation else None
    return told.asking if told else 0.0


def call(arm: ArmResult, measured: Measured, prices: Cost, own: Own) -> float:
    """Money for one call: its mean seconds at the machine's price, or its mean tokens at theirs."""
    if by_token(arm.name, measured, prices):
        into, out = tokens_of(arm.name, prices, own)
        at = prices.model_copy(update={"million_in": into, "million_out": out})
        return of.tokens(at, measured.prompt_tokens, measured.completion_tokens)
    return of.time(prices, measured.seconds / measured.rows)


def by_token(name: str, measured: Measured, prices: Cost) -> bool:
    """Whether an arm's calls are paid by the token."""
    return name.startswith(ENDPOINT) or (prices.billing == "tokens" and measured.prompt_tokens > 0)


def tokens_of(name: str, prices: Cost, own: Own) -> tuple[float, float]:
    """The price of a million tokens that an arm reads, and of those that it writes: its own, or the table's."""
    return own.get(name, (prices.million_in, prices.million_out))


def answers_of(arm: ArmResult) -> Iterator[Measured]:
    """All that a run asked of an arm."""
    yield from (one for one in (arm.validation, arm.test, arm.whole) if one is not None)


def _arm(arm: ArmResult, measured: Measured, figure: str, prices: Cost, own: Own) -> ArmCost:
    price = call(arm, measured, prices, own)
    right = measured.figures.get(figure)
    return ArmCost(
        name=arm.name,
        title=arm.title,
        right=right.value if right else None,
        prompt_tokens=measured.prompt_tokens,
        completion_tokens=measured.completion_tokens,
        seconds=measured.seconds / measured.rows,
        call=price,
        thousand=1000 * price,
        month=of.month(prices, price, trained=arm.trained),
    )
