"""The resume proof: a run killed with SIGKILL in training ends in the same adapter, to the bit, as one left alone.

    .venv/bin/python benchmarks/resume.py

Trains `smollm2-135m` on a small demo corpus in two run folders; some five minutes on two cores.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from as_user import FINEWRIGHT
from record import RUNS, record

ROWS = 96
KILL_AT = 4
RECIPE = """\
data: {{train: corpus/{data}}}
train: {{epochs: 2, evaluations: 3, batch: 8}}
evaluate: {{test_rows: 4, validation_rows: 4}}
arms: {{zero_shot: {{enabled: false}}, few_shot: {{enabled: false}}}}
output: {{runs: {runs}}}
"""


def main() -> int:
    """Both runs, the comparison, and 0 only where the adapters are the same."""
    place = RUNS / "resume"
    shutil.rmtree(place, ignore_errors=True)
    subprocess.run([FINEWRIGHT, "data", "demo", str(place / "corpus"), "--rows", str(ROWS)], check=True)
    data = next(path.name for path in sorted((place / "corpus").iterdir()) if path.suffix != ".yaml")
    for name in ("alone", "killed"):
        (place / f"{name}.yaml").write_text("name: resume\n" + RECIPE.format(data=data, runs=name))

    print("a run left alone")
    subprocess.run([FINEWRIGHT, "run", str(place / "alone.yaml")], check=True)
    print(f"the same run, killed after step {KILL_AT}")
    killed_at = run_and_kill(place / "killed.yaml", place / "killed")
    print(f"killed after step {killed_at}; the same command again")
    subprocess.run([FINEWRIGHT, "run", str(place / "killed.yaml")], check=True)

    alone, killed = (outcome(place / name) for name in ("alone", "killed"))
    same = alone == killed
    record("resume", {"rows": ROWS, "killed_after_step": killed_at, "alone": alone, "killed": killed, "same": same})
    print("the same to the bit" if same else "NOT the same")
    return 0 if same else 1


def run_and_kill(recipe: Path, runs: Path) -> int:
    """Start a run and SIGKILL it once training has logged step KILL_AT; returns the last step it had logged."""
    process = subprocess.Popen([FINEWRIGHT, "run", str(recipe)], start_new_session=True)
    while (step := last_step(runs)) < KILL_AT:
        if process.poll() is not None:
            raise SystemExit(f"the run ended by itself with code {process.returncode} before step {KILL_AT}")
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if any(runs.glob("*/results.json")):
        raise SystemExit("the run was done before it could be killed")
    return max(step, last_step(runs))


def last_step(runs: Path) -> int:
    """The last optimizer step in a run's metrics, 0 before the first."""
    steps = [row["step"] for row in metrics(runs) if "loss" in row]
    return steps[-1] if steps else 0


def metrics(runs: Path) -> list[dict[str, Any]]:
    """The rows of a run's metrics.jsonl, without a line that is half written."""
    text = "".join(path.read_text() for path in runs.glob("*/metrics.jsonl"))
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def outcome(runs: Path) -> dict[str, Any]:
    """The adapter's digest and the losses of every step, wherever they were computed."""
    (adapter,) = runs.glob("*/adapter/adapter_model.safetensors")
    losses = {row["step"]: row["loss"] for row in metrics(runs) if "loss" in row}
    return {"adapter_sha256": hashlib.sha256(adapter.read_bytes()).hexdigest(), "losses": losses}


if __name__ == "__main__":
    sys.exit(main())
