"""A training of a reward head that takes a second: random trunks 8 wide, pairs of which the chosen side holds a token.

Run as a script, it trains into a folder and kills itself with SIGKILL inside a chosen step:

    python tiny_reward.py FOLDER CALLS
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from finewright.base.recipe_train import EncoderTrain
from finewright.model.batch import Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.packed import PackedBatches
from finewright.model.texts import headed
from finewright.model.tree import TreeBatches
from finewright.train.epochs import Epochs
from finewright.train.figures import Noticing
from finewright.train.loop import Loss, train
from finewright.train.metrics import Metrics
from finewright.train.outcome import Outcome
from finewright.train.preference import chosen_name, pairs_in, rejected_name
from finewright.train.reward import RewardLoss, probe_pairs
from finewright.train.sameness import same_bits
from finewright.train.validation import validation_loss
from support import parity_heads
from train.tiny_training import killing, store_in

LIKED, DISLIKED = 40, 41


def pairs(count: int, seed: int = 0, swapped: Callable[[int], bool] = lambda number: False) -> list[Example]:
    """Both sides of `count` pairs: a prompt, and two answers of different lengths, one with a liked token in it.

    The chosen side is the one with the liked token, the other one where it is `swapped`.
    """
    draw = torch.Generator().manual_seed(seed)

    def some(least: int, most: int) -> list[int]:
        length = int(torch.randint(least, most + 1, (), generator=draw))
        return torch.randint(3, 40, (length,), generator=draw).tolist()

    found = []
    for number in range(count):
        name, prompt = f"pair-{seed}-{number:03}", [1, *some(3, 6)]
        answers = [[*some(1, 3), token, *some(1, 3), 2] for token in (LIKED, DISLIKED)]
        sides = answers[::-1] if swapped(number) else answers
        for side, answer in zip([chosen_name(name), rejected_name(name)], sides, strict=True):
            found.append(replace(headed(side, prompt + answer), group=name))
    return found


def settings(**changes: object) -> EncoderTrain:
    """Two epochs of three steps of four pairs, validated twice an epoch, on one thread."""
    chosen = {"epochs": 2, "batch": 4, "micro_tokens": 50, "learning_rate": 1e-2, "threads": 1} | changes
    return EncoderTrain.model_validate(chosen)


def tiny_rewarder(under: str = "encoder") -> Classifier:
    """A random trunk under a new reward head; equal every time."""
    encoder = under == "encoder"
    trunk = parity_heads.encoder() if encoder else parity_heads.bare_decoder()
    model = Classifier(trunk, "reward", 0, "mean" if encoder else None, seed=0).train()
    model.freeze_idle(layout(under, 1000)(pairs(1))[0])
    return model


def layout(under: str, micro_tokens: int) -> Batches:
    """How the trunk's texts are laid out."""
    return PackedBatches(micro_tokens) if under == "encoder" else TreeBatches(micro_tokens)


def reward_training(
    folder: Path,
    model: Classifier,
    chosen: EncoderTrain,
    examples: Sequence[Example],
    *,
    under: str = "encoder",
    wrap: Callable[[Loss], Loss] = lambda loss: loss,
) -> Outcome:
    """Train `model` into `folder` on the examples, its head first by itself; validated on the last eight of them."""
    loss, batches = RewardLoss(), layout(under, chosen.micro_tokens or 50)
    with same_bits(1):
        probe_pairs(model, examples, batches)
    with Metrics(folder / "metrics.jsonl") as metrics:
        return train(
            model,
            Noticing(Epochs(examples, chosen, 7, batches, pairs_in), loss.noticed),
            wrap(loss),
            chosen,
            seed=7,
            store=store_in(folder),
            validate=lambda: validation_loss(model, examples[-8:], batches, loss, pairs_in),
            metrics=metrics,
            interrupted=lambda: False,
        )


if __name__ == "__main__":
    reward_training(
        Path(sys.argv[1]),
        tiny_rewarder(),
        settings(),
        pairs(12),
        wrap=lambda loss: killing(int(sys.argv[2]), loss),
    )
