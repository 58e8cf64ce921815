"""The Banking77 proof: the whole run on published data, and its table and verdict as a dated file.

    .venv/bin/python benchmarks/prove.py

Reads FINEWRIGHT_SHARED (default ../shared/data). Takes about an hour on two cores; a run that was stopped is resumed.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from as_user import run
from record import HERE, RUNS, record

RECIPE = HERE / "banking77.yaml"
SHARED = "../../shared/data"


def main() -> int:
    """Run, record, and print the arms and the verdict."""
    recipe = RUNS / RECIPE.name
    recipe.parent.mkdir(exist_ok=True)
    shared = Path(os.environ.get("FINEWRIGHT_SHARED", HERE.parent.parent / "shared" / "data")).resolve()
    recipe.write_text(RECIPE.read_text().replace(SHARED, str(shared)) + "output: {runs: .}\n")
    began = time.monotonic()
    outcome = run(recipe)
    seconds = time.monotonic() - began
    results = outcome["results"]
    arms = [arm_figures(arm) for arm in results["arms"]]
    record(
        "banking77",
        {
            "recipe": RECIPE.read_text(),
            "state": outcome["state"],
            "seconds": round(seconds),
            "arms": arms,
            "verdict": results["verdict"],
            "training": {key: value for key, value in results["training"].items() if not isinstance(value, list)},
        },
    )
    for arm in arms:
        print(arm)
    print(results["verdict"]["sentence"])
    return 0


def arm_figures(arm: dict[str, Any]) -> dict[str, Any]:
    """An arm's figures without the outcome of every row."""
    measured = {part: arm[part] for part in ("validation", "test", "whole") if arm.get(part)}
    return {"name": arm["name"], "why_not": arm.get("why_not")} | {
        part: {key: value for key, value in of.items() if key != "correct"} for part, of in measured.items()
    }


if __name__ == "__main__":
    sys.exit(main())
