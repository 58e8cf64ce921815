"""`finewright scrub` as a user calls it, on a CSV that is made for it: peak memory and characters per second.

Rows are messages of presidio-research's development half and of banking77 in turn, under columns, until the file has
the size that is asked for.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

_FIRST = 1 << 20


def written(path: Path, size: int, texts: Callable[[], Iterator[str]]) -> int:
    """Make the file; returns its rows."""
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["number", "customer no", "message"])
        while stream.tell() < size:
            for number, text in zip(count(rows + 1), texts(), strict=False):
                writer.writerow([number, f"K-{100_000 + 7919 * number % 900_000}", text])
                rows = number
                if rows % 1000 == 0 and stream.tell() >= size:
                    break
    return rows


def scrubbed(path: Path, out: Path) -> dict[str, Any]:
    """Scrub it in processes of its own. The peak is the largest sum over all of them of their proportional set size."""
    command = [sys.executable, "-m", "finewright", "scrub", str(path), "--out", str(out), "--json"]
    started = time.perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks = {"all": 0, "first_mebibyte": 0}
    while running.poll() is None:
        peaks["all"] = max(peaks["all"], _memory(running.pid))
        if _done(out) <= _FIRST:
            peaks["first_mebibyte"] = peaks["all"]
        time.sleep(0.2)
    seconds = time.perf_counter() - started
    if running.returncode:
        raise SystemExit(f"finewright scrub ended with {running.returncode}")
    characters = _characters(path)
    return {
        "bytes": path.stat().st_size,
        "characters": characters,
        "seconds": seconds,
        "characters_per_second": characters / seconds,
        "peak_bytes": peaks["all"],
        "peak_bytes_before_first_mebibyte_was_written": peaks["first_mebibyte"],
    }


def _done(out: Path) -> int:
    work = out.parent / f".{out.name}.scrub" / "content"
    return work.stat().st_size if work.exists() else 0


def _characters(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(len(block) for block in iter(lambda: stream.read(_FIRST), ""))


def _memory(pid: int) -> int:
    """Bytes of a process and of all that it started, what they share counted once."""
    total, todo = 0, [pid]
    while todo:
        one = todo.pop()
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) << 10
            for task in Path(f"/proc/{one}/task").iterdir():
                todo += map(int, (task / "children").read_text().split())
        except (OSError, StopIteration):
            continue  # it has just ended
    return total
