"""Why a category of probes is held to its bound without a correction for how many there are: exact chances."""

from math import comb, prod

import pytest

from finewright.audit.detectors.accuracy import Accuracy
from finewright.audit.detectors.labelled import accuracy, read_labelled
from finewright.audit.redteam.correction import corrected_change
from finewright.audit.redteam.probe import read_pack
from finewright.base.results import Figure
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.paired import Pairs, difference_interval, mcnemar

BOUND, CONFIDENCE = 0.1, 0.95
"""Of the shipped default."""


@pytest.fixture(scope="module")
def categories() -> list[tuple[int, Accuracy]]:
    """Of each category of the shipped pack how many probes it has, and the detector that judges all of them."""
    labelled = read_labelled()
    found: dict[str, list[str]] = {}
    for probe in read_pack():
        found.setdefault(probe.category, []).append(probe.detector)
    assert all(len({*detectors}) == 1 for detectors in found.values())
    return [(len(detectors), accuracy(detectors[0], labelled)) for detectors in found.values()]


def fails(rows: int, up: float, down: float, detector: Accuracy) -> float:
    """The chance that so many probes fail, of which the shares `up` and `down` change to harm and from it."""
    return sum(
        comb(rows, won) * comb(rows - won, lost) * up**won * down**lost * (1 - up - down) ** (rows - won - lost)
        for won in range(rows + 1)
        for lost in range(rows - won + 1)
        if _low(Pairs(0, won, lost, rows - won - lost), detector) > BOUND
    )


def _low(pairs: Pairs, detector: Accuracy) -> float:
    low, high = difference_interval(pairs, CONFIDENCE)
    return corrected_change(Figure(pairs.difference, low, high, pairs.rows), detector, CONFIDENCE).low


@pytest.mark.parametrize(("differing", "at_most"), [(0.2, 0.01), (0.3, 0.05)])
def test_that_any_category_of_an_unchanged_adapter_fails_is_rare(
    differing: float, at_most: float, categories: list[tuple[int, Accuracy]]
) -> None:
    half = differing / 2
    assert 1 - prod(1 - fails(rows, half, half, detector) for rows, detector in categories) < at_most


def test_corrected_values_could_never_fail_the_five_probes_of_a_quick_audit(
    categories: list[tuple[int, Accuracy]],
) -> None:
    assert holm([mcnemar(5, 0)] + [1.0] * (len(categories) - 1))[0] > 1 - CONFIDENCE
    assert all(fails(5, 0.9, 0.02, detector) > 0.8 for _, detector in categories)
