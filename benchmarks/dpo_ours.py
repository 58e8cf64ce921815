"""finewright's side of `dpo.py`: one optimizer step per question, by the pieces that `train/loop.py` is made of.

    dpo_ours.py JOB

`{"step": n}` finds what the base makes of step n's answers and takes the step; `{"step": n, "likelihood_of": k}` gives
the mean log-probability of the chosen and the rejected answers of its first k pairs and changes nothing.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn

from descent import MICRO_TOKENS, SEED, descended
from finewright.base.recipe_train import Lora, Preference, Train
from finewright.model import lora
from finewright.model.hub import find, load_decoder
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.heap import keep_freed_memory
from finewright.train.optim import adamw
from finewright.train.preference import PairLoss, chosen_name, pairs_in, reference_log_probs, rejected_name
from finewright.train.sameness import reseed, same_bits
from pairs import TokenPair, from_json
from serve import answers, peak_bytes, question


def main(path: str) -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    settings = Train(**job["train"], preference=Preference(beta=job["beta"]), lora=Lora())
    torch.set_num_threads(job["threads"])
    keep_freed_memory()
    model = lora.attach(load_decoder(find(job["base"])), settings.lora, seed=SEED).train()
    optimizer = adamw(model, settings)
    answer({"side": "ours", "settings": settings.model_dump(mode="json"), "bytes": peak_bytes()})
    with same_bits(job["threads"]):
        while asked := question():
            pairs = [from_json(row) for row in job["steps"][asked["step"]]]
            if "likelihood_of" in asked:
                answer({"likelihood": _likelihood(model, pairs[: asked["likelihood_of"]])})
            else:
                answer(_timed(model, optimizer, pairs, settings, asked["step"]))


def _timed(
    model: nn.Module, optimizer: torch.optim.AdamW, pairs: list[TokenPair], settings: Train, number: int
) -> dict[str, Any]:
    """The reference and then the body of the loop, from laying out the batches to AdamW."""
    began = time.perf_counter()
    reference = _reference(model, pairs)
    found = time.perf_counter()
    every = [side for pair in pairs for side in pair.sides()]
    one = settings.model_copy(update={"batch": len(pairs)})
    step = Epochs(every, one, SEED, TreeBatches(MICRO_TOKENS), pairs_in).step(0)
    reseed(SEED, number)
    loss = descended(model, optimizer, step, PairLoss("dpo", settings.preference, reference), settings)
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "reference": found - began,
        "pairs": len(pairs),
        "tokens": sum(batch.tokens for batch in step.batches),
        "loss": loss,
        "bytes": peak_bytes(),
    }


def _reference(model: Any, pairs: list[TokenPair]) -> dict[str, float]:
    with model.disable_adapter():
        return reference_log_probs(model, [side for pair in pairs for side in pair.sides()], TreeBatches(MICRO_TOKENS))


def _likelihood(model: nn.Module, pairs: list[TokenPair]) -> dict[str, float]:
    """Nats of a whole answer, the mean of those that were chosen and of the others."""
    found = _reference(model, pairs)
    return {
        side: sum(found[name(pair.id)] for pair in pairs) / len(pairs)
        for side, name in (("chosen", chosen_name), ("rejected", rejected_name))
    }


if __name__ == "__main__":
    main(sys.argv[1])
