"""The data room in memory: a million short labelled rows from their file to their card. Protocol: part 22.

.venv/bin/python benchmarks/rows.py [--rows 1000000]
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from record import record_parts

ALLOWED, A_ROW = 500_000_000, 300
LABELS, SEED = 77, 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        write(path, asked.rows)
        found = measure(path, asked.rows)
    print(json.dumps(found, indent=1))
    record_parts("rows", f"{asked.rows:,} rows", found)


def write(path: Path, rows: int) -> None:
    """Rows of 40 to 60 characters from 20,000 made-up words, a hundredth of them nearly that of an earlier row."""
    draw = random.Random(SEED)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(20_000)]
    last = ""
    with path.open("w", encoding="utf-8") as stream:
        for at in range(rows):
            text = f"{last[:-1]}x" if at and draw.random() < 0.01 else " ".join(draw.choices(words, k=9))[:58].strip()
            stream.write(json.dumps({"text": text, "label": f"label {draw.randrange(LABELS)}"}) + "\n")
            last = text


def measure(path: Path, rows: int) -> dict[str, Any]:
    """Seconds and the process's peak after each stage. The imports are those of `data check`."""
    import finewright.flows.check  # noqa: F401
    from finewright.base.recipe import Data, Recipe
    from finewright.data.card import card
    from finewright.data.curate import curate
    from finewright.flows.parts import split_parts
    from finewright.flows.privacy.dataset import as_read
    from finewright.flows.reading import in_kind_of, read_parts

    stages: dict[str, Any] = {"imports": {"peak_bytes": peak()}}
    recipe, started = Recipe(data=Data(train=path)), time.perf_counter()

    def done(stage: str) -> None:
        nonlocal started
        stages[stage] = {"seconds": round(time.perf_counter() - started, 2), "peak_bytes": peak()}
        started = time.perf_counter()

    loaded, kind = in_kind_of(recipe, read_parts(recipe))
    done("load")
    curation = curate(loaded["train"].records, recipe.split.near)
    done("curate")
    parts = split_parts(recipe, as_read(loaded), kind)
    done("split")
    card({"train": path}, loaded, curation, parts, kind)
    done("card")
    allowed = ALLOWED + A_ROW * rows
    return {"rows": rows, "stages": stages, "peak_bytes": peak(), "allowed_bytes": allowed, "held": peak() <= allowed}


def peak() -> int:
    """Bytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
