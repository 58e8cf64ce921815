"""`finewright` as a user calls it, for proofs that read nothing but what a run says of itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from workloads import INSTRUCTION, SHARED

FINEWRIGHT = str(Path(sys.executable).parent / "finewright")
OFF = {"enabled": False}


def run(path: Path, recipe: dict[str, Any] | None = None) -> dict[str, Any]:
    """`finewright run --json` of a recipe file, written first where the recipe is given; what it printed.

    Without the attacks and canaries of an audit, where the recipe says nothing of them.

    With `peak_bytes`, the most memory that the process held when it was not resumed or shown: kept beside the recipe.
    """
    if recipe is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"audit": OFF} | recipe, indent=1), encoding="utf-8")  # JSON is YAML
    output, memory = path.with_suffix(".json"), path.with_suffix(".memory")
    with output.open("w") as stream:
        process = subprocess.Popen([FINEWRIGHT, "run", str(path), "--json"], stdout=stream)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # it was waited for
    if process.returncode:
        raise SystemExit(f"{path.stem} ended with {process.returncode}")
    outcome: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    if outcome["state"] == "new":
        memory.write_text(str(usage.ru_maxrss * 1024))
    return outcome | {"peak_bytes": int(memory.read_text()) if memory.exists() else None}


def run_banking(name: str, changes: dict[str, Any], out: Path, test_rows: int | None) -> dict[str, Any]:
    """A run on Banking77 as it is published: its results, with the arms by name, its folder and `peak_bytes`."""
    recipe = {
        "name": name,
        "data": {part: str(SHARED / "banking77" / f"{part}.csv") for part in ("train", "test")},
        "split": {"validation": 0.05},
        "task": {"instruction": INSTRUCTION},
        "evaluate": {"validation_rows": 100, "test_rows": test_rows, "forgetting": OFF},
        "output": {"runs": str(out)},
    }
    outcome = run(out / f"{name}.yaml", recipe | changes)
    results: dict[str, Any] = outcome["results"]
    arms = {arm["name"]: arm for arm in results["arms"]}
    return results | {"arms": arms, "folder": Path(outcome["folder"]), "peak_bytes": outcome["peak_bytes"]}
