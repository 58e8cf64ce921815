"""The Banking77 proof: every arm on published data, with 300 shared test rows and with 100, and what is told of each.

    .venv/bin/python benchmarks/prove.py [--test-rows 300 100]

The encoder, whose training no other run takes over, is in the first of them alone. Besides each verdict: the arms two
by two as the verdict would put them, by the same test, adjusted for their number. Reads FINEWRIGHT_SHARED (default
../shared/data). Takes about an hour on two cores; a run that was stopped is resumed, and the second takes the training
over from the first.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from as_user import OFF, run
from finewright.base.results import ArmResult
from finewright.evaluate.contrast import records_contrast
from finewright.evaluate.decide import outcome_of
from finewright.evaluate.results_file import read
from finewright.evaluate.statistics.multiplicity import holm
from record import HERE, RUNS, record

RECIPE = HERE / "banking77.yaml"
SHARED = "../../shared/data"
CONFIDENCE = 0.95


def main() -> int:
    """Run, record, and print the arms, the verdicts and the pairs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test-rows", type=int, nargs="+", default=[300, 100])
    asked = parser.parse_args().test_rows
    found = {str(rows): _proved(rows, encoder=rows == asked[0]) for rows in asked}
    record("banking77", {"recipe": RECIPE.read_text(), "runs": found})
    for rows, one in found.items():
        print(f"{rows} shared test rows", *one["arms"], one["verdict"]["sentence"], *one["pairs"], sep="\n")
    return 0


def _proved(rows: int, encoder: bool) -> dict[str, Any]:
    began = time.monotonic()
    outcome = run(RUNS / f"banking77-{rows}.yaml", _recipe(rows, encoder))
    results = outcome["results"]
    arms = [arm for arm in read(Path(outcome["folder"]) / "results.json").arms if arm.test]
    return {
        "state": outcome["state"],
        "seconds": round(time.monotonic() - began),
        "arms": [arm_figures(arm) for arm in results["arms"]],
        "verdict": results["verdict"],
        "pairs": list(_pairs(arms)),
        "training": {key: value for key, value in results["training"].items() if not isinstance(value, list)},
    }


def _recipe(rows: int, encoder: bool) -> dict[str, Any]:
    shared = Path(os.environ.get("FINEWRIGHT_SHARED", HERE.parent.parent / "shared" / "data")).resolve()
    recipe: dict[str, Any] = yaml.safe_load(RECIPE.read_text().replace(SHARED, str(shared)))
    if not encoder:
        recipe["arms"]["encoder"] = OFF
    return recipe | {"evaluate": recipe["evaluate"] | {"test_rows": rows}, "output": {"runs": "."}}


def _pairs(arms: list[ArmResult]) -> Iterator[dict[str, Any]]:
    """Every two arms on the shared rows: the difference, its adjusted p, and what that says."""
    contrasts = [records_contrast(one, other, CONFIDENCE) for one, other in combinations(arms, 2)]
    for contrast, p in zip(contrasts, holm([one.p for one in contrasts]), strict=True):
        told = contrast.difference
        yield {
            "arms": [contrast.arm, contrast.other],
            "difference": [round(value, 4) for value in (told.value, told.low, told.high)],
            "p": p,
            "outcome": outcome_of(p, told, CONFIDENCE),
        }


def arm_figures(arm: dict[str, Any]) -> dict[str, Any]:
    """An arm's figures without the outcome of every row."""
    measured = {part: arm[part] for part in ("validation", "test", "whole") if arm.get(part)}
    return {"name": arm["name"], "why_not": arm.get("why_not")} | {
        part: {key: value for key, value in of.items() if key != "correct"} for part, of in measured.items()
    }


if __name__ == "__main__":
    sys.exit(main())
