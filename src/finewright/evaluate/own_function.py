"""A reward that the user wrote as a Python function, asked in a process of its own under a time limit.

Whatever the function does, it neither hangs nor ends whoever asks: a fault becomes one sentence that names the file,
the function and the record.
"""

import json
import math
import os
import selectors
import subprocess
import sys
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from finewright.base.errors import FinewrightError, InputError, Place
from finewright.base.records import Record
from finewright.evaluate import function_child

_LOADING = 60.0
"""Seconds for reading the file: it may import libraries."""


class OwnFunction:
    """`function(prompt, answer, wanted) -> number` of a file: texts of the record and of one answer to it.

    seconds  the most time for one call
    loading  the most time for reading the file

    Raises InputError where the file or the function is not there, or reading the file fails or takes too long.
    """

    def __init__(self, file: Path, function: str, seconds: float, loading: float = _LOADING) -> None:
        if not file.is_file():
            raise InputError("there is no such file", place=Place(file), remedy="name the file of the reward function")
        self._file, self._function, self._seconds = file, function, seconds
        script = str(Path(function_child.__file__))
        self._process = subprocess.Popen(
            [sys.executable, script, str(file), function, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONHASHSEED": "0"},  # sets and dicts in the same order every time
            start_new_session=True,  # Ctrl-C is for whoever asks
        )
        self._end = weakref.finalize(self, _end, self._process)
        self._loaded(loading)

    def __call__(self, records: Sequence[Record], answers: Sequence[str]) -> list[float]:
        """A number for each answer.

        Raises FinewrightError where a call raises, takes too long, or gives something else than a finite number.
        """
        return [self._value(record, answer) for record, answer in zip(records, answers, strict=True)]

    def close(self) -> None:
        """End the process."""
        self._end()

    def _loaded(self, loading: float) -> None:
        said = self._heard(loading)
        if said is None:
            self.close()
            raise InputError(
                f"could not be read within {loading:g} seconds",
                place=Place(self._file),
                remedy="leave to the function what takes long in the file",
            )
        if "fault" in said:
            self.close()
            raise InputError(
                f"cannot be used as a reward ({said['fault']})",
                place=Place(self._file, said["line"]),
                remedy="mend it, or name the function in the reward's `function`",
            )

    def _value(self, record: Record, answer: str) -> float:
        said = self._asked(json.dumps([record.text, answer, record.answer]))
        if said is None:
            self.close()
            raise self._fault(f"took longer than {self._seconds:g} seconds", record, "or raise the reward's `seconds`")
        if "fault" in said:
            raise self._fault(f"failed ({said['fault']})", record, line=said["line"])
        value = float(said["value"])
        if not math.isfinite(value):
            raise self._fault(f"returned {value}, which is no reward,", record)
        return value

    def _asked(self, line: str) -> dict[str, Any] | None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return self._gone()
        return self._heard(self._seconds)

    def _heard(self, seconds: float) -> dict[str, Any] | None:
        """What the process says within the time; None for nothing."""
        assert self._process.stdout is not None
        until, heard = time.monotonic() + seconds, b""
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            while not heard.endswith(b"\n"):
                if not waiting.select(max(0.0, until - time.monotonic())):
                    return None
                piece = os.read(self._process.stdout.fileno(), 1 << 16)
                if not piece:
                    return self._gone()
                heard += piece
        said: dict[str, Any] = json.loads(heard)
        return said

    def _gone(self) -> dict[str, Any]:
        return {"fault": f"it ended its process with code {self._process.wait()}", "line": None}

    def _fault(self, what: str, record: Record, more: str = "", line: int | None = None) -> FinewrightError:
        return FinewrightError(
            f"the reward function `{self._function}` {what} on the answer to {record.source}:{record.line}",
            place=Place(self._file, line),
            remedy=f"mend it{', ' if more else ''}{more}",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:  # a question that nobody is left to read
                continue
