"""The Banking77 proof: every arm on published data, and what is told of them on 300 shared test rows and on 100.

    .venv/bin/python benchmarks/prove.py

A run with 100 test rows would be given a hundred of these 300, and no answer hangs on another row: so its verdict is
computed anew from the answers. Besides each verdict: the arms two by two as the verdict would put them, by the same
test, adjusted for their number. Reads FINEWRIGHT_SHARED (default ../shared/data). Takes about an hour on two cores; a
run that was stopped is resumed.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from as_user import run
from finewright.base.recipe import Data
from finewright.base.results import ArmResult, Figure
from finewright.data.load import load
from finewright.data.sample import sample
from finewright.evaluate.contrast import records_contrast
from finewright.evaluate.decide import decide, outcome_of
from finewright.evaluate.results_file import read
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.statistics.multiplicity import holm
from record import HERE, RUNS, record

RECIPE = HERE / "banking77.yaml"
SHARED = "../../shared/data"
CONFIDENCE, FEWER = 0.95, 100


def main() -> int:
    """Run, record, and print the arms, the verdicts and the pairs."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    began = time.monotonic()
    outcome = run(RUNS / RECIPE.name, _recipe())
    results = outcome["results"]
    arms = [arm for arm in read(Path(outcome["folder"]) / "results.json").arms if arm.test]
    found = {
        "state": outcome["state"],
        "seconds": round(time.monotonic() - began),
        "arms": [arm_figures(arm) for arm in results["arms"]],
        "verdict": results["verdict"],
        "pairs": list(_pairs(arms)),
        "fewer": _fewer(arms),
        "training": {key: value for key, value in results["training"].items() if not isinstance(value, list)},
    }
    record("banking77", {"recipe": RECIPE.read_text(), **found})
    print(*found["arms"], found["verdict"]["sentence"], *found["pairs"], sep="\n")
    print(f"{FEWER} rows", found["fewer"]["verdict"]["sentence"], *found["fewer"]["pairs"], sep="\n")
    return 0


def _recipe() -> dict[str, Any]:
    recipe: dict[str, Any] = yaml.safe_load(RECIPE.read_text().replace(SHARED, str(_shared())))
    return recipe | {"output": {"runs": "."}}


def _shared() -> Path:
    return Path(os.environ.get("FINEWRIGHT_SHARED", HERE.parent.parent / "shared" / "data")).resolve()


def _fewer(arms: list[ArmResult]) -> dict[str, Any]:
    """The same of the rows that a run with so few is given: a larger sample contains a smaller one."""
    tested = load(_shared() / "banking77" / "test.csv", Data(train=Path("train.csv"))).records
    names = {one.id for one in sample(tested, FEWER, 0, "shared", stratify=True)}
    few = [_on(arm, names) for arm in arms]
    return {"rows": FEWER, "verdict": asdict(decide(few, "classes", CONFIDENCE)), "pairs": list(_pairs(few))}


def _on(arm: ArmResult, names: set[str]) -> ArmResult:
    assert arm.test is not None
    assert names <= set(arm.test.correct), "the smaller sample is not among the larger"
    right = {name: arm.test.correct[name] for name in sorted(names)}
    share = Figure(sum(right.values()) / FEWER, *wilson(sum(right.values()), FEWER, CONFIDENCE), FEWER)
    return replace(arm, whole=None, test=replace(arm.test, rows=FEWER, correct=right, figures={"accuracy": share}))


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
