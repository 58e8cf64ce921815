"""What a report says of several attacks: the strongest counts, and its interval is one of all of them."""

import numpy as np

from finewright.audit.membership.findings import Separated, limits, separated, table
from finewright.audit.membership.low_rate import found_at
from finewright.audit.membership.separation import areas
from finewright.base.results import Figure


def scored(shifts: dict[str, float], members: int = 150, hold_outs: int = 120, seed: int = 0):
    chance = np.random.default_rng(seed)
    return (
        {name: chance.standard_normal(members) + shift for name, shift in shifts.items()},
        {name: chance.standard_normal(hold_outs) for name in shifts},
    )


def test_the_strongest_attack_counts_with_the_interval_of_all_of_them() -> None:
    first, others = scored({"weak": 0.1, "strong": 1.6, "middle": 0.8})
    found = separated(first, others, 0.95)
    assert (found.strongest, found.finds_most) == ("strong", "strong")
    alone = areas(first["strong"][None], others["strong"][None]).figure(0, 1.96)
    assert found.auc["strong"].low < alone.low < alone.high < found.auc["strong"].high
    assert found.tpr["strong"].low < found_at(first["strong"], others["strong"], 0.95).low
    assert [row["attack"] for row in table(found)] == ["strong", "middle", "weak"]


def test_what_the_rows_could_show_is_told() -> None:
    found = separated(*scored({"one": 0.0}), 0.95)
    assert 0.5 < found.least_auc < 0.65
    assert 0.01 < found.least_tpr < 0.2
    said = limits(150, 120, found)
    assert "150 members and 120 hold-outs" in said
    assert said.endswith("at most 1 false positive.")
    assert separated(*scored({"one": 0.0}, 30, 20), 0.95).least_auc > found.least_auc


def test_the_upper_end_is_that_of_whichever_attack_may_reach_farthest() -> None:
    steady, wide = Figure(0.60, 0.57, 0.63, 300), Figure(0.61, 0.50, 0.72, 300)
    found = Separated({"steady": steady, "wide": wide}, {"steady": wide, "wide": steady}, 0.6, 0.1)
    assert (found.strongest, found.finds_most) == ("steady", "wide")
    assert found.best_auc == found.best_tpr == Figure(0.60, 0.57, 0.72, 300)
