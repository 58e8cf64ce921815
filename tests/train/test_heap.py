"""That freed memory stays with the process: touching it again costs no page fault."""

import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, sys
import torch
from finewright.train.heap import keep_freed_memory
if sys.argv[1] == "keep":
    assert keep_freed_memory()
def taken():
    torch.empty(5_000_000).fill_(1.0)
    kept = [torch.empty(2_000_000).fill_(1.0) for _ in range(8)]
taken()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    taken()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the allocator is not glibc's")
def test_freed_memory_is_not_faulted_in_again() -> None:
    kept, given_back = (
        int(subprocess.run([sys.executable, "-c", FAULTS, how], capture_output=True, text=True, check=True).stdout)
        for how in ("keep", "leave")
    )
    assert kept < given_back / 2
