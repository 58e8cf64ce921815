"""Several comparisons at once: p-values adjusted so that all of them together keep one error rate."""

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order (Holm 1979, Scandinavian J. Statistics 6:65).

    The smallest is multiplied by their number, the next by one less, and so on; none may fall below one before it.
    """
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for done, index in enumerate(sorted(range(len(p_values)), key=lambda index: p_values[index])):
        largest = max(largest, min(1.0, (len(p_values) - done) * p_values[index]))
        adjusted[index] = largest
    return adjusted
