"""Memory that is freed stays with the process, instead of going back to the system and coming again page by page.

A training step frees and takes gigabytes of activations in pieces of some megabytes, and each fresh page costs a fault.
Knows the C library's allocator alone; where it is not glibc's, nothing is done.
"""

import ctypes
import platform

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc, malloc.h
_MOST = 32 << 20  # the largest threshold that glibc takes: larger pieces are mapped one by one whatever is asked
_NEVER = (1 << 31) - 1


def keep_freed_memory() -> bool:
    """Whether the allocator now keeps what is freed; for the rest of the process."""
    if platform.libc_ver()[0] != "glibc":
        return False
    allocator = ctypes.CDLL(None)
    return bool(allocator.mallopt(_MMAP_THRESHOLD, _MOST) and allocator.mallopt(_TRIM_THRESHOLD, _NEVER))
