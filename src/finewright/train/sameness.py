"""The same bits twice: deterministic kernels, a fixed thread count, and randomness that depends on the step alone.

Sums split over threads round differently with their number, so the thread count is part of what decides the result.
Dropout draws from a generator seeded anew at each step from (seed, step): a resumed run needs no generator state.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from finewright.base.order import rank


@contextmanager
def same_bits(threads: int | None) -> Iterator[None]:
    """Deterministic algorithms on `threads` CPU threads (None: as many as torch has now) while the block runs.

    Torch's settings and random state are as before when it ends.
    """
    threads_before, strict_before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads or threads_before)
    torch.use_deterministic_algorithms(True)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(strict_before)


def reseed(seed: int, step: int) -> None:
    """Seed torch's generator for one step; equal arguments give equal draws."""
    torch.manual_seed(rank(seed, "step", step))
