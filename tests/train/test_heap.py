"""That freed memory stays with the process: what the allocator holds after everything was freed, as it counts itself.

Page faults would tell the same more directly, but systems count them differently.
"""

import platform
import subprocess
import sys

import pytest

HELD = """
import ctypes, sys
import torch
from finewright.train.heap import keep_freed_memory
FIELDS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
class Counts(ctypes.Structure):  # glibc, malloc.h
    _fields_ = [(name, ctypes.c_size_t) for name in FIELDS]
count = ctypes.CDLL(None).mallinfo2
count.restype = Counts
def held():
    now = count()
    return now.arena + now.hblkhd
if sys.argv[1] == "keep":
    assert keep_freed_memory()
before = held()
pieces = [torch.empty(2_000_000) for _ in range(8)]
del pieces
print(held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is not glibc's")
def test_freed_memory_stays_with_the_process() -> None:
    kept, left = (
        int(subprocess.run([sys.executable, "-c", HELD, how], capture_output=True, text=True, check=True).stdout)
        for how in ("keep", "leave")
    )
    assert left < 8_000_000  # given back piece by piece
    assert kept >= 60_000_000
