"""Times of the parts of the spine, to see a change for the worse. Workloads are those of protocol.md, part 1.

    .venv/bin/python benchmarks/spine.py [PART ...]

A part is a function that sets up and returns the work to be timed and how many units that work does.
"""

import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from finewright.base.nearness import near_pairs
from finewright.base.recipe import Data
from finewright.base.recipe_train import Lora, Train
from finewright.base.records import CompletionRequest, Message
from finewright.data.load import load
from finewright.engine.local import LocalCompleter
from finewright.model import lora
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from finewright.model.padded import PaddedBatches
from finewright.train.epochs import Epochs
from finewright.train.sft import token_loss
from record import record

REPEATS = 5
TRAINING_ROWS, OTHER_ROWS = 10_003, 3_080
VOCABULARY = 3_000
SYLLABLES = [
    f"{start}{vowel}" for start in ("b", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "ch") for vowel in "aeiou"
]

Work = tuple[Callable[[], Any], float, str]


def main(wanted: list[str]) -> None:
    """Measure the wanted parts, or all; print the table and write the dated file."""
    parts = {part.__name__: part for part in (reading, near_duplicates, training, decoding_alone, decoding_in_a_batch)}
    rows = [measured(name, part) for name, part in parts.items() if not wanted or name in wanted]
    record("spine", {"repeats": REPEATS, "threads": torch.get_num_threads(), "parts": rows})


def measured(name: str, part: Callable[[], Work]) -> dict[str, Any]:
    """Median, slowest and fastest rate of a part, after one run that is not counted."""
    work, units, unit = part()
    work()
    rates = sorted(units / seconds(work) for _ in range(REPEATS))
    median = statistics.median(rates)
    print(f"{name:20} {median:10.1f} {unit}/s   ({rates[0]:.1f} to {rates[-1]:.1f})")
    return {"part": name, "unit": f"{unit}/s", "median": median, "slowest": rates[0], "fastest": rates[-1]}


def seconds(work: Callable[[], Any]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def texts(count: int, seed: int) -> list[str]:
    """Generated messages of 5 to 20 words as unevenly frequent as those of a language; the same for the same seed."""
    draw = random.Random(0)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    draw = random.Random(seed)
    return [" ".join(draw.choices(words, weights, k=draw.randint(5, 20))) for _ in range(count)]


def reading() -> Work:
    """A CSV of labelled rows to records."""
    path = Path(tempfile.mkdtemp()) / "rows.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["text", "label"])
        rows.writerows((text, f"label {number % 77}") for number, text in enumerate(texts(TRAINING_ROWS, 0)))
    return lambda: load(path, Data(train=path)), TRAINING_ROWS, "rows"


def near_duplicates() -> Work:
    """Every near pair between a training part and a test part."""
    left, right = texts(TRAINING_ROWS, 0), texts(OTHER_ROWS, 1)
    right[::100] = [f"{text} x" for text in left[: len(right[::100])]]
    return lambda: near_pairs(left, right, 0.9), TRAINING_ROWS + OTHER_ROWS, "texts"


def training() -> Work:
    """Forward and backward of one optimizer step, in padded tokens."""
    base = find("smollm2-135m")
    chat = Chat(load_tokenizer(base))
    model = lora.attach(load_decoder(base), Lora(), seed=0).train()
    examples = [
        chat.encode_example(str(number), (Message("user", text),), "label") for number, text in enumerate(texts(16, 0))
    ]
    step = Epochs(examples, Train(), 0, PaddedBatches(1024, chat.pad)).step(0)

    def work() -> None:
        for batch in step.batches:
            loss = token_loss(model, batch) / step.weight
            loss.backward()
        model.zero_grad()

    return work, sum(batch.tokens for batch in step.batches), "tokens"


def decoding_alone() -> Work:
    """Greedy answers, one request at a time."""
    return _decoding(1)


def decoding_in_a_batch() -> Work:
    """Greedy answers to 32 requests of different length, side by side."""
    return _decoding(32)


def _decoding(count: int) -> Work:
    base = find("smollm2-135m")
    model = load_decoder(base)
    chat = Chat(load_tokenizer(base))
    completer = LocalCompleter(model, chat, context=model.config.max_position_embeddings, batch_tokens=8192)
    asked = [
        CompletionRequest((Message("user", f"Write a long story about: {text}"),), max_tokens=32)
        for text in texts(count, 0)
    ]
    tokens = sum(completion.completion_tokens for completion in completer.complete(asked))
    return lambda: completer.complete(asked), tokens, "tokens"


if __name__ == "__main__":
    main(sys.argv[1:])
