"""What doctor finds on a machine, and what it says where something is missing."""

import importlib.metadata
from pathlib import Path

import pytest
import torch

from finewright.flows import doctor


@pytest.mark.parametrize(("free", "state"), [(20e9, "ok"), (3e9, "warn"), (1e8, "fail")])
def test_disk(free: float, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "disk_free", lambda _: int(free))
    found = doctor.disk("disk for runs", tmp_path / "runs")
    assert found.state == state
    assert bool(found.remedy) == (state != "ok")


@pytest.mark.parametrize(("free", "state"), [(20e9, "ok"), (3e9, "warn"), (1e8, "fail")])
def test_memory(free: float, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "memory_free", lambda: int(free))
    assert doctor.memory().state == state


def test_home_is_not_made_by_looking(tmp_path: Path) -> None:
    assert doctor.writable(tmp_path / "home").state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_home_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    found = doctor.writable(tmp_path)
    assert found.state == "fail"
    assert "FINEWRIGHT_HOME" in found.remedy


def test_missing_library_is_told_before_anything_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", absent)
    *_, last = doctor.examine()
    assert (last.name, last.state) == ("libraries", "fail")
    assert "torch is not installed" in last.said


def test_sameness_holds_here_and_leaves_torch_as_it_was() -> None:
    before = torch.are_deterministic_algorithms_enabled()
    assert doctor.sameness().state == "ok"
    assert torch.are_deterministic_algorithms_enabled() == before


def test_sameness_tells_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    results = iter([torch.zeros(2), torch.ones(2)])
    monkeypatch.setattr(doctor, "_gradient", lambda: next(results))
    assert doctor.sameness().state == "warn"
