"""What this machine has to give right now: memory, disk, arithmetic per second. Knows nothing of runs or models."""

import shutil
import time
from pathlib import Path

_LIMITS = Path("/sys/fs/cgroup")
_SIDE = 1024
_SECONDS = 0.7


def memory_free(limits: Path = _LIMITS) -> int:
    """Bytes a new process may take: what the system has left, or a container's limit where that is less."""
    import psutil

    available = int(psutil.virtual_memory().available)
    try:
        most = int((limits / "memory.max").read_text())
        taken = int((limits / "memory.current").read_text())
    except (OSError, ValueError):
        return available
    return max(0, min(available, most - taken))


def disk_free(folder: Path) -> int:
    """Free bytes where `folder` is or would be."""
    return shutil.disk_usage(standing(folder)).free


def standing(folder: Path) -> Path:
    """The nearest folder at or above `folder` that exists."""
    return next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())


def arithmetic_rate(threads: int) -> float:
    """Floating-point operations per second of fp32 matrix products on `threads` threads: the best seen in 0.7 s."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        left = torch.full((_SIDE, _SIDE), 0.5)
        fastest, until = float("inf"), time.perf_counter() + _SECONDS
        while time.perf_counter() < until:
            started = time.perf_counter()
            torch.mm(left, left)
            fastest = min(fastest, time.perf_counter() - started)
    finally:
        torch.set_num_threads(before)
    return 2 * _SIDE**3 / fastest
