"""finewright's side of `sft.py`: one optimizer step per question, by the pieces that `train/loop.py` is made of.

    sft_ours.py JOB

`{"step": n}` takes step n; `{"loss_of": [ROW, ...], "step": n}` gives the loss of some of its rows and changes nothing.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from descent import MICRO_TOKENS, SEED, descended
from finewright.base.recipe_train import Lora, Train
from finewright.model import lora
from finewright.model.batch import Example, Step
from finewright.model.hub import find, load_decoder
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.heap import keep_freed_memory
from finewright.train.optim import adamw
from finewright.train.sameness import reseed, same_bits
from finewright.train.sft import token_loss
from serve import answers, peak_bytes, question


def main(path: str) -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    settings = Train(**job["train"], lora=Lora())
    torch.set_num_threads(job["threads"])
    keep_freed_memory()
    model = lora.attach(load_decoder(find(job["base"])), settings.lora, seed=SEED).train()
    optimizer = adamw(model, settings)
    answer({"side": "ours", "settings": settings.model_dump(mode="json"), "bytes": peak_bytes()})
    with same_bits(job["threads"]):
        while asked := question():
            rows = [_example(row) for row in job["steps"][asked["step"]]]
            if "loss_of" in asked:
                answer({"loss": _loss(model, _source([rows[row] for row in asked["loss_of"]], settings))})
                continue
            answer(_timed(model, optimizer, _source(rows, settings), settings, asked["step"]))


def _source(rows: list[Example], settings: Train) -> Epochs:
    """These rows as one optimizer step."""
    return Epochs(
        rows, settings.model_copy(update={"batch": len(rows)}), SEED, TreeBatches(settings.micro_tokens or MICRO_TOKENS)
    )


def _timed(
    model: nn.Module, optimizer: torch.optim.AdamW, source: Epochs, settings: Train, number: int
) -> dict[str, Any]:
    """The body of the loop, from laying out the batches to AdamW."""
    began = time.perf_counter()
    reseed(SEED, number)
    step = source.step(0)
    loss = descended(model, optimizer, step, token_loss, settings)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "rows": _rows(step), "tokens": _tokens(step), "loss": loss, "bytes": peak_bytes()}


@torch.no_grad()
def _loss(model: nn.Module, source: Epochs) -> float:
    step = source.step(0)
    return sum(token_loss(model, batch).item() / step.weight for batch in step.batches)


def _rows(step: Step) -> int:
    return len({name for batch in step.batches for name in batch.ids})


def _tokens(step: Step) -> int:
    return sum(batch.tokens for batch in step.batches)


def _example(row: dict[str, Any]) -> Example:
    return Example(row["id"], tuple(row["tokens"]), tuple(map(bool, row["supervised"])))


if __name__ == "__main__":
    main(sys.argv[1])
