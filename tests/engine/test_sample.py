"""Sampling held against a slow and obvious sampler, and against exact probabilities."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest

from finewright.base.errors import FinewrightError
from finewright.base.order import unit
from finewright.engine import sample as module
from finewright.engine.draw import Draw, Sampling
from finewright.engine.sample import sample
from support.sampler import distribution, obvious


def drawn(logits: torch.Tensor, **draw: float) -> int:
    return sample(logits[None], [Draw(**{"temperature": 1.0, "top_p": 1.0, "point": 0.5} | draw)])[0]


@given(
    st.lists(st.integers(-40, 40), min_size=1, max_size=700),
    st.sampled_from([0.05, 0.5, 1.0, 1.7, 20.0]),
    st.sampled_from([1.0, 0.9000031, 0.6300031, 0.3700031, 0.1100031, 1e-9]),
    st.integers(0, 10_000),
)
def test_a_token_is_what_the_obvious_sampler_takes(eighths, temperature, top_p, seed):
    """Equal logits are common here, and so are more tokens than are looked at first; no share is that of a few equals,
    for rounding decides such a cut."""
    logits = [one / 8 for one in eighths]
    draw = Draw(temperature, top_p, unit(seed))
    assert sample(torch.tensor([logits]), [draw]) == [obvious(logits, temperature, top_p, draw.point)]


@pytest.mark.parametrize("width", [1, 255, 256, 257, 5000])
def test_rows_of_all_kinds_side_by_side(width):
    noise = torch.Generator().manual_seed(width)
    logits = torch.randn(40, width, generator=noise) * torch.linspace(0.1, 6, 40)[:, None]
    draws = [
        Draw((0.3, 1.0, 2.5)[row % 3], (1.0, 0.8, 0.99, 0.05)[row % 4], unit(row, "test rows")) for row in range(40)
    ]
    expected = [
        obvious(row.tolist(), draw.temperature, draw.top_p, draw.point)
        for row, draw in zip(logits.double(), draws, strict=True)
    ]
    assert sample(logits, draws) == expected
    assert [sample(logits[row, None], [draws[row]])[0] for row in range(40)] == expected


def test_of_equally_likely_tokens_the_first_are_kept():
    logits = torch.tensor([1.0, 3.0, 1.0, 3.0, 1.0, 3.0])
    third = 1 / (3 + 3 * math.exp(-2))  # the probability of each of the three likely ones
    assert {drawn(logits, top_p=2 * third - 0.01, point=place / 50) for place in range(50)} == {1, 3}
    assert {drawn(logits, top_p=2 * third + 0.01, point=place / 50) for place in range(50)} == {1, 3, 5}
    assert {drawn(logits, top_p=3 * third + 0.01, point=place / 50) for place in range(50)} == {0, 1, 3, 5}


@pytest.mark.parametrize("common", [1, 3, 256])
def test_a_nucleus_of_any_size_is_found_however_many_are_looked_at_first(common, monkeypatch):
    monkeypatch.setattr(module, "_COMMON", common)
    logits = torch.linspace(3, 0, 500)[torch.randperm(500, generator=torch.Generator().manual_seed(1))]
    for top_p in (0.001, 0.02, 0.6, 0.9999):
        expected = {token for token, one in enumerate(distribution(logits.tolist(), 1.0, top_p)) if one}
        points = [(place + 0.5) / 20_000 for place in range(20_000)]
        assert set(sample(logits.expand(20_000, 500), [Draw(1.0, top_p, point) for point in points])) == expected


def test_no_token_without_probability_is_taken_at_the_ends():
    nothing = float("-inf")
    logits = torch.tensor([nothing, nothing, 0.0, nothing, 0.0, nothing, nothing])
    assert drawn(logits, point=0.0) == 2
    assert drawn(logits, point=math.nextafter(0.5, 0)) == 2
    assert drawn(logits, point=0.5) == 4
    assert drawn(logits, point=math.nextafter(1, 0)) == 4
    wide = torch.full((1000,), nothing)
    wide[300] = 1.0
    assert {drawn(wide, point=point) for point in (0.0, 0.7, math.nextafter(1, 0))} == {300}


def test_points_that_rounding_leaves_beyond_a_block_stay_within_it():
    logits = torch.randn(64, 4096, generator=torch.Generator().manual_seed(5)) * 3
    last = sample(logits, [Draw(1.0, 1.0, math.nextafter(1, 0))] * 64)
    assert all(0 <= token < 4096 for token in last)
    # Every boundary between blocks, exactly and on either side of it.
    probabilities = logits[0].softmax(-1)
    sums = probabilities.view(16, 256).sum(-1).double().cumsum(-1)
    points = [float(sums[block] / sums[-1]) for block in range(15)]
    for block, point in enumerate(points):
        for near in (math.nextafter(point, 0), point, math.nextafter(point, 1)):
            assert drawn(logits[0], point=near) // 256 in (block, block + 1)


@pytest.mark.parametrize("temperature", [1e-4, 1e-20, 1e-300, 5e-324])
def test_towards_no_temperature_the_likeliest_is_left(temperature):
    logits = torch.randn(50, 300, generator=torch.Generator().manual_seed(2)) * 9
    draws = [Draw(temperature, 1.0, unit(row)) for row in range(50)]
    assert sample(logits, draws) == logits.argmax(-1).tolist()


def test_at_any_heat_every_token_is_equally_likely():
    logits = torch.tensor([-9.0, 40.0, 3.0, 0.0])
    points = (0.1, 0.3, 0.6, 0.9)
    assert [drawn(logits, temperature=1e300, point=point) for point in points] == [0, 1, 2, 3]


def test_the_smallest_nucleus_is_the_likeliest_token_the_first_of_equals():
    logits = torch.randint(0, 4, (60, 900), generator=torch.Generator().manual_seed(3)).float()
    draws = [Draw(1.3, 1e-9, unit(row)) for row in range(60)]
    assert sample(logits, draws) == logits.argmax(-1).tolist()


@pytest.mark.parametrize("fault", [float("nan"), float("inf")])
@pytest.mark.parametrize("top_p", [1.0, 0.5])
def test_logits_that_are_no_numbers_are_refused(fault, top_p):
    logits = torch.zeros(3, 500)
    logits[1, 400] = fault
    with pytest.raises(FinewrightError, match="no numbers"):
        sample(logits, [Draw(1.0, top_p, 0.3)] * 3)


def test_half_precision_is_sampled_in_single():
    logits = torch.randn(30, 800, generator=torch.Generator().manual_seed(4)).bfloat16()
    draws = [Draw(0.9, (1.0, 0.7)[row % 2], unit(row)) for row in range(30)]
    assert sample(logits, draws) == sample(logits.float(), draws)


@pytest.mark.parametrize("top_p", [1.0, 0.8])
def test_tokens_come_as_often_as_they_are_likely(top_p):
    logits = torch.tensor([0.3, -1.0, 2.0, 0.0, 1.1, -0.2])
    expected = distribution(logits.tolist(), 0.9, top_p)
    draws = [Sampling(0.9, top_p, seed).draw(place) for seed in range(500) for place in range(40)]
    counts = Counter(sample(logits.expand(len(draws), 6), draws))
    likely = [token for token, probability in enumerate(expected) if probability]
    assert set(counts) == set(likely)
    # Seeds and places are given, so this holds always or never: one list in a hundred would fail it.
    outcome = chisquare([counts[token] for token in likely], [expected[token] * len(draws) for token in likely])
    assert outcome.pvalue > 0.01


def test_points_are_uniform_and_hang_on_seed_and_place_alone():
    points = [Sampling(1.0, 1.0, seed).draw(place).point for seed in range(100) for place in range(100)]
    assert len(set(points)) == len(points)
    assert kstest(points, "uniform").pvalue > 0.01
    # Neighbours in place and in seed know nothing of each other.
    table = torch.tensor(points).view(100, 100)
    for one, other in ((table[1:], table[:-1]), (table[:, 1:], table[:, :-1])):
        correlation = torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1]
        assert abs(float(correlation)) < 3 / math.sqrt(one.numel())
    assert Sampling(0.2, 0.5, 7).draw(3).point == Sampling(1.0, 1.0, 7).draw(3).point
