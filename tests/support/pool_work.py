"""What worker processes of the pool's tests do; in a module of its own, since a fresh process imports it by name."""

import os
import time
from collections.abc import Callable

from finewright.base.errors import DataError


def times(factor: int) -> Callable[[int], tuple[int, int]]:
    """Later batches are quicker, so that answers would come out of order by themselves."""

    def work(number: int) -> tuple[int, int]:
        time.sleep(0.02 if number % 4 == 0 else 0)
        if number == 1_000:
            raise DataError("is no number of ours", remedy="take another")
        if number == 2_000:
            os._exit(1)
        return factor * number, os.getpid()

    return work


def blown(size: int) -> Callable[[bytes], bytes]:
    return lambda batch: batch * size


def refusing() -> Callable[[int], int]:
    raise DataError("cannot be made")
