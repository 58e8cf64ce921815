"""The benchmark of `finewright scrub` on a file of its own: what it writes, and that its figures are those of a run."""

import csv
import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SIZE = 20_000


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        return importlib.import_module("privacy_file")


def texts() -> Iterator[str]:
    return islice((f'Card "{number}" of ann{number}@example.com\nis lost' for number in range(99)), 99)


def test_a_file_of_the_size_that_was_asked_for(benchmark: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    count = benchmark.written(path, SIZE, texts)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["number"]) for row in rows] == list(range(1, count + 1))
    assert SIZE <= path.stat().st_size < 2 * SIZE
    assert len({row["customer no"] for row in rows}) == count


def test_what_is_told_is_of_this_run(benchmark: ModuleType, tmp_path: Path) -> None:
    path, out = tmp_path / "made.csv", tmp_path / "scrubbed.csv"
    count = benchmark.written(path, SIZE, texts)
    told = benchmark.scrubbed(path, out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == count
    assert not any("@example.com\nis lost" in row["message"] and "ann7@" in row["message"] for row in rows)
    assert told["bytes"] == path.stat().st_size
    assert told["characters"] == len(path.read_bytes().decode())
    assert told["characters_per_second"] == pytest.approx(told["characters"] / told["seconds"])
    # An interpreter with the recognisers in it takes more than ten megabytes, and no reading of a process is empty.
    assert told["peak_bytes"] > 10 << 20
    assert told["peak_bytes"] >= told["peak_bytes_before_first_mebibyte_was_written"] > 0


def test_a_run_that_fails_is_no_figure(benchmark: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")
    with pytest.raises(SystemExit, match="ended with"):
        benchmark.scrubbed(path, tmp_path / "out.csv")
