"""The peers of `score.py`: plain transformers, all labels of a row in batches behind the cache of its prompt.

    score_peer.py JOB row|shared LABELS_SIDE_BY_SIDE [prompts|tuning]

Runs in the peers' environment and imports nothing of finewright.
"""

import copy
import json
import sys
import time
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, DynamicCache, PreTrainedModel

from serve import answers, peak_bytes, question


def main(path: str, kind: str, side_by_side: int, part: str = "prompts") -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, attn_implementation="sdpa").eval()
    answer({"side": kind, "bytes": peak_bytes()})
    while asked := question():
        prompts = job[part][: asked["peer"]]
        began = time.perf_counter()
        scores = score(model, prompts, job["answers"], side_by_side, shared=kind == "shared")
        best = [max(range(len(row)), key=row.__getitem__) for row in scores]
        answer(
            {
                "seconds": time.perf_counter() - began,
                "rows": len(prompts),
                "best": [job["labels"][place] for place in best],
                "log_probability": [row[place] for row, place in zip(scores, best, strict=True)],
                "bytes": peak_bytes(),
            }
        )


@torch.inference_mode()
def score(
    model: PreTrainedModel,
    prompts: Sequence[list[int]],
    labels: Sequence[list[int]],
    side_by_side: int,
    *,
    shared: bool,
) -> list[list[float]]:
    """The log-probability of every label behind every prompt; with `shared`, what prompts begin with is read once."""
    opening = _opening(prompts) if shared else []
    begun = DynamicCache(config=model.config)
    if opening:
        model(input_ids=torch.tensor([opening]), past_key_values=begun, logits_to_keep=1)
    return [_row(model, copy.deepcopy(begun), prompt[len(opening) :], labels, side_by_side) for prompt in prompts]


def _row(
    model: PreTrainedModel, cache: DynamicCache, rest: list[int], labels: Sequence[list[int]], side_by_side: int
) -> list[float]:
    """Read the rest of the prompt, then the labels, so many at once on copies of the cache."""
    output = model(input_ids=torch.tensor([rest]), past_key_values=cache, logits_to_keep=1)
    first = output.logits[0, -1].log_softmax(-1)  # (V,)
    scores: list[float] = []
    for start in range(0, len(labels), side_by_side):
        scores += _labels(model, copy.deepcopy(cache), first, labels[start : start + side_by_side])
    return scores


def _labels(model: PreTrainedModel, cache: DynamicCache, first: Tensor, labels: Sequence[list[int]]) -> list[float]:
    width = max(map(len, labels))
    # Padding on the right stands behind all that counts, so nothing that counts sees it.
    tokens = torch.tensor([[*label, *[0] * (width - len(label))] for label in labels])  # (L, W)
    counts = torch.arange(width) < torch.tensor([len(label) for label in labels])[:, None]
    cache.batch_repeat_interleave(len(labels))
    logits = model(input_ids=tokens[:, :-1], past_key_values=cache).logits.log_softmax(-1)  # (L, W - 1, V)
    later = logits.gather(2, tokens[:, 1:, None])[:, :, 0]  # (L, W - 1)
    return (first[tokens[:, 0]] + torch.where(counts[:, 1:], later, 0).sum(1)).tolist()


def _opening(prompts: Sequence[list[int]]) -> list[int]:
    """What all prompts begin with, but never a whole prompt: its last token is wanted for its logits."""
    shortest = min(map(len, prompts)) - 1
    columns: Any = zip(*(prompt[:shortest] for prompt in prompts), strict=True)
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
