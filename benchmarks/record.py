"""Dated result files of benchmarks and proofs, each with the machine and versions it was measured on."""

import datetime
import importlib.metadata
import json
import os
import platform
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
RUNS = HERE / "runs"
PACKAGES = ("finewright", "torch", "transformers", "peft", "scikit-learn", "numpy")


def record(name: str, found: dict[str, Any]) -> Path:
    """Write `results/DATE-NAME.json`, over an earlier one of the same day; returns its path."""
    path = RESULTS / f"{datetime.date.today().isoformat()}-{name}.json"
    path.parent.mkdir(exist_ok=True)
    document = {"name": name, "date": datetime.date.today().isoformat(), "machine": machine(), **found}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path}")
    return path


def record_parts(name: str, part: str, found: dict[str, Any]) -> Path:
    """Put one part into `results/DATE-NAME.json` beside those measured earlier the same day; returns its path.

    Each part carries the machine it was measured on, since a day may have seen several.
    """
    earlier = RESULTS / f"{datetime.date.today().isoformat()}-{name}.json"
    parts = json.loads(earlier.read_text(encoding="utf-8"))["parts"] if earlier.exists() else {}
    return record(name, {"parts": dict(sorted((parts | {part: {"machine": machine(), **found}}).items()))})


def newest(name: str) -> dict[str, Any] | None:
    """The newest result file of this name; None where there is none."""
    dated = sorted(RESULTS.glob(f"????-??-??-{name}.json"))
    return json.loads(dated[-1].read_text(encoding="utf-8")) if dated else None


def machine() -> dict[str, Any]:
    """What a figure depends on besides the code."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: importlib.metadata.version(package) for package in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())
