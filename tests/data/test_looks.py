"""The ledger of looks: counted by test set and run, added to and never rewritten."""

import json
from pathlib import Path

import pytest

from finewright.base.errors import StorageError
from finewright.data.looks import look


def test_each_run_counts_once_for_each_test_set(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert [look(home, "t1", run) for run in ("a", "a", "b", "a", "c")] == [1, 1, 2, 2, 3]
    assert look(home, "t2", "a") == 1
    rows = [json.loads(line) for line in (home / "looks.jsonl").read_text().splitlines()]
    assert rows == [{"run": run, "test": test} for test, run in (("t1", "a"), ("t1", "b"), ("t1", "c"), ("t2", "a"))]


def test_a_line_cut_off_by_a_crash_costs_that_line_alone(tmp_path: Path) -> None:
    look(tmp_path, "t", "a")
    with (tmp_path / "looks.jsonl").open("a") as stream:
        stream.write('{"run": "b", "te')
    assert [look(tmp_path, "t", run) for run in ("c", "a", "b")] == [2, 2, 3]


def test_a_ledger_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder belongs")
    with pytest.raises(StorageError, match=r"looks\.jsonl: could not be written .*; free some disk space"):
        look(tmp_path / "home", "t", "a")
