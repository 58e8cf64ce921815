"""A million short rows fit: what a row costs, from its file to its part, above what the process takes without any."""

import json
import subprocess
import sys
from pathlib import Path

ROWS, FEW = 60_000, 2_000
MOST = 600
"""Bytes a row; of so few rows a part is what the search takes however many there are. Sets of grams took 7,000."""

MEASURED = """
import json, resource, sys
from pathlib import Path
from finewright.base.recipe import Data, Split
from finewright.data.curate import curate
from finewright.data.load import load
from finewright.data.split import split
for path in sys.argv[1:]:
    rows = load(Path(path), Data(train=Path(path))).records
    curate(rows, 0.9)
    parts = split(rows, None, None, Split(), 0, "classes")
    print(len(parts.train) + len(parts.validation) + len(parts.test) + len(parts.left))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def test_a_row_takes_a_few_hundred_bytes(tmp_path: Path) -> None:
    files = [_written(tmp_path / f"{rows}.jsonl", rows) for rows in (FEW, ROWS)]
    ran = subprocess.run([sys.executable, "-c", MEASURED, *files], capture_output=True, text=True, check=True)
    few, before, many, peak = map(int, ran.stdout.split())
    assert (few, many) == (FEW, ROWS)
    assert (peak - before) / (ROWS - FEW) < MOST


def _written(path: Path, rows: int) -> str:
    texts = (" ".join(f"{(at * 7919 + k * 104729) % 999983:x}" for k in range(9)) for at in range(rows))
    lines = (json.dumps({"text": text, "label": f"label {at % 77}"}) for at, text in enumerate(texts))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)
