"""The log of steps: appended, followed, rewound."""

from pathlib import Path

import pytest

from finewright.base.errors import StorageError
from finewright.base.files import read_jsonl
from finewright.train.metrics import Metrics
from train.tiny_training import files_end_at


def write(path: Path, steps: range) -> None:
    with Metrics(path) as metrics:
        for step in steps:
            metrics.append({"step": step, "loss": 1 / (step + 1)})


def steps_in(path: Path) -> list[int]:
    return [row["step"] for row in read_jsonl(path)]


def test_rows_are_there_at_once_and_a_second_opening_appends(tmp_path: Path) -> None:
    path = tmp_path / "run" / "metrics.jsonl"
    with Metrics(path) as metrics:
        metrics.append({"step": 0, "loss": 0.1})
        assert steps_in(path) == [0]
    write(path, range(1, 3))
    assert steps_in(path) == [0, 1, 2]


def test_rewinding_drops_later_steps_and_half_a_row(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(3))
    as_it_was = path.read_bytes()
    write(path, range(3, 6))
    with path.open("a") as stream:
        stream.write('{"step":6,"lo')
    with Metrics(path) as metrics:
        metrics.rewind(2)
        assert path.read_bytes() == as_it_was
        metrics.append({"step": 3})
    assert steps_in(path) == [0, 1, 2, 3]


def test_rewinding_before_the_start_empties(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write(path, range(3))
    with Metrics(path) as metrics:
        metrics.rewind(-1)
    assert path.read_bytes() == b""


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step":0}\nrubbish\n{"step":2}\n')
    with Metrics(path) as metrics, pytest.raises(StorageError, match=r"metrics\.jsonl:2: is damaged"):
        metrics.rewind(0)
    assert "rubbish" in path.read_text()


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    with Metrics(path) as metrics:
        metrics.append({"step": 0})
    room = path.stat().st_size + 4
    with files_end_at(room), pytest.raises(StorageError, match="could not be written"), Metrics(path) as metrics:
        metrics.append({"step": 1})
    assert path.stat().st_size == room
    with Metrics(path) as metrics:
        metrics.rewind(1)
    assert steps_in(path) == [0]
