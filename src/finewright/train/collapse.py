"""When learning from rewards has come to nothing: rewards all alike, entropy gone, lengths exploding.

Pure: it reads the rows of the log, which a resumed run has as they were, and knows no model. Rewards that are alike
because all are won are no collapse: patience with validations ends such a training.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from finewright.base.errors import FinewrightError

Row = Mapping[str, Any]

_PART = "reward/"
_LEAST_ENTROPY = 0.01
"""Nats per token: less, and a hundred tokens hold one choice between two."""
_CUT, _FEW_CUT, _LONGER = 0.9, 0.5, 1.5
"""Share of answers cut that is nearly all, the share at the start that is not yet many, and how much longer."""


def check_collapse(rows: Sequence[Row], rounds: int) -> None:
    """Raise FinewrightError where the last `rounds` rounds of rollouts teach nothing any more; 0: never.

    rows    of the log, one a step, with `round` and that round's `reward` (mean; of each part, `reward/<name>`),
            `alike` (share of groups without spread), `length`, `cut` (share) and `entropy`, where something was learned

    Alike rewards and vanished entropy count where at most half of what was gained in reward is left: the mean of the
    last rounds against those of the first, and of the best so many in a row.
    """
    seen = [next(of) for _, of in groupby(rows, key=lambda row: row["round"])]
    if not rounds or len(seen) < rounds:
        return
    first, last = seen[:rounds], seen[-rounds:]
    if all(row["alike"] == 1 for row in seen):
        raise _never_varied(seen)
    if _lost(seen, rounds):
        _check_alike(first, last)
        _check_entropy(last)
    _check_lengths(first, last)


def check_learned(rows: Sequence[Row]) -> None:
    """Raise FinewrightError where a training that is over learned nothing from its rounds, few as they may be.

    rows    as `check_collapse` takes them, with the `tokens` that each step learned
    """
    if rows and not any(row["tokens"] for row in rows):
        raise _never_varied([next(of) for _, of in groupby(rows, key=lambda row: row["round"])])


def _never_varied(seen: Sequence[Row]) -> FinewrightError:
    rewards = sorted({row["reward"] for row in seen})
    span = f"{rewards[0]:g}" if len(rewards) == 1 else f"{rewards[0]:g} to {rewards[-1]:g}"
    names = [key.removeprefix(_PART) for key in seen[0] if key.startswith(_PART)]
    return FinewrightError(
        f"training was stopped: in the first {len(seen)} rounds the reward never varied between the answers to a "
        f"prompt (its mean was {span}), so there is nothing to learn from {' and '.join(names)}",
        remedy="choose rewards that some answers get and others do not, raise `train.reinforce.rollouts` or "
        "`temperature`, or train on the answers first and go on from there (`train.start`)",
    )


def _lost(seen: Sequence[Row], rounds: int) -> bool:
    """Whether at most half of what was gained in reward is left."""
    means = [_mean(seen[place : place + rounds], "reward") for place in range(len(seen) - rounds + 1)]
    return means[-1] - means[0] <= (max(means) - means[0]) / 2


def _check_alike(first: Sequence[Row], last: Sequence[Row]) -> None:
    if all(row["alike"] == 1 for row in last):
        raise FinewrightError(
            f"training was stopped: in {len(last)} rounds in a row all answers to a prompt were rewarded alike, at a "
            f"mean of {_mean(last, 'reward'):.3g} where it began at {_mean(first, 'reward'):.3g}",
            remedy="lower `train.learning_rate`, raise `train.reinforce.kl`, or choose rewards that differ more",
        )


def _check_entropy(last: Sequence[Row]) -> None:
    found = [row.get("entropy") for row in last]
    known = [value for value in found if value is not None]
    if len(known) == len(last) and max(known) < _LEAST_ENTROPY:
        raise FinewrightError(
            f"training was stopped: the answers hold no choice any more ({max(known):.2g} nats per token at most in "
            f"{len(last)} rounds in a row), so no better one is found",
            remedy="lower `train.learning_rate`, or raise `train.reinforce.kl` or `temperature`",
        )


def _check_lengths(first: Sequence[Row], last: Sequence[Row]) -> None:
    before, now = _mean(first, "length"), _mean(last, "length")
    if _mean(first, "cut") < _FEW_CUT and min(row["cut"] for row in last) >= _CUT and now > _LONGER * before:
        raise FinewrightError(
            f"training was stopped: the answers have grown from {before:.0f} to {now:.0f} tokens, and in {len(last)} "
            "rounds in a row nearly all were cut at their longest",
            remedy="add the reward `length`, raise `train.reinforce.kl`, or check what is rewarded in long answers",
        )


def _mean(rows: Sequence[Row], name: str) -> float:
    return sum(float(row[name]) for row in rows) / len(rows)
