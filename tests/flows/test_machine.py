"""What the machine has to give."""

from pathlib import Path

import psutil
import pytest
import torch

from finewright.flows.machine import arithmetic_rate, disk_free, memory_free, standing


def test_nearest_standing_folder(tmp_path: Path) -> None:
    assert standing(tmp_path / "a" / "b") == tmp_path
    assert standing(tmp_path) == tmp_path


def test_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    assert disk_free(tmp_path / "runs") > 0
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("most", "taken", "left"), [("5000", "2000", 3000), ("1000", "4000", 0)])
def test_a_containers_limit_counts(most: str, taken: str, left: int, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text(most)
    (tmp_path / "memory.current").write_text(taken)
    assert memory_free(tmp_path) == left


def test_no_limit_leaves_what_the_system_has(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000")
    assert memory_free(tmp_path) > 10_000_000
    assert memory_free(tmp_path / "absent") <= psutil.virtual_memory().total


def test_rate_is_measured_and_threads_are_put_back() -> None:
    before = torch.get_num_threads()
    assert arithmetic_rate(1) > 1e8
    assert torch.get_num_threads() == before
