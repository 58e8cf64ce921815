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
