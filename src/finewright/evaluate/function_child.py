"""The process that a user's own reward function runs in. Run by its path, it imports nothing of finewright:

    python function_child.py FILE FUNCTION SECONDS

It says `{}` once the function is loaded, then reads one JSON list [prompt, answer, wanted] a line and answers each with
`{"value": number}`, or with `{"fault": text, "line": of FILE or null}`. What the function prints goes nowhere. The
system ends the process where a call takes far too long and nobody is left to end it.
"""

import importlib.util
import inspect
import json
import math
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

_NAME = "reward_function"
"""What the user's module is called, whatever its file: a file `json.py` is not to stand in for the library."""

_GRACE = 5
"""Seconds behind the limit after which the process ends itself: by then whoever asked has done so, or is gone."""


def main(file: Path, function: str, seconds: float) -> None:
    """Load the function, then answer until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(said: dict[str, Any]) -> None:
        answers.write(json.dumps(said) + "\n")
        answers.flush()

    try:
        called = _loaded(file, function)
    except BaseException as fault:  # whatever a user's file does, the process that asks is to be told
        say(_fault(fault, file))
        return
    say({})
    for line in sys.stdin:
        signal.alarm(math.ceil(seconds) + _GRACE)
        try:
            said = {"value": _number(called(*json.loads(line)))}
        except BaseException as fault:
            said = _fault(fault, file)
        signal.alarm(0)
        say(said)


def _loaded(file: Path, function: str) -> Callable[..., Any]:
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location(_NAME, file)
    if spec is None or spec.loader is None:
        raise ValueError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = module  # where dataclasses, among others, look up what a class was written beside
    spec.loader.exec_module(module)
    found: Any = getattr(module, function, None)
    if not callable(found):
        raise LookupError(f"there is no function `{function}` in it")
    _check_callable(found, function)
    return found  # type: ignore[no-any-return]


def _check_callable(found: Callable[..., Any], function: str) -> None:
    """Raise TypeError for what three texts cannot be given to, or gives no number before it is awaited."""
    if inspect.iscoroutinefunction(found):
        raise TypeError(f"`{function}` is async and gives no number when it is called")
    try:
        inspect.signature(found).bind("prompt", "answer", "wanted")
    except TypeError as fault:
        raise TypeError(f"`{function}` cannot be called with prompt, answer and wanted: {fault}") from fault
    except ValueError:  # one written in C may not tell what it takes
        return


def _number(value: Any) -> float:
    if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
        raise TypeError(f"it returned {type(value).__name__}, which is no number")
    return float(value)


def _fault(fault: BaseException, file: Path) -> dict[str, Any]:
    """The last line of the traceback, and the last line of the user's file that it names."""
    said = traceback.format_exception_only(fault)[-1].strip().splitlines()[-1]
    lines = [frame.lineno for frame in traceback.extract_tb(fault.__traceback__) if frame.filename == str(file)]
    return {"fault": said, "line": lines[-1] if lines else None}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
