"""Which token follows where tokens are sampled: temperature, nucleus, inverse transform. Knows no model and no text.

The nucleus is that of Holtzman et al. 2020: the likeliest tokens that together have a given probability.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from finewright.base.errors import FinewrightError
from finewright.engine.draw import Draw

_LEAST, _MOST = 1e-30, 1e30  # temperatures that a float can divide by; beyond them nothing changes any more
_COMMON, _MORE = 256, 16  # tokens that most nuclei fit in, and how many times more are looked at where they do not
_BLOCK = 256  # tokens that are added up before their sums are


def sample(logits: Tensor, draws: Sequence[Draw]) -> list[int]:
    """A token for each row of logits (R, V), as its draw says.

    Of softmax(logits / temperature), cut to the smallest set of likeliest tokens that has the probability `top_p` (of
    equally likely ones those that come first; one at least), the first token in the vocabulary's order at which the
    sum of the probabilities up to it is more than `point` of the whole.

    Raises FinewrightError where logits are no numbers.
    """
    device, wide = logits.device, torch.float64
    logits = logits.float()
    temperatures = torch.tensor([draw.temperature for draw in draws], dtype=wide).clamp(_LEAST, _MOST)
    probabilities = (logits / temperatures.float().to(device)[:, None]).softmax(dim=-1)  # (R, V)
    if bool(probabilities[:, 0].isnan().any()):  # one such logit makes its whole row so
        raise FinewrightError(
            "the model's logits are no numbers, so no token can be sampled",
            remedy="go back to weights from before they broke down, or learn at a lower rate",
        )
    narrow = [row for row, draw in enumerate(draws) if draw.top_p < 1]
    if narrow:
        shares = torch.tensor([draws[row].top_p for row in narrow], dtype=wide, device=device)
        rows = slice(None) if len(narrow) == len(draws) else narrow  # a slice copies nothing
        inside = _nucleus(logits[rows], probabilities[rows], shares, _COMMON)
        probabilities[rows] = probabilities[rows] * inside
    return _at(probabilities, torch.tensor([draw.point for draw in draws], dtype=wide, device=device))


def _nucleus(logits: Tensor, probabilities: Tensor, shares: Tensor, most: int) -> Tensor:
    """(R, V) which tokens are in the smallest set of likeliest ones with at least `shares` (R,) of the probability.

    So many as `most` are looked at first, and more for the rows that need more.
    """
    most = min(most, logits.shape[1])
    values, tokens = logits.topk(most)  # (R, most)
    reached = probabilities.gather(1, tokens).cumsum(dim=-1, dtype=shares.dtype)
    sizes = (reached < shares[:, None]).sum(dim=-1).clamp(max=most - 1) + 1  # (R,)
    least = values.gather(1, sizes[:, None] - 1)  # (R, 1)
    inside = logits >= least
    beyond = values.gather(1, sizes[:, None].clamp(max=most - 1))  # where there is none, the last itself
    for row in (beyond == least).nonzero()[:, 0].tolist():
        # Those too many are as likely as the least likely one: the last in the vocabulary leave.
        equal = (logits[row] == least[row]).nonzero()[:, 0]
        inside[row, equal[len(equal) - int(inside[row].sum()) + int(sizes[row]) :]] = False
    if most < logits.shape[1]:
        short = (reached[:, -1] < shares).nonzero()[:, 0]
        if len(short):
            inside[short] = _nucleus(logits[short], probabilities[short], shares[short], most * _MORE)
    return inside


def _at(weights: Tensor, points: Tensor) -> list[int]:
    """For each row the first place at which the sum of its weights (R, V) exceeds `points` (R,) of the whole.

    Blocks are added up first, so that few sums are long. A place of no weight is never the first.
    """
    rows, width = weights.shape
    blocks = functional.pad(weights, (0, -width % _BLOCK)).view(rows, -1, _BLOCK)
    until = blocks.sum(dim=-1).cumsum(dim=-1, dtype=points.dtype)  # (R, blocks)
    target = points[:, None] * until[:, -1:]
    block = _first_above(until, target)  # (R, 1)
    before = functional.pad(until, (1, 0)).gather(1, block)
    within = blocks.gather(1, block[:, :, None].expand(-1, -1, _BLOCK))[:, 0].cumsum(dim=-1, dtype=points.dtype)
    found: list[int] = (block * _BLOCK + _first_above(within, target - before))[:, 0].tolist()
    return found


def _first_above(sums: Tensor, target: Tensor) -> Tensor:
    """(R, 1) where growing sums (R, N) first exceed `target` (R, 1); where rounding is in the way, where they end."""
    end = sums[:, -1:].contiguous()
    return torch.minimum(torch.searchsorted(sums, target, right=True), torch.searchsorted(sums, end))
