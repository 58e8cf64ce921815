"""Training a classification head on an encoder beside transformers.Trainer: Banking77's rows on MiniLM.

    .venv/bin/python benchmarks/encoder.py [--rows 2048] [--repeats 3]

Same base, mean pooling and linear layer with the same first weights, same rows, batch size, learning rate, clipping
and AdamW without decay, dropout off, fp32; whole epochs in turn, the first of each side a warm-up. Two peers: the
Trainer as it comes, which draws rows at random and pads to the longest of a batch, and the Trainer with
`group_by_length`. The accuracy on held-out rows after the last epoch and each process's most memory are told beside
the rates. No side validates, saves or logs, and ours does not fit its head first (`train/probe.py`).
"""

import argparse
import json
import math
import statistics
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from alternate import OURS, PEERS, Answer, Worker, alternate, spread
from finewright.model.hub import Base, find
from finewright.model.texts import Texts
from record import RUNS, record_parts
from workloads import banking, labels

BASE, BATCH = "minilm-l6", 32
PEER_SAMPLING = {"trainer": "random", "trainer-by-length": "group_by_length"}
CLOSE = 1e-4


def main() -> None:
    """Measure and record."""
    asked = _arguments()
    base = find(BASE)
    path = prepare(base, asked)
    job = json.loads(path.read_text())
    workers = {"ours": Worker(OURS, "encoder_ours.py", str(path), threads=asked.threads)}
    workers |= {
        name: Worker(PEERS, "encoder_peer.py", str(path), sampling, threads=asked.threads)
        for name, sampling in PEER_SAMPLING.items()
    }
    losses = {name: worker.ask({"loss_of": BATCH})["loss"] for name, worker in workers.items()}
    print(f"first losses: {losses}")
    if not all(math.isclose(loss, losses["ours"], rel_tol=CLOSE) for loss in losses.values()):
        raise SystemExit(f"the first losses differ, so nothing is recorded: {losses}")
    answers = alternate(workers, [{"epoch": number} for number in range(asked.repeats + 1)])
    accuracy = {name: worker.ask({"accuracy": True})["accuracy"] for name, worker in workers.items()}
    settings = {name: worker.ready["settings"] for name, worker in workers.items()}
    for worker in workers.values():
        worker.close()
    sides = {name: _side(of, accuracy[name]) for name, of in answers.items()}
    ratios = {name: _ratios(answers["ours"], answers[name]) for name in PEER_SAMPLING}
    for name, ratio in ratios.items():
        print(f"{ratio['median']:.2f} times {name}; accuracy {sides['ours']['accuracy']} and {sides[name]['accuracy']}")
    found = {
        "threads": asked.threads,
        "rows": asked.rows,
        "steps_per_epoch": math.ceil(asked.rows / BATCH),
        "tokens": sum(len(row["tokens"]) for row in job["train_rows"]),
        "settings": settings,
        "versions": workers["trainer"].ready["versions"],
        "first_loss": losses,
        "ratio": ratios,
        **sides,
    }
    record_parts("encoder", f"banking77-{asked.rows}", found)


def prepare(base: Base, asked: argparse.Namespace) -> Path:
    """Tokenise the rows once into a job that all sides read, with the first weights of the head beside it."""
    texts, number = Texts.of(base, base.context), {label: place for place, label in enumerate(labels())}
    job: dict[str, Any] = {
        "base": BASE,
        "folder": str(base.folder),
        "threads": asked.threads,
        "batch": BATCH,
        "epochs": asked.repeats + 1,
        "labels": len(number),
        "train": {"learning_rate": asked.learning_rate, "clip": 1.0},
    }
    # Both out of the training file: the test rows are for the proofs.
    every = banking("train")
    for part, chosen in (("train", every[: asked.rows]), ("test", every[asked.rows :][: asked.test_rows])):
        job[f"{part}_rows"] = [
            {"id": f"{part}-{place:06}", "tokens": texts.example("", text).tokens[:-1], "label": number[label]}
            for place, (text, label) in enumerate(chosen)
        ]
    RUNS.mkdir(exist_ok=True)
    torch.manual_seed(0)
    head = nn.Linear(json.loads((base.folder / "config.json").read_text())["hidden_size"], len(number))
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    job["head"] = str(RUNS / "encoder-head.safetensors")
    save_file({name: value.detach() for name, value in head.named_parameters()}, job["head"])
    path = RUNS / "encoder.json"
    path.write_text(json.dumps(job))
    return path


def _side(answers: list[Answer], accuracy: float) -> dict[str, Any]:
    """A side's figures; the first answer is the warm-up."""
    timed = answers[1:]
    return {
        "rows_per_second": spread([answer["rows"] / answer["seconds"] for answer in timed]),
        "seconds": [answer["seconds"] for answer in timed],
        "losses": [answer["loss"] for answer in answers],
        "accuracy": accuracy,
        "peak_bytes": max(answer["bytes"] for answer in answers),
        "idle_seconds_of_the_others": max(answer["idle"] for answer in answers),
    }


def _ratios(ours: list[Answer], peer: list[Answer]) -> dict[str, float]:
    """Rates of neighbouring epochs against each other; the median is that of the rates."""
    pairs = [other["seconds"] / own["seconds"] for own, other in zip(ours[1:], peer[1:], strict=True)]
    medians = [statistics.median(answer["seconds"] for answer in side[1:]) for side in (ours, peer)]
    return spread(pairs) | {"median": medians[1] / medians[0]}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2048, help="training rows, all of them in every epoch")
    parser.add_argument("--test-rows", type=int, default=1540, help="rows for the accuracy")
    parser.add_argument("--repeats", type=int, default=3, help="epochs that count, after one that does not")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    return parser.parse_args()


if __name__ == "__main__":
    main()
