"""Which way of learning does best on Banking77: classifiers, encoders and decoders, each by `finewright run`.

    .venv/bin/python benchmarks/methods.py [--parts every adapter thousand] [--out runs]

`every`: every training row but a twentieth to validate on; TF-IDF, frozen embeddings, the encoder's weights (three
seeds); the whole test set. `adapter`: the same with an adapter on the encoder, one seed. `thousand`: SmolLM2 on 1,000
rows, an adapter of rank 4, one of rank 16 and all weights, on a fixed sample of test rows, with a margin of three
points for the adapters. The settings are those in this file, chosen on rows of the training file (docs/lab-notes.md).
Takes about an hour on two cores; a run that was stopped is resumed, and one that is done is read.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from as_user import OFF, run_banking
from finewright.evaluate.statistics.paired import paired_bootstrap
from record import RUNS, record_parts

SEEDS = (0, 1, 2)
ENCODER = {"full": {"learning_rate": 1e-4}, "lora": {"method": "lora", "learning_rate": 1e-3}}
DECODER = {
    "rank 4": {"learning_rate": 1e-3, "lora": {"rank": 4, "alpha": 8}},
    "rank 16": {"learning_rate": 1e-3, "lora": {"rank": 16, "alpha": 32}},
    "all weights": {"learning_rate": 1e-4, "method": "full"},
}
MARGIN = 0.03
PARTS = ("every", "adapter", "thousand")
_CONFIDENCE = 0.95


def main() -> int:
    """Run what is asked for, record and print it."""
    asked = _arguments()
    for part in asked.parts:
        found = {"every": _every, "adapter": _adapter, "thousand": _thousand}[part](asked)
        record_parts("methods", part, found)
        for line in found["table"]:
            print(line)
    return 0


def _every(asked: argparse.Namespace) -> dict[str, Any]:
    runs = {f"encoder, all weights, seed {seed}": _encoder("full", seed, seed == 0, asked) for seed in SEEDS}
    first = runs["encoder, all weights, seed 0"]["arms"]
    rows = {name: _cheap(first[name]) for name in ("tfidf", "frozen")}
    rows |= {name: _head(run) for name, run in runs.items()}
    seeds = np.array([_right(runs[f"encoder, all weights, seed {seed}"]["arms"]["encoder"]) for seed in SEEDS])
    mean, frozen = seeds.mean(0), _right(first["frozen"])
    return {
        "rows": rows,
        "mean_of_seeds": float(mean.mean()),
        "against_frozen": _paired(mean, frozen),
        "table": [f"{name}: {row}" for name, row in rows.items()],
    }


def _adapter(asked: argparse.Namespace) -> dict[str, Any]:
    rows = {"encoder, adapter": _head(_encoder("lora", 0, False, asked))}
    return {"rows": rows, "table": [f"{name}: {row}" for name, row in rows.items()]}


def _thousand(asked: argparse.Namespace) -> dict[str, Any]:
    runs = {name: _decoder(name, settings, asked) for name, settings in DECODER.items()}
    rows = {name: _tuned(run) for name, run in runs.items()}
    right = {name: _right(run["arms"]["tuned"], "test") for name, run in runs.items()}
    verdicts = {}
    for name in ("rank 4", "rank 16"):
        verdicts[name] = _paired(right[name], right["all weights"])
        verdicts[name]["not_inferior"] = verdicts[name]["low"] > -MARGIN
    table = [f"{name}: {row}" for name, row in rows.items()]
    return {"rows": rows, "against_all_weights": verdicts, "margin": MARGIN, "table": [*table, str(verdicts)]}


def _encoder(method: str, seed: int, classifiers: bool, asked: argparse.Namespace) -> dict[str, Any]:
    on = {"enabled": classifiers}
    return run_banking(
        f"encoder-{method}-{seed}",
        {
            "seed": seed,
            "arms": {
                "majority": OFF,
                "tfidf": on,
                "frozen": on,
                "zero_shot": OFF,
                "few_shot": OFF,
                "encoder": {"train": {"epochs": 6, "batch": 32, "evaluations": 1, "patience": 0} | ENCODER[method]},
            },
            "train": OFF,
            "evaluate": {"validation_rows": None, "forgetting": OFF},
        },
        asked.out,
        asked.test_rows,
    )


def _decoder(name: str, settings: dict[str, Any], asked: argparse.Namespace) -> dict[str, Any]:
    off = dict.fromkeys(("majority", "tfidf", "frozen", "encoder", "zero_shot", "few_shot"), OFF)
    return run_banking(
        f"decoder-{name.replace(' ', '-')}",
        {"arms": off, "train": {"rows": 1000, "epochs": 2, "evaluations": 1} | settings},
        asked.out,
        asked.test_rows,
    )


def _right(arm: dict[str, Any], part: str = "whole") -> np.ndarray:
    """Whether each test row was answered right, in the rows' order."""
    measured = arm.get(part) or arm["test"]
    return np.array([measured["correct"][name] for name in sorted(measured["correct"])], float)


def _accuracy(arm: dict[str, Any], part: str = "whole") -> dict[str, Any]:
    measured = arm.get(part) or arm["test"]
    figure: dict[str, Any] = measured["figures"]["accuracy"]
    return {key: round(value, 4) for key, value in figure.items()}


def _cheap(arm: dict[str, Any]) -> dict[str, Any]:
    return {"accuracy": _accuracy(arm)}


def _head(run: dict[str, Any]) -> dict[str, Any]:
    place = run["folder"] / "arms" / "encoder"
    training = json.loads((place / "training.json").read_text(encoding="utf-8"))
    training["adapter_bytes"] = sum(path.stat().st_size for path in (place / "model").iterdir())
    return {"accuracy": _accuracy(run["arms"]["encoder"])} | _cost(training, run)


def _tuned(run: dict[str, Any]) -> dict[str, Any]:
    return {"accuracy": _accuracy(run["arms"]["tuned"], "test")} | _cost(run["training"], run)


def _cost(training: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    return {
        "trained_weights": training["trained_weights"],
        "megabytes": round(training["adapter_bytes"] / 1e6, 1),
        "minutes": round(training["seconds"] / 60, 1),
        "peak_gigabytes": run["peak_bytes"] and round(run["peak_bytes"] / 1e9, 2),
    }


def _paired(one: np.ndarray, other: np.ndarray) -> dict[str, Any]:
    """The mean difference over the same rows, with its interval and p-value."""
    difference = one - other
    low, high, p = paired_bootstrap(difference, _CONFIDENCE)
    return {"difference": float(difference.mean()), "low": low, "high": high, "p": p, "rows": len(difference)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--out", type=Path, default=RUNS / "methods", help="where run folders go")
    parser.add_argument("--test-rows", type=int, default=770, help="test rows for the decoders")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
