"""What an audit finds where there is something to find, and where there is not: memory, planted secrets, and noise.

    .venv/bin/python benchmarks/audit.py [--parts memory secrets private] [--base smollm2-135m] [--out runs/audit]

Part 23 of protocol.md. By `finewright run`, `audit` and `gate`, as a user calls them; a run that is done is read.
"""

import argparse
import csv
import json
import random
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from as_user import FINEWRIGHT, OFF, run
from record import RUNS, record_parts
from workloads import SHARED

LABELS, SEED = 10, 23
_ARMS = ("majority", "tfidf", "frozen", "encoder", "zero_shot", "few_shot", "retrieved", "neighbours")
POLICY = {
    "name": "memory",
    "title": "What the adapter keeps of its rows, and nothing else.",
    "checks": {
        "exposure": {"at_most": 3.0, "doubt": "passes"},
        "secrets": {"found": 0},
        "membership": {"tpr": 0.03, "auc": 0.65, "doubt": "passes"},
        "extraction": {"difference": 0.05, "identifiers": 0, "unasked": "passes", "doubt": "passes"},
        "outputs": {"identifiers": 0.05, "doubt": "passes"},
    },
}
"""The default policy's checks of memory, with its bounds; lift and red team are another question."""


def main() -> int:
    """Measure the parts that are asked for, record and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--base", default="smollm2-135m")
    parser.add_argument("--out", type=Path, default=RUNS / "audit")
    asked = parser.parse_args()
    out = asked.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    (out / "memory.yaml").write_text(json.dumps(POLICY, indent=1))
    for part in asked.parts:
        found = PARTS[part](out, asked.base)
        record_parts("audit", part, found)
        for line in _table(found):
            print(line)
    return 0


def memory(out: Path, base: str) -> dict[str, Any]:
    """The same rows learned for 2 epochs and for 30, the last weights kept."""
    rows = _intents(out)
    ways = {"two epochs": 2, "thirty epochs": 30}
    return {
        name: _attacked(out / f"epochs-{epochs}.yaml", _short(rows, base, epochs), "membership", "canaries")
        for name, epochs in ways.items()
    }


def private(out: Path, base: str) -> dict[str, Any]:
    """The same rows learned plainly and under two bounds."""
    rows = _intents(out)
    found = {}
    for name, bound in {"plain": None, "epsilon 8": 8, "epsilon 2": 2}.items():
        train = {"rows": 600, "batch": 100, "learning_rate": 0.002, "layers": 6, "lora": {"rank": 4}}
        dp = {} if bound is None else {"dp": {"epsilon": bound, "clip": 1.0}}
        recipe = _short(rows, base, 12, {**train, **dp, "keep": "best"})
        found[name] = _attacked(out / f"{name.replace(' ', '-')}.yaml", recipe, "membership", "canaries")
    return found


def secrets(out: Path, base: str) -> dict[str, Any]:
    """Rows with planted secrets, learned as they are and scrubbed."""
    demo, planted = out / "demo", out / "planted.jsonl"
    if not planted.exists():
        _call("data", "demo", str(demo), "--personal", "--rows", "240", "--seed", str(SEED))
        _call(
            "data",
            "plant",
            str(demo / "deductions.jsonl"),
            "--out",
            str(planted),
            "--secrets",
            str(out / "secrets.jsonl"),
            "--rows",
            "12",
            "--repeat",
            "4",
        )
    recipe = {
        "base": base,
        "data": {"train": str(planted)},
        "split": {"test": 0.3, "validation": 0.05},
        "task": {"instruction": "Extract the deduction from this remark as JSON."},
        "arms": dict.fromkeys(_ARMS, OFF),
        "train": {"epochs": 6, "batch": 8, "learning_rate": 0.001, "keep": "last"},
        "evaluate": {"forgetting": OFF, "test_rows": 60},
        "output": {"runs": "."},
        "audit": {"secrets": str(out / "secrets.jsonl"), "redteam": OFF},
    }
    ways = {"raw": OFF, "scrubbed": {}}
    return {
        name: _attacked(out / f"{name}.yaml", {**recipe, "name": name, "privacy": privacy})
        for name, privacy in ways.items()
    }


PARTS: dict[str, Callable[[Path, str], dict[str, Any]]] = {"memory": memory, "secrets": secrets, "private": private}


def _intents(out: Path) -> Path:
    """The rows of ten intents of Banking77, those first by name, in a random order that no split can follow."""
    path = out / "intents.csv"
    if not path.exists():
        with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as stream:
            head, *rows = csv.reader(stream)
        chosen = set(sorted({row[1] for row in rows})[:LABELS])
        kept = [row for row in rows if row[1] in chosen]
        random.Random(SEED).shuffle(kept)
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *kept])
    return path


def _short(rows: Path, base: str, epochs: int, train: Mapping[str, Any] | None = None) -> dict[str, Any]:
    settings = {"rows": 150, "batch": 16, "epochs": epochs, "keep": "last", "layers": 10, **(train or {})}
    return {
        "base": base,
        "data": {"train": str(rows)},
        "split": {"test": 0.25, "validation": 0.05},
        "task": {"instruction": "Name the intent of this message to a bank."},
        "arms": {**dict.fromkeys(_ARMS, OFF), "tuned": {"prompt": "{instruction}"}},
        "train": settings,
        "evaluate": {"forgetting": OFF},
        "privacy": OFF,
        "audit": {"canaries": {"single": 8}, "redteam": OFF},
        "output": {"runs": "."},
    }


def _attacked(path: Path, recipe: Mapping[str, Any], *kinds: str) -> dict[str, Any]:
    """A run, what the attacks found on it, and what the gate says by the policy of memory alone."""
    outcome = run(path, {**recipe, "name": path.stem, "audit": {**recipe["audit"], "enabled": True}})
    folder = outcome["folder"]
    only = [word for kind in kinds for word in ("--only", kind)]
    reports = json.loads(_call("audit", folder, "--json", *only))["reports"]
    decision = json.loads(_call("gate", folder, "--policy", str(path.parent / "memory.yaml"), "--json"))
    again = json.loads(_call("gate", folder, "--policy", str(path.parent / "memory.yaml"), "--json"))
    tuned = next(arm for arm in outcome["results"]["arms"] if arm["name"] == "tuned")
    return {
        "right": tuned["test"]["figures"],
        "rows": {key: outcome["results"]["training"][key] for key in ("examples", "steps", "seconds")},
        "bound": outcome["results"]["training"].get("dp"),
        "reports": {kind: {"figures": of["figures"], "notes": of["notes"]} for kind, of in reports.items()},
        "gate": decision,
        "same again": decision == again,
    }


def _call(*words: str) -> str:
    done = subprocess.run([FINEWRIGHT, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"finewright {words[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _table(found: Mapping[str, Any]) -> Iterator[str]:
    """Each way's figures, a line each."""
    for name, of in found.items():
        yield name
        for kind, report in of["reports"].items():
            for figure, value in report["figures"].items():
                span = f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f}) of {value['rows']}"
                yield f"    {kind:<12} {figure:<20} {span}"
        for figure, value in of["right"].items():
            yield f"    {'task':<12} {figure:<20} {value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
        yield f"    gate: {of['gate']['outcome']}; the same again: {of['same again']}"


if __name__ == "__main__":
    raise SystemExit(main())
