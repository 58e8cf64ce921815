"""What a person reads, and the exit code a program reads, when a command ends early. The only place that does this."""

import errno
import os
import sys
import tempfile
import traceback
from pathlib import Path

from finewright.base.errors import FinewrightError, Interrupted, StorageError
from finewright.cli.terminal import aside, printable

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}


def report(fault: BaseException) -> int:
    """Say the fault on standard error in plain sentences and return the exit code that belongs to it."""
    told = translated(fault)
    if told is None:
        _tell(_unexpected(fault))
        return 1
    _tell(str(told))
    return told.exit_code


def translated(fault: BaseException) -> FinewrightError | None:
    """The fault as one meant for a person, or None where it is finewright's own."""
    if isinstance(fault, FinewrightError):
        return fault
    if isinstance(fault, KeyboardInterrupt):
        return Interrupted("stopped", remedy="run the same command again to resume")
    if isinstance(fault, OSError) and fault.errno in _DISK:
        where = f"{fault.filename} " if fault.filename else "a file or the output "
        return StorageError(
            f"{where}could not be read or written ({fault.strerror})",
            remedy="free some disk space, or choose a folder that is yours to write",
        )
    if isinstance(fault, MemoryError) or "can't allocate memory" in str(fault):
        return FinewrightError(
            "the machine ran out of memory", remedy="lower train.micro_tokens or evaluate.batch_tokens in the recipe"
        )
    return None


def _unexpected(fault: BaseException) -> str:
    told = "".join(traceback.format_exception(fault))
    sentence = f"this is a fault of finewright, not yours: {type(fault).__name__}: {fault}"
    if os.environ.get("FINEWRIGHT_DEBUG") == "1":
        return f"{told}{sentence}."
    return f"{sentence}; {_kept(told)}; please report it."


def _kept(told: str) -> str:
    """Where the traceback was written, or how to see it where nothing can be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="finewright-fault-", suffix=".txt")
        os.close(handle)
        Path(name).write_text(told, encoding="utf-8")
    except OSError:
        return "set FINEWRIGHT_DEBUG=1 to see the traceback"
    return f"the traceback is in {name} (FINEWRIGHT_DEBUG=1 shows it)"


def _tell(sentences: str) -> None:
    from rich.text import Text

    _settle_output()
    aside().print(Text(printable(sentences), style="red"), soft_wrap=True)


def _settle_output() -> None:
    """Write out what was printed, before the fault is told; where that is impossible, give it up.

    Python would try again on leaving, and turn the exit code into its own.
    """
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
