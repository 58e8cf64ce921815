"""Banking77's list of 77 labels distilled into SmolLM2: right with the list, without it before, without it after.

    .venv/bin/python benchmarks/distil.py [--match tokens answers] [--teacher base tuned] [--rows 600] [--out runs]

The teacher has all 77 labels in its system message (some 590 tokens a call); it is the base, or the base tuned on 1,000
labelled rows under that message and merged with what it learned. The student is the same model with one line and an
adapter. It learns from texts of the training file whose labels it is not shown, and every side answers the same test
rows with the best of the 77 labels. `tokens` learns the teacher's distributions, `answers` what it wrote. By
`finewright run`, `merge` and their results alone; some ten minutes a match on two cores, and as many for the tuned
teacher. A run that is done is read.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from as_user import FINEWRIGHT, OFF, run_banking
from record import RUNS, record_parts

MATCHES = ("tokens", "answers")
_ARMS = dict.fromkeys(("majority", "tfidf", "frozen", "encoder", "few_shot"), OFF)
_SHORT, _LONG = "{instruction}", "{instruction}\n{choices}"
TEACHER = {"rows": 1000, "epochs": 2, "evaluations": 1, "learning_rate": 1e-3}


def main() -> int:
    """Run what is asked for, record and print it."""
    asked = _arguments()
    for teacher in asked.teacher:
        base = {"base": str(_tuned(asked))} if teacher == "tuned" else {}
        short = _ARMS | {"zero_shot": {"prompt": _SHORT}, "tuned": OFF}
        before = _run(f"short-{teacher}", base | {"arms": short, "train": OFF}, asked)
        for match in asked.match:
            found = _found(before, _run(f"distil-{teacher}-{match}", base | _recipe(match, asked), asked))
            record_parts("distil", f"{match}, {teacher} teacher", found)
            for line in found["table"]:
                print(line)
    return 0


def _tuned(asked: argparse.Namespace) -> Path:
    """The base tuned on labelled rows under the long prompt, as a model folder of its own."""
    folder = asked.out / "teacher"
    if not folder.exists():
        arms = _ARMS | {"zero_shot": OFF, "tuned": {"prompt": _LONG}}
        learned = _run("teacher-run", {"arms": arms, "train": TEACHER}, asked)
        subprocess.run([FINEWRIGHT, "merge", str(learned["folder"]), str(folder)], check=True)
    return folder


def _recipe(match: str, asked: argparse.Namespace) -> dict[str, Any]:
    """The zero-shot arm is the teacher: the default prompt, with all labels."""
    learning = {"rows": asked.rows, "epochs": asked.epochs, "evaluations": 1, "learning_rate": 1e-3}
    return {
        "arms": _ARMS | {"tuned": {"prompt": _SHORT}},
        "train": learning | {"objective": "distil", "distil": {"match": match}},
    }


def _found(before: dict[str, Any], run: dict[str, Any]) -> dict[str, Any]:
    sides = {
        "teacher, with the labels": (run, "zero_shot"),
        "student before, without them": (before, "zero_shot"),
        "student after, without them": (run, "tuned"),
    }
    teacher = _answers(run, "zero_shot")
    rows = {
        side: {
            "accuracy": _accuracy(of["arms"][arm]),
            "as the teacher": _alike(teacher, _answers(of, arm)),
            "prompt_tokens": round(of["arms"][arm]["test"]["prompt_tokens"], 1),
        }
        for side, (of, arm) in sides.items()
    }
    training = {
        key: run["training"][key] for key in ("examples", "epochs", "tokens", "base_loss", "best_loss", "seconds")
    }
    costs = run["distillation"]
    table = [f"{side}: {row}" for side, row in rows.items()] + [f"costs: {costs}"]
    return {"rows": rows, "training": training, "distillation": costs, "table": table}


def _run(name: str, changes: dict[str, Any], asked: argparse.Namespace) -> dict[str, Any]:
    return run_banking(name, changes, asked.out, asked.test_rows)


def _accuracy(arm: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 4) for key, value in arm["test"]["figures"]["accuracy"].items()}


def _answers(run: dict[str, Any], arm: str) -> dict[str, str]:
    """What an arm answered to the test rows, by record."""
    stored = json.loads((run["folder"] / "arms" / arm / "test.json").read_text(encoding="utf-8"))
    return {row["record"]: row["answer"] for row in stored["rows"]}


def _alike(one: dict[str, str], other: dict[str, str]) -> float:
    """The share of the same rows with the same answer."""
    if one.keys() != other.keys():
        raise SystemExit("the runs were measured on other test rows")
    return round(sum(other[row] == answer for row, answer in one.items()) / len(one), 4)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--match", nargs="+", choices=MATCHES, default=["tokens"])
    parser.add_argument("--teacher", nargs="+", choices=["base", "tuned"], default=["base"])
    parser.add_argument("--rows", type=int, default=600, help="training texts that the teacher answers")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RUNS / "distil", help="where run folders go")
    parser.add_argument("--test-rows", type=int, default=300, help="test rows for every side")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
