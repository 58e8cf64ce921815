"""The worker's end of `alternate.py`: lines in, lines out. Peers use it too, so it imports nothing of ours."""

import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any


def answers() -> Callable[[dict[str, Any]], None]:
    """Where answers go. Whatever else a library prints to standard output goes to standard error from now on."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(document: dict[str, Any]) -> None:
        stream.write(json.dumps(document) + "\n")
        stream.flush()

    return answer


def question() -> dict[str, Any] | None:
    """The next question; None when there are no more."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def peak_bytes() -> int:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
