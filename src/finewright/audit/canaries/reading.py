"""What a decoder says follows the beginnings of answers behind one prompt. Knows no canaries and no ranks.

The prompt is read once. Beginnings of one reading share their own beginnings too: they are laid out as a tree in one
row, of which each token sees its ancestors alone.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from finewright.audit.canaries.ranking import Path, Read
from finewright.engine.branches import can_branch
from finewright.engine.reading import LOGIT_ROWS, Reading
from finewright.engine.start import Start

AT_ONCE = LOGIT_ROWS // 4
"""Beginnings that are read together: their shared tokens are read again in the next reading, and their logits held."""


def reader(model: PreTrainedModel, prompt: Sequence[int]) -> Read:
    """Reads behind the prompt with `model`, which is in no training mode.

    Where the model's layers cannot branch, each beginning is read in a row of its own. Raises BaseError where a layer
    keeps something other than keys and values.
    """
    start = Start(model, [prompt])
    if not can_branch(model):
        return lambda paths, asked: _side_by_side(start, prompt, paths, asked)
    with torch.inference_mode():
        begun = Reading(start, [prompt], 0)

    def read(paths: Sequence[Path], asked: Sequence[Sequence[int]]) -> list[list[float]]:
        with torch.inference_mode():
            return _branched(begun, paths, asked)

    return read


def _branched(begun: Reading, paths: Sequence[Path], asked: Sequence[Sequence[int]]) -> list[list[float]]:
    nodes = sorted({path[:end] for path in paths for end in range(1, len(path) + 1)})  # parents before children
    rows = {(): 0} | {path: place for place, path in enumerate(nodes, 1)}
    logits = begun.logits[0]
    if nodes:
        behind = begun.fork([0]).branch(*_laid_out(nodes, rows, logits.device))[0]
        logits = torch.cat([logits, behind])  # (1 + T, V)
    return _asked(logits, [rows[path] for path in paths], asked)


def _laid_out(nodes: Sequence[Path], rows: dict[Path, int], device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens (1, T), their depths behind the prompt (1, T), and which of them each sees (1, T, T)."""
    seen = torch.zeros(len(nodes), len(nodes), dtype=torch.bool)
    for place, path in enumerate(nodes):
        seen[place, [rows[path[:end]] - 1 for end in range(1, len(path) + 1)]] = True
    tokens = torch.tensor([[path[-1] for path in nodes]], device=device)
    depths = torch.tensor([[len(path) - 1 for path in nodes]], device=device)
    return tokens, depths, seen[None].to(device)


def _side_by_side(
    start: Start, prompt: Sequence[int], paths: Sequence[Path], asked: Sequence[Sequence[int]]
) -> list[list[float]]:
    with torch.inference_mode():
        logits = Reading(start, [[*prompt, *path] for path in paths], 0).logits[:, 0]  # (N, V)
    return _asked(logits, list(range(len(paths))), asked)


def _asked(logits: Tensor, rows: Sequence[int], asked: Sequence[Sequence[int]]) -> list[list[float]]:
    """The log-probabilities of the tokens asked about in rows of logits (T, V)."""
    entries = [(row, token) for row, tokens in zip(rows, asked, strict=True) for token in tokens]
    places, tokens = torch.tensor(entries, device=logits.device).unbind(dim=1)
    wide = logits.float()
    values = iter((wide[places, tokens] - wide.logsumexp(dim=-1)[places]).tolist())
    return [[next(values) for _ in tokens] for tokens in asked]
