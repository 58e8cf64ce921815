"""A sweep's table: learning rate and method of the encoder arm on Banking77, three seeds each, by `finewright sweep`.

    .venv/bin/python benchmarks/sweep.py [--rows 1600] [--epochs 3]

Reads rows of the training file alone. A sweep that was stopped is resumed, and one that is done is read.
"""

import argparse
import csv
import json
import subprocess
import sys
import time
from typing import Any

import yaml

from as_user import FINEWRIGHT
from record import RUNS, record
from workloads import INSTRUCTION, banking

GRID = {
    "arms.encoder.train.learning_rate": [1e-4, 3e-4, 1e-3],
    "arms.encoder.train.method": ["full", "lora"],
}


def main() -> int:
    """Sweep, record and print."""
    asked = _arguments()
    folder = RUNS / "sweep"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("text", "category"), *banking("train")[: asked.rows]])
    (folder / "recipe.yaml").write_text(yaml.safe_dump(_recipe(asked)), encoding="utf-8")
    began = time.monotonic()
    command = [FINEWRIGHT, "sweep", str(folder / "recipe.yaml"), "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)["sweep"]
    for trial in (trial for one in found["combinations"] for trial in one["trials"]):
        del trial["correct"]
    record("sweep", {"rows": asked.rows, "epochs": asked.epochs, "seconds": time.monotonic() - began, "sweep": found})
    subprocess.run(command[:-1], check=True)
    return 0


def _recipe(asked: argparse.Namespace) -> dict[str, Any]:
    return {
        "name": "banking77",
        "data": {"train": "rows.csv"},
        "split": {"validation": 0.3, "test": 0.05},
        "task": {"instruction": INSTRUCTION},
        "arms": {"encoder": {"train": {"epochs": asked.epochs, "evaluations": 1}}},
        "train": {"enabled": False},
        "evaluate": {"validation_rows": None},
        "sweep": {"grid": GRID},
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1600, help="rows of the training file, held-out ones among them")
    parser.add_argument("--epochs", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
