"""Does GRPO raise a reward that can be checked, on rollouts and on rows that were held out?

    .venv/bin/python benchmarks/reinforce.py [--look] [--out runs]

The demo's task: a remark about a short payment becomes a JSON record of four fields. SmolLM2-135M is asked by one
prompt before and after: the fields, and four remarks of another corpus with their records, some 600 tokens. Rewarded is
the share of the fields that are right. No answer to a row is ever shown: an adapter of rank 16 learns from eight
sampled answers to each alone. Told are the base's and the tuned model's records and fields on held-out customers, the
reward by step, and sample rollouts of the first and the last round. With `--look` the base alone is measured, on a
corpus of another seed: so the prompt was chosen. Some fifteen minutes on two cores; a run that was stopped is resumed,
and one that is done is read.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from as_user import run
from finewright.data.deductions import Remark, remark
from finewright.train.rounds import read_round, rounds_in
from record import RUNS, record

PROMPT = "{instruction}\n{choices}"
TRAIN = {
    "objective": "grpo",
    "epochs": 1,
    "batch": 4,
    "evaluations": 3,
    "learning_rate": 5e-4,
    "schedule": "constant",
    "patience": 0,
    "reinforce": {"rollouts": 8, "max_tokens": 56, "kl": 0.02, "rewards": [{"scorer": "fields"}]},
}
SEED, LOOK_SEED, SHOTS_SEED = 0, 1, 2
SHOTS = 4
_AT_ENDS = 5
_OFF = {"enabled": False}
_LOGGED = ("step", "reward", "reward_spread", "alike", "length", "cut", "kl", "entropy", "clipped", "loss", "seconds")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the corpus, run what is asked for, record and print it."""
    asked = _arguments(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    corpus = _write_corpus(asked.out, asked.rows, LOOK_SEED if asked.look else SEED)
    if asked.look:
        outcome = run(_file(asked, "look"), _recipe(asked, corpus) | {"train": _OFF})
        print(_figures(outcome, "zero_shot"))
        return 0
    outcome = run(_file(asked, "reinforce"), _recipe(asked, corpus))
    found = _told(outcome)
    table = list(_table(found))
    record("reinforce", {"base": asked.base, "train": TRAIN, "prompt": PROMPT, **found, "table": table})
    for line in table:
        print(line)
    return 0


def _write_corpus(folder: Path, count: int, seed: int) -> Path:
    """The demo's remarks of that seed as conversations, each behind the same four remarks with their records."""
    shots = [turn for row in range(SHOTS) for turn in _turns(remark(SHOTS_SEED, row))]
    path = folder / f"remarks-{seed}.jsonl"
    remarks = (remark(seed, row) for row in range(count))
    rows = ({"messages": [*shots, *_turns(one)], "customer": one.customer} for one in remarks)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _turns(one: Remark) -> list[dict[str, str]]:
    return [{"role": "user", "content": one.prompt}, {"role": "assistant", "content": one.completion}]


def _recipe(asked: argparse.Namespace, corpus: Path) -> dict[str, Any]:
    off = dict.fromkeys(("majority", "tfidf", "frozen", "encoder", "few_shot"), _OFF)
    return {
        "base": asked.base,
        "seed": SEED,
        "data": {"train": corpus.name, "columns": {"group": "customer"}},
        "split": {"by": "group", "validation": 0.08, "near": 1.0},
        "task": {"kind": "json", "instruction": "Extract the deduction from this remark as JSON."},
        "arms": off | {"zero_shot": {"prompt": PROMPT}, "tuned": {"prompt": PROMPT}},
        "train": TRAIN,
        "evaluate": {"test_rows": asked.test_rows, "forgetting": _OFF},
        "output": {"runs": "."},
    }


def _file(asked: argparse.Namespace, name: str) -> Path:
    return Path(asked.out) / f"{name}.yaml"


def _told(outcome: dict[str, Any]) -> dict[str, Any]:
    """A run's figures, its curves, and what was sampled first and last."""
    folder, results = Path(outcome["folder"]), outcome["results"]
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    curve = [{name: row[name] for name in _LOGGED if name in row} for row in rows if "reward" in row]
    rounds = rounds_in(folder / "rollouts")
    return {
        "held_out": {"base": _figures(outcome, "zero_shot"), "tuned": _figures(outcome, "tuned")},
        "verdict": results["verdict"]["sentence"],
        "rewards": {"first": _mean(curve[:_AT_ENDS]), "last": _mean(curve[-_AT_ENDS:]), "steps": len(curve)},
        "validation": [
            {"step": one["step"], "reward": -one["validation_loss"]} for one in rows if "validation_loss" in one
        ],
        "curve": curve,
        "rollouts": {"first": _sampled(rounds[0]), "last": _sampled(rounds[-1])},
        "training": {key: value for key, value in results["training"].items() if not isinstance(value, list | dict)},
    }


def _figures(outcome: dict[str, Any], name: str) -> dict[str, Any]:
    """An arm's figures on the held-out rows."""
    arm = next(arm for arm in outcome["results"]["arms"] if arm["name"] == name)
    figures: dict[str, Any] = arm["test"]["figures"]
    return figures


def _mean(curve: Sequence[dict[str, Any]]) -> float:
    return fmean(row["reward"] for row in curve)


def _sampled(path: Path, prompts: int = 2, answers: int = 3) -> list[dict[str, Any]]:
    """Some of a round's rollouts, the best and the worst among them."""
    return [
        {
            "asked": group.text,
            "wanted": group.wanted,
            "answers": [
                {"text": one.text, "reward": one.reward, "advantage": one.advantage}
                for one in sorted(group.rollouts, key=lambda one: -one.reward)[
                    :: max(1, len(group.rollouts) // answers)
                ]
            ],
        }
        for group in read_round(path).groups[:prompts]
    ]


def _table(found: dict[str, Any]) -> Iterable[str]:
    for name in ("records", "fields", "validity"):
        base, tuned = (found["held_out"][arm][name] for arm in ("base", "tuned"))
        yield f"{name} right on held-out rows: base {_share(base)}, tuned {_share(tuned)}"
    rewards = found["rewards"]
    yield (
        f"reward of rollouts: {rewards['first']:.3f} in the first {_AT_ENDS} steps, {rewards['last']:.3f} in the last "
        f"{_AT_ENDS} of {rewards['steps']}"
    )
    told = ", ".join(f"{one['reward']:.3f} (step {one['step']})" for one in found["validation"])
    yield f"reward of greedy answers on validation: {told}"
    yield f"trained for {found['training']['seconds']:,.0f} s"


def _share(figure: dict[str, Any]) -> str:
    return f"{figure['value']:.1%} ({figure['low']:.1%} to {figure['high']:.1%}) of {figure['rows']}"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--look", action="store_true", help="measure the base alone, on another corpus")
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--rows", type=int, default=300, help="remarks of the corpus, held-out ones among them")
    parser.add_argument("--test-rows", type=int, default=60)
    parser.add_argument("--out", type=Path, default=RUNS / "reinforce", help="where the corpus and run folders go")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
