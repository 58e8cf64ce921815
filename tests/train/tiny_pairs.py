"""Pairs and rated answers for the tiny training, and a second way to their log-probabilities: one row at a time."""

import json
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor

from finewright.model.batch import Example
from finewright.train.preference import chosen_name, rejected_name
from train.tiny_training import tiny_model

OPENING = tuple(8 + step * step % 19 for step in range(20))
"""Long enough for a tree to share it."""


def tiny_pairs(count: int = 6) -> list[Example]:
    """Both sides of pairs: long prompts that begin alike, unequal answers, some the beginning of the other side."""
    sides = []
    for number in range(count):
        topic = 1 + number % 3
        prompt = (*OPENING, topic, *(8 + (3 * number + step) % 20 for step in range(1 + number % 4)))
        better, worse = (topic + 3, topic + 3, 31), (topic + 3,) if number % 3 == 0 else (30, 29, 7 + number, 31)
        sides += [
            answered(chosen_name(f"pair-{number}"), prompt, better, f"pair-{number}"),
            answered(rejected_name(f"pair-{number}"), prompt, worse, f"pair-{number}"),
        ]
    return sides


def tiny_feedback(count: int = 9) -> tuple[list[Example], dict[str, bool]]:
    """Single answers and whether they are liked."""
    examples, liked = [], {}
    for number in range(count):
        topic = 1 + number % 3
        prompt = (*OPENING, topic, *(8 + (5 * number + step) % 20 for step in range(number % 4)))
        good = number % 2 == 0
        answer = (topic + 3, 31) if good else (30, 7 + number, 29, 31)
        examples.append(answered(f"rated-{number}", prompt, answer, None))
        liked[f"rated-{number}"] = good
    return examples, liked


def answered(name: str, prompt: tuple[int, ...], answer: tuple[int, ...], group: str | None) -> Example:
    """A prompt and the answer that is learned."""
    return Example(name, (*prompt, *answer), (False,) * len(prompt) + (True,) * len(answer), group)


def moved_model(seed: int = 3, size: float = 0.1) -> PeftModel:
    """An adapter that does something, in double precision."""
    return moved(tiny_model().double(), seed, size)


def moved(model: PeftModel, seed: int, size: float) -> PeftModel:
    """The model with its adapter away from its start."""
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in (one for one in model.parameters() if one.requires_grad):
            weight.add_(size * torch.randn(weight.shape, generator=draw, dtype=weight.dtype))
    return model


def sum_alone(model: PeftModel, example: Example) -> Tensor:
    """The example's summed log-probability by the whole logits of its row alone; ()."""
    rows = model(input_ids=torch.tensor([example.tokens]), use_cache=False).logits[0].log_softmax(-1)  # (T, V)
    total = rows.new_zeros(())
    for place, wanted in enumerate(example.supervised):
        if wanted:
            total = total + rows[place - 1, example.tokens[place]]
    return total


@torch.no_grad()
def value_alone(model: PeftModel, example: Example) -> float:
    """The same as a number."""
    return float(sum_alone(model, example))


@torch.no_grad()
def base_sum(model: PeftModel, example: Example) -> float:
    """The same without the adapter."""
    with model.disable_adapter():
        return float(sum_alone(model, example))


def learned(model: PeftModel) -> list[Tensor]:
    """The weights that learn."""
    return [weight for weight in model.parameters() if weight.requires_grad]


def lines(folder: Path) -> list[dict[str, Any]]:
    """The log without what time it took."""
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
