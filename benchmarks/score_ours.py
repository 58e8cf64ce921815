"""finewright's side of `score.py`: `LocalCompleter` with the labels as choices.

score_ours.py JOB best|scan
"""

import json
import math
import sys
import time
from pathlib import Path
from typing import Any

import torch

from finewright.base.records import Completion, CompletionRequest, Message
from finewright.engine.local import LocalCompleter
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from serve import answers, peak_bytes, question


def main(path: str, mode: str) -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    base = find(job["base"])
    completer = LocalCompleter(
        load_decoder(base), Chat(load_tokenizer(base)), context=base.context, batch_tokens=job["batch_tokens"]
    )
    answer({"side": "ours", "bytes": peak_bytes()})
    while asked := question():
        requests = [_request(job, text, mode) for text in _texts(job, asked)]
        began = time.perf_counter()
        completions = completer.complete(requests)
        answer({"seconds": time.perf_counter() - began, **_told(completions), "bytes": peak_bytes()})


def _texts(job: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """So many rows, from the one that is named on."""
    begin = asked.get("from", 0)
    found: list[str] = job["texts"][begin : begin + asked["ours"]]
    return found


def _request(job: dict[str, Any], text: str, mode: str) -> CompletionRequest:
    return CompletionRequest(
        (Message("system", job["system"]), Message("user", text)),
        choices=tuple(job["labels"]),
        probabilities=mode == "scan",
    )


def _told(completions: list[Completion]) -> dict[str, Any]:
    return {
        "rows": len(completions),
        "best": [_best(one) for one in completions],
        "log_probability": [_log_probability(one) for one in completions],
        "log_probabilities": [_every(one) for one in completions],
    }


def _best(one: Completion) -> str:
    return max(one.probabilities, key=one.probabilities.__getitem__) if one.probabilities else one.text


def _log_probability(one: Completion) -> float | None:
    """Of the label named, where known; below the smallest number it is not."""
    return _log(one.probabilities[_best(one)] if one.probabilities else one.probability)


def _every(one: Completion) -> dict[str, float | None] | None:
    """Of every label, where all were asked for."""
    return one.probabilities and {label: _log(value) for label, value in one.probabilities.items()}


def _log(probability: float | None) -> float | None:
    return math.log(probability) if probability else None


if __name__ == "__main__":
    main(*sys.argv[1:])
