"""A training that takes a second: a random Llama 16 wide with LoRA, a dozen sequences to learn, the real loop.

Run as a script, it trains into a folder and kills itself with SIGKILL inside a chosen step:

    python tiny_training.py FOLDER CALLS
"""

import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from finewright.base.files import digest_file
from finewright.base.recipe_train import Lora, Train
from finewright.model import lora
from finewright.model.batch import Batch, Example
from finewright.model.digests import BaseDigests
from finewright.model.hub import Base
from finewright.model.tree import TreeBatches
from finewright.train.checkpoint import Checkpoints
from finewright.train.epochs import Epochs
from finewright.train.loop import Loss, train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.sft import token_loss
from finewright.train.validation import validation_loss

PAD = 0
VOCABULARY = 32


def tiny_model(dropout: float = 0.0, seed: int = 0) -> PeftModel:
    """A two-layer Llama with a rank-8 adapter on every linear layer; equal arguments, equal weights."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=64,
        initializer_range=0.6,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    return lora.attach(model, Lora(rank=8, alpha=16, dropout=dropout), seed=seed)


def tiny_examples(count: int = 12) -> list[Example]:
    """Sequences of different lengths whose last three tokens follow from the first; those three are supervised."""
    return [_example(number) for number in range(count)]


def _example(number: int) -> Example:
    topic = 1 + number % 4
    prompt = (topic, *(8 + (number * step) % 20 for step in range(2 + number % 5)))
    answer = (topic + 4, topic + 4, 31)
    supervised = (False,) * len(prompt) + (True,) * len(answer)
    return Example(f"row-{number}", prompt + answer, supervised)


def settings(**changes: object) -> Train:
    """Two epochs of three steps of four examples, validated twice an epoch, on one thread."""
    chosen = {"epochs": 2, "batch": 4, "micro_tokens": 24, "learning_rate": 1e-2, "threads": 1} | changes
    return Train.model_validate(chosen)


def store_in(folder: Path, **changes: object) -> Checkpoints:
    """The checkpoints of this training under `folder`."""
    asked = {"identity": {"run": "r", "base": "b"}, "versions": {"torch": "2"}, "threads": 1} | changes
    return Checkpoints(folder / "checkpoints", **asked)  # type: ignore[arg-type]


def tiny_training(
    folder: Path,
    model: PeftModel,
    chosen: Train,
    *,
    loss: Loss = token_loss,
    validate: Callable[[], float] | None = None,
    interrupted: Callable[[], bool] = lambda: False,
    store: Checkpoints | None = None,
    seed: int = 7,
) -> Outcome:
    """Train `model` into `folder`; by default validated on four of the sequences it learns."""
    batches = TreeBatches(chosen.micro_tokens or 24)
    source = Epochs(tiny_examples(), chosen, seed, batches)
    held_out = tiny_examples(4)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            source,
            loss,
            chosen,
            seed=seed,
            store=store or store_in(folder),
            validate=validate or (lambda: validation_loss(model, held_out, batches)),
            metrics=metrics,
            interrupted=interrupted,
        )


def adapter_sha(model: PeftModel, folder: Path) -> str:
    """SHA-256 of the adapter's weights as they are saved."""
    lora.save(model, folder, Base("tiny", "decoder", "tiny", folder, BaseDigests("w", "t", "c"), 64, 0))
    return digest_file(folder / "adapter_model.safetensors")


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes: what a full disk does to a write, done by the system itself."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def killing(calls: int, loss: Loss = token_loss) -> Loss:
    """`loss`, which sends this process SIGKILL at the given call, before the backward pass."""
    seen = 0

    def lethal(model: nn.Module, batch: Batch) -> Tensor:
        nonlocal seen
        seen += 1
        if seen == calls:
            os.kill(os.getpid(), signal.SIGKILL)
        return loss(model, batch)

    return lethal


if __name__ == "__main__":
    tiny_training(Path(sys.argv[1]), tiny_model(dropout=0.2), settings(), loss=killing(int(sys.argv[2])))
