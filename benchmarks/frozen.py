"""Frozen layers computed once against the same run without: the top third of SmolLM2 adapted, three epochs.

    .venv/bin/python benchmarks/frozen.py [--rows 800] [--validation 100] [--repeats 3]

Every run is a process of its own, from the loaded base to the trained adapter: keeping the states, the base's own
validation, every step, a validation at the end of each epoch, and checkpoints. Alternating, medians with range.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from alternate import spread
from finewright.base.recipe_train import Lora, Train
from finewright.base.records import Message
from finewright.flows.batches import lay_out
from finewright.flows.learning import learn, take_threads
from finewright.model import lora
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from finewright.train.epochs import Epochs
from finewright.train.heap import keep_freed_memory
from finewright.train.sft import token_loss
from finewright.train.validation import validation_loss
from record import record
from serve import peak_bytes
from workloads import INSTRUCTION, banking, long_instruction

BASE, LAYERS, SEED, MICRO_TOKENS = "smollm2-135m", 10, 0, 4096
PROMPTS = {"one line": lambda: INSTRUCTION, "77 labels": long_instruction}


def main() -> int:
    """Alternate, print and record."""
    asked = _arguments()
    if asked.one:
        print(json.dumps(_run(asked)))
        return 0
    found: dict[str, Any] = {}
    for prompt in PROMPTS:
        runs: dict[str, list[dict[str, Any]]] = {"on": [], "off": []}
        for _ in range(asked.repeats):
            for cache, done in runs.items():
                done.append(_process(asked, cache, prompt))
                print(prompt, cache, done[-1], flush=True)
        seconds = {cache: spread([one["seconds"] for one in done]) for cache, done in runs.items()}
        times = [off["seconds"] / on["seconds"] for on, off in zip(runs["on"], runs["off"], strict=True)]
        found[prompt] = {"seconds": seconds, "times": spread(times), "runs": runs}
        print(f"{prompt}: {found[prompt]['times']} times", flush=True)
    record("frozen", {"rows": asked.rows, "validation": asked.validation, "layers": LAYERS, "workloads": found})
    return 0


def _process(asked: argparse.Namespace, cache: str, prompt: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", cache, "--prompt", prompt]
    command += ["--rows", str(asked.rows), "--validation", str(asked.validation)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _run(asked: argparse.Namespace) -> dict[str, Any]:
    settings = Train(layers=LAYERS, epochs=3, evaluations=1, patience=0, cache=asked.one, lora=Lora())
    take_threads(settings)
    keep_freed_memory()
    base = find(BASE)
    chat = Chat(load_tokenizer(base))
    every = [_example(chat, asked.prompt, *row) for row in enumerate(banking("train")[: asked.rows + asked.validation])]
    learning, choosing = every[: asked.rows], every[asked.rows :]
    model = lora.attach(load_decoder(base), settings.lora, seed=SEED, layers=settings.layers)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        began = time.perf_counter()
        laid_out = lay_out(
            model,
            learning,
            choosing,
            settings,
            micro_tokens=MICRO_TOKENS,
            pad=chat.pad,
            folder=folder / "states",
            identity={"base": base.digests.combined},
            say=lambda line: print(line, file=sys.stderr),
        )
        kept = time.perf_counter() - began
        outcome = learn(
            model,
            Epochs(learning, settings, SEED, laid_out.batches),
            token_loss,
            settings,
            seed=SEED,
            folder=folder,
            identity={"run": "benchmark", "layout": laid_out.layout},
            validate=lambda: validation_loss(model, choosing, laid_out.batches),
        )
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in folder.glob("states/*"))
    return {
        "seconds": seconds,
        "laying_out": kept,
        "loss": outcome.best_loss,
        "tokens": outcome.tokens,
        "disk": size,
        "bytes": peak_bytes(),
    }


def _example(chat: Chat, prompt: str, number: int, row: tuple[str, str]) -> Example:
    text, label = row
    return chat.encode_example(f"row-{number}", (Message("system", PROMPTS[prompt]()), Message("user", text)), label)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=800)
    parser.add_argument("--validation", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=("on", "off"), help="one run alone, in this process")
    parser.add_argument("--prompt", choices=tuple(PROMPTS), default="one line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
