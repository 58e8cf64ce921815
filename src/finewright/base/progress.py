"""Progress bars with rate and time left; silent when nobody is looking. Knows nothing about what is counted."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

_shown = ContextVar("shown", default=False)


class Advance(Protocol):
    """Called with how many units were just done and, where wanted, a short note to show beside the bar."""

    def __call__(self, units: int = 1, note: str = "") -> None: ...


def interactive() -> bool:
    """Whether standard error is a terminal that a person watches."""
    return sys.stderr.isatty()


@contextmanager
def progress(title: str, total: int | None, unit: str = "rows") -> Iterator[Advance]:
    """Show `title` with units done, rate and time left on standard error while the block runs.

    Without a terminal nothing is shown and nothing is imported; within another bar nothing is shown either.
    """
    if not interactive() or _shown.get():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn(f"{unit} · {{task.fields[rate]}} · left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars, _showing():
        task = bars.add_task(title, total=total, note="", rate="…")

        def advance(units: int = 1, note: str = "") -> None:
            bars.advance(task, units)
            speed = bars.tasks[0].speed
            fields = {"rate": f"{speed:.1f}/s" if speed else "…"} | ({"note": note} if note else {})
            bars.update(task, **fields)  # type: ignore[arg-type]

        yield advance


@contextmanager
def _showing() -> Iterator[None]:
    token = _shown.set(True)
    try:
        yield
    finally:
        _shown.reset(token)


def _nothing(units: int = 1, note: str = "") -> None:
    """Nobody is looking."""
