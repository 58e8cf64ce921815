"""What a sweep came to in plain words: the best combination, whether its lead is real, what to do. Decides nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.recipe_keys import KEYS
from finewright.evaluate.statistics.seeds import Spread
from finewright.evaluate.trials import Combination, Lead
from finewright.evaluate.words import percent, points


def named(values: Mapping[str, Any]) -> str:
    """A combination as a person says it: learning rate 0.0005, rank 16."""
    return ", ".join(f"{key_name(key)} {value_name(value)}" for key, value in values.items())


def key_name(key: str) -> str:
    """A dotted key by its last word, and the word above it where several keys end alike: learning rate."""
    *above, last = key.split(".")
    alike = {path[:-1] for path in KEYS if path[-1] == last and path[0] == key.split(".")[0]}
    words = [above[-1], last] if len(alike) > 1 and above[-1] not in ("train", "lora") else [last]
    return " ".join(words).replace("_", " ")


def value_name(value: Any) -> str:
    """A value without float noise; null as none, a list by its members."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case list():
            return " and ".join(map(value_name, value)) or "none"
        case dict():
            return " and ".join(f"{key} {value_name(held)}" for key, held in value.items()) or "none"
        case _:
            return str(value)


def share(of: Spread) -> str:
    """A share over seeds with its standard deviation in points: 91.2% ± 0.8."""
    return percent(of.mean) + ("" if of.deviation is None else f" ± {100 * of.deviation:.1f}")


def loss(of: Spread) -> str:
    """A loss over seeds with its standard deviation."""
    return f"{of.mean:.3f}" + ("" if of.deviation is None else f" ± {of.deviation:.3f}")


def sentence(ranked: Sequence[Combination], confidence: float) -> str:
    """The best combination and what its lead is worth."""
    best, *others = ranked
    rows, seeds = f"{len(best.trials[0].correct):,} rows", f"mean and standard deviation over {len(best.trials)} seeds"
    said = f"Best on validation: {named(best.values)}, with {share(best.figure)} of {rows} right ({seeds})."
    if not others or others[0].behind is None:
        return f"{said} No other combination was tried."
    return f"{said} Its lead over the second, {named(others[0].values)}, is {_lead(others[0].behind, confidence)}."


def advice(ranked: Sequence[Combination]) -> str:
    """What else would do as well, how far the figure can be trusted, and what to do next."""
    best, *others = ranked
    alike = [one for one in others if one.behind and one.behind.alike]
    parts = []
    if alike:
        parts.append(
            f"{len(alike)} of {len(others)} others cannot be told apart from it, neither by answers nor by loss."
        )
        cheapest = min(alike, key=lambda one: (one.weights, one.seconds))
        if cheapest.weights < best.weights:
            parts.append(f"The smallest of them is {named(cheapest.values)}, with {cheapest.weights:,} weights.")
    if others:
        parts.append("Chosen as the best of several on these very rows, it looks better here than it is.")
    parts.append("The test rows, which no trial has seen, tell: finewright run best.yaml.")
    return " ".join(parts)


def _lead(lead: Lead, confidence: float) -> str:
    level = f"{100 * confidence:g}% intervals"
    if not lead.by:
        low, high = lead.losses
        return f"nil; its loss is {lead.nats:.3f} lower ({level[:-1]} {low:.3f} to {high:.3f} by seed)"
    worth = "more than seeds and rows make by chance" if lead.certain else "no more than noise"
    seeds, rows = (f"{points(low)} to {points(high)}" for low, high in (lead.seeds, lead.rows))
    return f"{points(lead.by)} points, {worth} ({level}: {seeds} by seed, {rows} by row)"
