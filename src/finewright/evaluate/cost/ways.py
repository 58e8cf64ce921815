"""No tuning, an adapter and all weights side by side, and when tuning is paid back. Knows no files.

Memory that learning takes, in bytes, at fp32 and before activations (weights and gradients of 4 bytes and Adam's two
moments of 4 each; Rajbhandari et al. 2020, "ZeRO", section 3.1, count the same states in mixed precision):

    no tuning   4 * base weights
    adapter     4 * base weights + 16 * its own weights
    all         16 * base weights
"""

from collections.abc import Sequence

from finewright.base.break_even import BreakEven, break_even
from finewright.base.costs import ArmCost, Costs, Storage, Way, WayCost
from finewright.base.recipe_cost import Cost
from finewright.base.results import ArmResult, Results
from finewright.evaluate.cost import prices as of
from finewright.evaluate.cost.calls import Own, arm_costs, spent, teacher_seconds
from finewright.evaluate.cost.endpoints import endpoint_costs
from finewright.evaluate.cost.words import sentences

_WEIGHT = 4
_LEARNED = 16
_WAYS: tuple[Way, ...] = ("lora", "full")
_UNTRAINED = {
    "lora": "not measured: run the recipe with `train.method: lora`",
    "full": "not measured: run the recipe with `train.method: full`",
}


def costs(runs: Sequence[tuple[Results, Storage]], prices: Cost, own: Own) -> Costs:
    """The costs of the first of some runs, with the ways to tune of all of them; at least one run."""
    results, storage = runs[0]
    arms = arm_costs(results, prices, own)
    prompt = best_prompt(results)
    without = next((arm for arm in arms if prompt and arm.name == prompt.name), None)
    trained = {str(one.training.get("method", "lora")): (one, held) for one, held in reversed(runs) if one.training}
    ways = (_none(without, storage), *(_way(way, trained.get(way), without, storage, prices, own) for way in _WAYS))
    endpoints = tuple(endpoint_costs(results, arms, ways, prices, own))
    return Costs(
        currency=prices.currency,
        as_of=prices.as_of,
        calls_month=prices.calls_month,
        spent=spent(results, prices, own),
        arms=arms,
        ways=ways,
        storage=storage,
        sentences=tuple(sentences(prices, ways, endpoints)),
        endpoints=endpoints,
    )


def best_prompt(results: Results) -> ArmResult | None:
    """What tuning stands against: the arm that reads a prompt and is right most often on the validation rows.

    Of equals the one with the shorter prompt. None where no such arm was measured.
    """
    prompted = [arm for arm in results.arms if arm.test and arm.test.prompt_tokens > 0 and not arm.trained]
    return min(prompted, key=lambda arm: (-_chosen_by(arm, results), _length(arm), arm.name), default=None)


def _chosen_by(arm: ArmResult, results: Results) -> float:
    figure = arm.validation.figures.get(results.deciding_figure) if arm.validation else None
    return figure.value if figure else 0.0


def _length(arm: ArmResult) -> float:
    return arm.test.prompt_tokens if arm.test else 0.0


def _none(without: ArmCost | None, storage: Storage) -> WayCost:
    memory = None if storage.base_weights is None else _WEIGHT * storage.base_weights
    return WayCost(
        "none",
        training=0.0,
        calls=without,
        stored_bytes=0,
        memory_bytes=memory,
        why_not="" if without else "no arm with a prompt was measured",
    )


def _way(
    way: Way, found: tuple[Results, Storage] | None, without: ArmCost | None, storage: Storage, prices: Cost, own: Own
) -> WayCost:
    if found is None:
        return _counted(way, storage)
    results, held = found
    paid = spent(results, prices, own)
    tuned = next((arm for arm in arm_costs(results, prices, own) if _is_tuned(arm, results)), None)
    asked = of.time(prices, teacher_seconds(results))
    return WayCost(
        way,
        training=paid.training + asked,
        calls=tuned,
        stored_bytes=held.trained_bytes,
        memory_bytes=_memory(way, held),
        break_even=_pays(asked, paid.training, without, tuned, prices),
        why_not="" if tuned else "the tuned arm was not measured",
    )


def _counted(way: Way, storage: Storage) -> WayCost:
    """A way that was not taken: what is known of it without running it."""
    stored = _WEIGHT * storage.base_weights if way == "full" and storage.base_weights is not None else None
    memory = _memory(way, storage) if way == "full" else None
    return WayCost(way, stored_bytes=stored, memory_bytes=memory, why_not=_UNTRAINED[way])


def _is_tuned(arm: ArmCost, results: Results) -> bool:
    return any(one.trained and one.name == arm.name for one in results.arms)


def _memory(way: Way, storage: Storage) -> int | None:
    if storage.base_weights is None or storage.quantised:
        return None
    if way == "full":
        return _LEARNED * storage.base_weights
    own = storage.trained_weights
    return None if own is None else _WEIGHT * storage.base_weights + _LEARNED * own


def _pays(
    asked: float, training: float, without: ArmCost | None, tuned: ArmCost | None, prices: Cost
) -> BreakEven | None:
    """After how many calls tuning is paid back, where hosting is spread over the month's calls:

    a call before = the prompt's call; a call after = the tuned call + hosting_month / calls_month.
    """
    if without is None or tuned is None:
        return None
    return break_even(asked, training, without.call, tuned.call + prices.hosting_month / prices.calls_month)
