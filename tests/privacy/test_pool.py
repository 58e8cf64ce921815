"""Batches over processes: order, faults, and that no process is left. The processes are real ones."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from finewright.base.errors import DataError, FinewrightError
from finewright.privacy.pool import mapped
from support.pool_work import blown, refusing, times


def none_left() -> bool:
    return not multiprocessing.active_children()


def test_order_is_that_of_the_batches_and_both_work() -> None:
    answers = list(mapped(times, (3,), range(40), 2))
    assert [answer for answer, _ in answers] == [3 * number for number in range(40)]
    assert len({process for _, process in answers} - {os.getpid()}) == 2
    assert none_left()


def test_one_process_is_this_one() -> None:
    assert {process for _, process in mapped(times, (3,), range(5), 1)} == {os.getpid()}


def test_batches_are_taken_as_they_are_needed() -> None:
    taken = 0

    def batches() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    answers = mapped(times, (1,), batches(), 2)
    assert next(answers)[0] == 1
    assert taken <= 6
    answers.close()  # type: ignore[attr-defined]
    assert none_left()


def test_batches_larger_than_a_pipe_do_not_lock() -> None:
    large = b"x" * 1_000_000
    assert all(answer == large * 3 for answer in mapped(blown, (3,), [large] * 12, 2))


def test_what_a_worker_raises_arrives_in_its_place() -> None:
    answers = mapped(times, (1,), [1, 2, 1_000, 3], 2)
    assert [next(answers)[0], next(answers)[0]] == [1, 2]
    with pytest.raises(DataError, match="take another"):
        next(answers)
    with pytest.raises(DataError, match="cannot be made"):
        list(mapped(refusing, (), [1], 2))
    assert none_left()


def test_a_worker_that_ends_by_itself_is_told() -> None:
    with pytest.raises(FinewrightError, match="ended by itself"):
        list(mapped(times, (1,), [1, 2_000, 3, 4, 5, 6, 7, 8], 2))
    assert none_left()


SCRIPT = """
import os, signal, sys, time
from finewright.privacy.pool import mapped

def slow():
    return lambda batch: (time.sleep(60), os.getpid())

def quick():
    return lambda batch: os.getpid()

if __name__ == "__main__":
    # A shell that begins it in the background has it ignore Ctrl-C from birth.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    print(*mapped(quick, (), [1, 2], 2), os.getpid(), flush=True)
    list(mapped(slow, (), [1, 2], 2))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_at_work_no_process_is_left(tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C reaches the whole group, of which only the parent answers; a killed parent takes its workers with it."""
    script = tmp_path / "slow.py"
    script.write_text(SCRIPT)
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0)
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(0.5)
    group = run.pid
    if how == signal.SIGINT:
        os.killpg(group, how)
    else:
        run.kill()
    _, said = run.communicate(timeout=20)
    assert said.decode().count("Traceback") == (1 if how == signal.SIGINT else 0)
    deadline = time.monotonic() + 5
    while _is_there(group) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_there(group)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_garbage_is_looked_for_as_before_when_the_work_is_done() -> None:
    """Also where it ends with a fault, or is left in the middle; and one who has switched it off keeps it off."""
    before = gc.get_threshold()
    during = list(mapped(_thresholds, (), range(2), 1))
    assert during[0][0] > before[0]
    assert gc.get_threshold() == before
    left = mapped(_thresholds, (), range(2), 1)
    next(left)
    left.close()
    assert gc.get_threshold() == before
    gc.set_threshold(0)
    try:
        assert next(iter(list(mapped(_thresholds, (), range(1), 1))))[0] == 0
    finally:
        gc.set_threshold(*before)


def _thresholds() -> Callable[[int], tuple[int, ...]]:
    return lambda _: gc.get_threshold()
