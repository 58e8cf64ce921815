"""finewright's side of `encoder.py`: one epoch per question, by the pieces that `train/loop.py` is made of.

    encoder_ours.py JOB

`{"epoch": n}` trains through epoch n; `{"loss_of": n}` gives the loss of the first n rows and `{"accuracy": true}` the
accuracy on the test rows: both change nothing.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from descent import MICRO_TOKENS, SEED, descended
from finewright.base.recipe_train import EncoderTrain
from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.encoder import encoder_layout, load_encoder, no_dropout
from finewright.model.hub import find
from finewright.model.texts import headed
from finewright.model.vocabulary import learn_rows
from finewright.train.epochs import Epochs
from finewright.train.heads import Answers, HeadBatches, even_weights, head_loss
from finewright.train.heap import keep_freed_memory
from finewright.train.optim import adamw
from finewright.train.sameness import reseed, same_bits
from serve import answers, peak_bytes, question


def main(path: str) -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    settings = EncoderTrain(**job["train"], batch=job["batch"], epochs=job["epochs"])
    torch.set_num_threads(job["threads"])
    keep_freed_memory()
    rows, test = _examples(job["train_rows"]), _examples(job["test_rows"])
    labels = {row["id"]: (row["label"],) for part in ("train_rows", "test_rows") for row in job[part]}
    model, layout = _model(job, rows)
    batches = HeadBatches(layout, Answers(labels, even_weights("classes", job["labels"])))
    source = Epochs(rows, settings, SEED, batches)
    optimizer = adamw(model, settings)
    answer({"side": "ours", "settings": {"layout": type(layout).__name__} | job["train"], "bytes": peak_bytes()})
    with same_bits(job["threads"]):
        while asked := question():
            if "epoch" in asked:
                answer(_epoch(model, optimizer, source, settings, asked["epoch"]))
            elif "loss_of" in asked:
                answer({"loss": _loss(model, batches(rows[: asked["loss_of"]]))})
            else:
                answer({"accuracy": _accuracy(model, batches(test))})


def _model(job: dict[str, Any], rows: Sequence[Example]) -> tuple[Classifier, Batches]:
    """The classifier as the encoder arm makes it, under the job's head."""
    trunk = load_encoder(find(job["base"]))
    no_dropout(trunk)
    learn_rows(trunk, (token for row in rows for token in row.tokens[:-1]))
    model = Classifier(trunk, "classes", job["labels"], "mean", seed=SEED).train()
    model.head.load_state_dict({f"linear.{name}": value for name, value in load_file(job["head"]).items()})
    layout, _ = encoder_layout(trunk, rows, MICRO_TOKENS)
    model.freeze_idle(layout(rows[:1])[0])
    return model, layout


def _epoch(
    model: Classifier, optimizer: torch.optim.AdamW, source: Epochs, settings: EncoderTrain, epoch: int
) -> dict[str, Any]:
    """The body of the loop for each step of an epoch, from laying out the batches to AdamW."""
    began = time.perf_counter()
    losses, rows, tokens = [], 0, 0
    for number in range(epoch * source.per_epoch, (epoch + 1) * source.per_epoch):
        reseed(SEED, number)
        step = source.step(number)
        losses.append(descended(model, optimizer, step, head_loss, settings))
        rows += sum(len(batch.ids) for batch in step.batches)
        tokens += sum(batch.tokens for batch in step.batches)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "rows": rows, "tokens": tokens, "loss": losses[-1], "bytes": peak_bytes()}


@torch.no_grad()
def _loss(model: Classifier, batches: Sequence[Batch]) -> float:
    return sum(head_loss(model, one).item() for one in batches) / sum(float(one.weight.sum()) for one in batches)


@torch.no_grad()
def _accuracy(model: Classifier, batches: Sequence[Batch]) -> float:
    right = [model.scores(batch).argmax(1) == batch.target for batch in batches]
    return torch.cat(right).float().mean().item()


def _examples(rows: Sequence[dict[str, Any]]) -> list[Example]:
    return [headed(row["id"], row["tokens"]) for row in rows]


if __name__ == "__main__":
    main(sys.argv[1])
