"""Examples laid out the plain way, one row each, padded to the longest: the reference every other layout must equal."""

from collections.abc import Sequence

import torch
from torch import Tensor

from finewright.model.batch import Batch, Example, groups


class PaddedBatches:
    """Examples to micro-batches of at most `micro_tokens` padded tokens each, or of one longer example."""

    def __init__(self, micro_tokens: int, pad: int) -> None:
        self._micro_tokens, self._pad = micro_tokens, pad

    def __call__(self, examples: Sequence[Example]) -> tuple[Batch, ...]:
        """The micro-batches of one optimizer step."""
        return tuple(padded(part, self._pad) for part in cut(examples, self._micro_tokens))


def padded(examples: Sequence[Example], pad: int) -> Batch:
    """A batch of B rows of T tokens, T the longest example; `pad` fills up and is masked by length, whatever its id.

    An entry for each supervised token: the state before it is to predict it, with weight 1.
    """
    longest = max(len(example.tokens) for example in examples)
    tokens = torch.full((len(examples), longest), pad, dtype=torch.int64)  # (B, T)
    mask = torch.zeros_like(tokens)  # (B, T)
    for row, example in enumerate(examples):
        tokens[row, : len(example.tokens)] = torch.tensor(example.tokens)
        mask[row, : len(example.tokens)] = 1
    places = [
        (row, at) for row, example in enumerate(examples) for at, wanted in enumerate(example.supervised) if wanted
    ]
    rows = torch.tensor([row for row, _ in places], dtype=torch.int64)  # (E,)
    ats = torch.tensor([at for _, at in places], dtype=torch.int64)  # (E,)
    return Batch(
        inputs={"input_ids": tokens, "attention_mask": mask},
        states=rows * longest + ats - 1,
        state=torch.arange(len(places)),
        target=_at(tokens, rows, ats),
        weight=torch.ones(len(places)),
        example=rows,
        ids=tuple(example.id for example in examples),
        tokens=tokens.numel(),
    )


def cut(examples: Sequence[Example], micro_tokens: int) -> list[list[Example]]:
    """The examples in micro-batches of at most `micro_tokens` padded tokens, or of one group that is larger.

    Sorted by length, so that little is padded; equal lengths by id, so that the cut depends on nothing else.
    """
    micro: list[list[Example]] = []
    for group in sorted(groups(examples), key=lambda group: (_longest(group), group[0].together)):
        if not micro or (len(micro[-1]) + len(group)) * _longest(group) > micro_tokens:
            micro.append([])
        micro[-1] += sorted(group, key=lambda example: example.id)
    return micro


def _longest(group: Sequence[Example]) -> int:
    return max(len(example.tokens) for example in group)


def _at(tokens: Tensor, rows: Tensor, ats: Tensor) -> Tensor:
    return tokens.flatten().index_select(0, rows * tokens.shape[1] + ats)
