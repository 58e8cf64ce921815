"""Sampling as one would do it by hand: slow, in plain numbers, a row at a time."""

import math
from collections.abc import Sequence


def distribution(logits: Sequence[float], temperature: float, top_p: float) -> list[float]:
    """The probability of each token: sort, add up, cut at the smallest nucleus, divide."""
    largest = max(logits)
    weights = [math.exp((one - largest) / temperature) for one in logits]
    whole, reached, inside = math.fsum(weights), 0.0, set()
    for token in sorted(range(len(logits)), key=lambda token: (-logits[token], token)):
        inside.add(token)
        reached += weights[token] / whole
        if reached >= top_p:
            break
    kept = math.fsum(weights[token] for token in inside)
    return [weights[token] / kept if token in inside else 0.0 for token in range(len(logits))]


def obvious(logits: Sequence[float], temperature: float, top_p: float, point: float) -> int:
    """The first token, along the vocabulary, by which more than `point` is passed."""
    passed = 0.0
    for token, probability in enumerate(distribution(logits, temperature, top_p)):
        passed += probability
        if passed > point:
            return token
    raise AssertionError("the point lies beyond the whole")
