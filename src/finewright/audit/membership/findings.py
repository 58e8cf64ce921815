"""From the scores of members and hold-outs to what a report says: figures, a table, and what must be read beside them.

Several attacks are tried and the strongest counts, so that each interval is one of all of them together: an area's by
the attacks' correlation, a share's by Bonferroni. Strongest is the attack whose interval begins highest. Then the lower
end is one for whoever takes the best attack; the upper end told with it is the highest of all attacks, since another
one may reach farther. Knows no attack by name.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from finewright.audit.membership.low_rate import RATE, Worth, allowed, found_at
from finewright.audit.membership.separation import areas, simultaneous
from finewright.base.results import Figure
from finewright.evaluate.statistics.clusters import Groups
from finewright.evaluate.statistics.intervals import critical

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Separated:
    """How well each attack separates, by name: areas, and members found at one false positive in a hundred.

    least_auc, least_tpr   the smallest figures that so many rows could have told from chance
    """

    auc: Mapping[str, Figure]
    tpr: Mapping[str, Figure]
    least_auc: float
    least_tpr: float

    @property
    def strongest(self) -> str:
        """The attack that tells members and hold-outs apart best."""
        return _strongest(self.auc)

    @property
    def finds_most(self) -> str:
        """The attack that finds the most members."""
        return _strongest(self.tpr)

    @property
    def best_auc(self) -> Figure:
        """The area of the strongest attack, up to what any of them may reach."""
        return _reaching(self.auc, self.strongest)

    @property
    def best_tpr(self) -> Figure:
        """The members found by the attack that finds the most, up to what any of them may find."""
        return _reaching(self.tpr, self.finds_most)


def separated(
    members: Mapping[str, Floats], hold_outs: Mapping[str, Floats], confidence: float, groups: Groups | None = None
) -> Separated:
    """Of the scores by attack of m members and n hold-outs; `groups` number the members' rows, then the others'."""
    names = list(members)
    found = areas(np.stack([members[one] for one in names]), np.stack([hold_outs[one] for one in names]), groups)
    errors, share = simultaneous(found, confidence), 1 - (1 - confidence) / len(names)
    worth = Worth(found.members / found.worth, found.hold_outs / found.worth)
    return Separated(
        auc={name: found.figure(at, errors) for at, name in enumerate(names)},
        tpr={name: found_at(members[name], hold_outs[name], share, groups) for name in names},
        least_auc=found.least(errors, found.worth),
        least_tpr=worth.least(allowed(found.hold_outs) / found.hold_outs, share),
    )


def area(scores: Floats, members: int, confidence: float, groups: Groups | None = None, spread: float = 1) -> Figure:
    """The area of one set of scores (m + n,), members first, with an interval of its own, `spread` times as wide as
    that of scores that were given one by one."""
    found = areas(scores[None, :members], scores[None, members:], groups)
    return found.figure(0, spread * critical(confidence))


def table(found: Separated) -> list[dict[str, Any]]:
    """Every attack with both figures, the best first."""
    order = sorted(found.auc, key=lambda name: (-found.auc[name].low, -found.auc[name].value, name))
    return [{"attack": name, "auc": asdict(found.auc[name]), "tpr": asdict(found.tpr[name])} for name in order]


def limits(members: int, hold_outs: int, found: Separated) -> str:
    """What so many rows could show, in words."""
    wrong = allowed(hold_outs)
    at_most = "no false positive" if not wrong else f"at most {wrong} false positive{'s' if wrong > 1 else ''}"
    return (
        f"With {members:,} members and {hold_outs:,} hold-outs an AUC from {found.least_auc:.3f} and a true-positive "
        f"rate from {found.least_tpr:.1%} could be told from chance; less would not show. At {RATE:.0%} of these "
        f"hold-outs the threshold allows {at_most}."
    )


def _reaching(figures: Mapping[str, Figure], name: str) -> Figure:
    return replace(figures[name], high=max(one.high for one in figures.values()))


def _strongest(figures: Mapping[str, Figure]) -> str:
    return max(figures, key=lambda name: (figures[name].low, figures[name].value))
