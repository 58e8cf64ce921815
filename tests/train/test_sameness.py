"""Torch is strict inside and as before outside."""

import torch

from finewright.train.sameness import reseed, same_bits


def test_torch_is_strict_inside_and_as_before_outside() -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with same_bits(threads + 1):
        assert torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == threads + 1
        torch.rand(3)
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_draws_depend_on_seed_and_step_alone() -> None:
    def draw(seed: int, step: int) -> list[float]:
        with same_bits(None):
            reseed(seed, step)
            return torch.rand(4).tolist()

    assert draw(1, 5) == draw(1, 5)
    assert draw(1, 5) != draw(1, 6)
    assert draw(1, 5) != draw(2, 5)
