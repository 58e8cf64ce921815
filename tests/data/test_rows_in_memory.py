"""A million short rows fit: what a row costs on its whole way from file to card, above what the process takes without.

Told by the peaks of two processes, so that what is there however few the rows are falls out.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

FEW, ROWS = 10_000, 40_000
MOST = 330
"""Bytes a row; there are 240. A list of the records takes 700 more, one of their ids 75."""

AT_ONCE = {"MALLOC_MMAP_THRESHOLD_": str(1 << 16)}
"""Has the allocator give back what was freed; of so few rows it would keep much. Elsewhere it means nothing."""

MEASURED = """
import resource, sys
from pathlib import Path
from finewright.base.recipe import Data, Recipe
from finewright.data.card import card
from finewright.data.curate import curate
from finewright.flows.parts import split_parts
from finewright.flows.privacy.dataset import as_read
from finewright.flows.reading import in_kind_of, read_parts
recipe = Recipe(data=Data(train=Path(sys.argv[1])))
loaded, kind = in_kind_of(recipe, read_parts(recipe))
curation = curate(loaded["train"].records, recipe.split.near)
parts = split_parts(recipe, as_read(loaded), kind)
made = card({"train": recipe.data.train}, loaded, curation, parts, kind)
print(sum(part["rows"] for part in made["parts"].values()) + len(made["departures"]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""

LIGHT = """
import sys
import finewright.flows.check
print(*sorted({"torch", "transformers", "peft", "sklearn", "scipy", "pyarrow"} & set(sys.modules)))
"""


def test_a_row_takes_a_few_hundred_bytes(tmp_path: Path) -> None:
    (few, before), (many, peak) = (_measured(_written(tmp_path / f"{rows}.jsonl", rows)) for rows in (FEW, ROWS))
    assert (few, many) == (FEW, ROWS)
    assert (peak - before) / (ROWS - FEW) < MOST


def test_looking_at_rows_brings_in_no_library_for_models() -> None:
    """Their 400 MB are more than a million rows take; `data check` needs them once it counts tokens."""
    assert _ran(LIGHT) == []


def _measured(path: str) -> tuple[int, int]:
    """How many rows there were in the card, and the peak of a process that made it."""
    rows, peak = _ran(MEASURED, path)
    return int(rows), int(peak)


def _ran(program: str, *arguments: str) -> list[str]:
    command, env = [sys.executable, "-c", program, *arguments], os.environ | AT_ONCE
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return ran.stdout.split()


def _written(path: Path, rows: int) -> str:
    texts = (" ".join(f"{(at * 7919 + k * 104729) % 999983:x}" for k in range(9)) for at in range(rows))
    lines = (json.dumps({"text": text, "label": f"label {at % 77}"}) for at, text in enumerate(texts))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
