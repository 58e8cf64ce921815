"""Batches worked on by several processes, answered in the order in which they came. Knows nothing of what they hold.

What works on a batch is made anew in each process, by a function of a module with arguments that pickle: processes are
started afresh (`spawn`) and nothing is carried over by forking. At most three batches a process are under way, so that
memory does not grow with the input. Batches go to the processes in turn, so which process has which is no matter of
time.
"""

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from typing import Any, TypeVar

from finewright.base.errors import FinewrightError

T = TypeVar("T")
U = TypeVar("U")

_AHEAD = 3
_SELDOM = 100_000
_PATIENCE = 10.0


def mapped(
    make: Callable[..., Callable[[T], U]], arguments: Sequence[Any], batches: Iterable[T], processes: int
) -> Iterator[U]:
    """`make(*arguments)(batch)` of each batch, in order. With one process it is this one, and no other is started.

    Raises what `make` or its work raises, in the place of that batch's answer, and FinewrightError where a process ends
    by itself, as where memory is short. However it ends, no process is left.
    """
    if processes < 2:
        with _seldom_collected():
            yield from map(make(*arguments), batches)
        return
    workers: list[_Worker] = []
    try:
        workers += (_Worker(make, arguments) for _ in range(processes))
        yield from _in_order(workers, batches)
    finally:
        for worker in workers:
            worker.hang_up()
        for worker in workers:
            worker.join()


def _in_order(workers: "list[_Worker]", batches: Iterable[Any]) -> Iterator[Any]:
    waiting: deque[_Worker] = deque()
    for number, batch in enumerate(batches):
        worker = workers[number % len(workers)]
        worker.send(batch)
        waiting.append(worker)
        if len(waiting) >= _AHEAD * len(workers):
            yield waiting.popleft().answer()
    while waiting:
        yield waiting.popleft().answer()


class _Worker:
    """One process and the line to it. When the line is closed, or this process ends, that one ends too."""

    def __init__(self, make: Callable[..., Any], arguments: Sequence[Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, other = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(other, make, tuple(arguments)), daemon=True)
        with _interrupts_held():
            self._process.start()
        other.close()

    def send(self, batch: Any) -> None:
        with self._ended_by_itself():
            self._line.send(batch)

    def answer(self) -> Any:
        """The answer to the oldest batch that has had none."""
        with self._ended_by_itself():
            answer, fault = self._line.recv()
        if fault is not None:
            raise fault
        return answer

    def hang_up(self) -> None:
        self._line.close()

    def join(self) -> None:
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    @contextlib.contextmanager
    def _ended_by_itself(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, ConnectionError) as fault:
            raise FinewrightError(
                "a worker process ended by itself", remedy="free some memory, or let one process do the work"
            ) from fault


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Python looks for circles of garbage after so many new objects: after 700, as it does by itself, it takes a fifth
    of the time of work that makes objects by the million and no circle."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], _SELDOM) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C waits, and a process started meanwhile never gets it: its parent answers for all."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(line: Connection, make: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    """What a worker process does: answer batch after batch, each with its answer or with what it raised."""
    batches: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_receive, args=(line, batches), daemon=True).start()
    work: Callable[[Any], Any] | None = None
    with _seldom_collected():
        while True:
            batch = batches.get()
            try:
                work = work or make(*arguments)
                said: tuple[Any, Exception | None] = (work(batch), None)
            except Exception as fault:
                said = None, fault
            line.send(said)


def _receive(line: Connection, batches: "SimpleQueue[Any]") -> None:
    """Take in batches while another is worked on, so that the sender never waits for its own answer to be read."""
    while True:
        try:
            batches.put(line.recv())
        except (EOFError, OSError):
            os._exit(0)
