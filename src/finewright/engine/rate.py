"""A limit per minute, kept by spacing: each use books its time, and learns how long to wait for it. Never sleeps."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Spaces uses evenly, so that no minute sees more than `per_minute`; with None only `hold` makes anyone wait.

    Safe among threads. `now` is a clock in seconds.
    """

    def __init__(self, per_minute: float | None, now: Callable[[], float] = time.monotonic) -> None:
        self._spacing = 60.0 / per_minute if per_minute else 0.0
        self._now = now
        self._next = 0.0
        self._lock = threading.Lock()

    def book(self, amount: float = 1.0) -> float:
        """Book `amount` uses at the next free time; the seconds until then."""
        with self._lock:
            now = self._now()
            start = max(now, self._next)
            self._next = start + amount * self._spacing
            return start - now

    def settle(self, amount: float) -> None:
        """Book `amount` uses more than was foreseen, or fewer where it is negative."""
        with self._lock:
            self._next += amount * self._spacing

    def hold(self, seconds: float) -> None:
        """Let nobody start for so long."""
        with self._lock:
            self._next = max(self._next, self._now() + seconds)
