"""How well scores separate members from hold-outs: areas under ROC curves with intervals that hold for all of them.

An area is the chance that a member scores higher than a hold-out, ties counting half. Variances and covariances are
those of DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837), by group where rows share one (Obuchowski 1997,
Biometrics 53:567). The interval of an area holds all values theta with

    (theta - area)^2 <= c^2 k V(theta),   V(theta) = theta (1 - theta) (1 + (N - 1)((1 - theta)/(2 - theta)
                                                     + theta/(1 + theta))) / (m n),   N = (m + n) / 2

(Newcombe 2006, Statistics in Medicine 25:559, method 5, after Hanley & McNeil 1982), which has a width even where all
members score higher; k is how many times DeLong's variance exceeds V at the area, and at least 1. Several attacks are
tried, so c is that of their largest deviation together, by their correlation (Hothorn, Bretz & Westfall 2008,
Biometrical Journal 50:346). Knows no attack by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from finewright.base.results import Figure
from finewright.evaluate.statistics.clusters import Groups, clustered

Floats = NDArray[np.float64]

_DRAWS = 20_000
_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas under the curves of K attacks on m members and n hold-outs.

    areas         (K,)
    covariance    (K, K) of the areas
    members, hold_outs    m and n
    worth         how many rows of a group count as one where nothing else shows it: 1 where none share a group
    """

    areas: Floats
    covariance: Floats
    members: int
    hold_outs: int
    worth: float

    @property
    def rows(self) -> int:
        """Members and hold-outs."""
        return self.members + self.hold_outs

    def inflation(self, at: int) -> float:
        """How many times the variance of an area is that of Hanley and McNeil; at least 1."""
        usual = self._variance(float(self.areas[at]))
        return max(1.0, float(self.covariance[at, at]) / usual) if usual > _FLAT else self.worth

    def figure(self, at: int, critical: float) -> Figure:
        """An area with its interval, `critical` standard errors wide to either side."""
        area = float(self.areas[at])
        return Figure(area, *self.interval(area, self.inflation(at), critical), self.rows)

    def interval(self, area: float, inflation: float, critical: float) -> tuple[float, float]:
        """The values from which an area strays no farther than that."""

        def outside(theta: float) -> float:
            return (theta - area) ** 2 - critical**2 * inflation * self._variance(theta)

        # At 0 and at 1 there is no variance, so that these are always roots, and not the ones that are looked for.
        low = brentq(outside, 0.0, min(area, 1 - _FLAT)) if area > _FLAT else 0.0
        high = brentq(outside, max(area, _FLAT), 1.0) if area < 1 - _FLAT else 1.0
        return min(float(low), area), max(float(high), area)

    def least(self, critical: float, inflation: float) -> float:
        """The smallest area whose interval lies above a half: what so many rows could show."""

        def beyond(area: float) -> float:
            return self.interval(area, inflation, critical)[0] - 0.5

        return float(brentq(beyond, 0.5, 1.0)) if beyond(1.0) > 0 else 1.0

    def _variance(self, theta: float) -> float:
        mean = (self.members + self.hold_outs) / 2
        tied = (1 - theta) / (2 - theta) + theta / (1 + theta)
        return theta * (1 - theta) * (1 + (mean - 1) * tied) / (self.members * self.hold_outs)


def areas(members: Floats, hold_outs: Floats, groups: Groups | None = None) -> Areas:
    """Of the scores (K, m) of members and (K, n) of hold-outs; `groups` number the members' rows, then the others'."""
    m, n = members.shape[1], hold_outs.shape[1]
    above = np.stack([_beaten(one, other) for one, other in zip(members, hold_outs, strict=True)])  # (K, m)
    below = 1 - np.stack([_beaten(other, one) for one, other in zip(members, hold_outs, strict=True)])  # (K, n)
    found = above.mean(axis=1)
    of_members, of_others = above - found[:, None], below - found[:, None]
    if groups is None or not clustered(groups):
        covariance = _product(of_members, of_members) / (m * max(1, m - 1)) + _product(of_others, of_others) / (
            n * max(1, n - 1)
        )
        return Areas(found, covariance, m, n, 1.0)
    return Areas(found, _by_group(of_members, of_others, groups), m, n, _worth(groups, m))


def simultaneous(found: Areas, confidence: float) -> float:
    """By how many standard errors the farthest of all areas strays with the probability 1 - `confidence`."""
    spread = np.sqrt(np.diag(found.covariance))
    known = spread > _FLAT
    scale = np.where(known, spread, 1.0)
    correlation = np.where(np.outer(known, known), found.covariance / np.outer(scale, scale), 0.0)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    draws = np.random.Generator(np.random.PCG64(len(spread))).standard_normal((_DRAWS, len(spread)))
    strayed = draws * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    return float(np.quantile(np.abs(strayed).max(axis=1), confidence))


def _beaten(scores: Floats, others: Floats) -> Floats:
    """For each score the share of the others that are lower, ties counting half."""
    ranked = np.sort(others)
    return (np.searchsorted(ranked, scores, "left") + np.searchsorted(ranked, scores, "right")) / (2 * len(others))


def _product(one: Floats, other: Floats) -> Floats:
    return np.asarray(one @ other.T)


def _by_group(of_members: Floats, of_others: Floats, groups: Groups) -> Floats:
    """The covariance by groups, where a group may have rows on either side."""
    m, n = of_members.shape[1], of_others.shape[1]
    number = int(groups.max()) + 1
    first, second = _sums(of_members, groups[:m], number), _sums(of_others, groups[m:], number)
    within = [len(np.unique(part)) for part in (groups[:m], groups[m:])]
    parts = [
        _product(sums, sums) * count / (max(1, count - 1) * rows**2)
        for sums, count, rows in ((first, within[0], m), (second, within[1], n))
    ]
    across = _product(first, second) * number / (max(1, number - 1) * m * n)
    return np.asarray(parts[0] + parts[1] + across + across.T)


def _sums(values: Floats, groups: Groups, number: int) -> Floats:
    """The sums by group, (K, G)."""
    return np.stack([np.bincount(groups, weights=row, minlength=number) for row in values])


def _worth(groups: Groups, members: int) -> float:
    """The mean size of the group of a row, on the side where it is larger."""
    parts: Sequence[Groups] = (groups[:members], groups[members:])
    return max(float(np.sum(np.bincount(part) ** 2)) / len(part) for part in parts)
