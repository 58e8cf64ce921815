"""How a command speaks: results on standard output, everything said on the way on standard error.

Colours and widths are rich's affair: none where the stream is no terminal or NO_COLOR is set. Knows no command.
"""

import dataclasses
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_UNWATCHED_WIDTH = 120


def output() -> "Console":
    """The console of results: standard output."""
    return _console(sys.stdout)


def aside() -> "Console":
    """The console of everything else: standard error."""
    return _console(sys.stderr)


def coloured(console: "Console") -> bool:
    """Whether `console` can tell things apart by colour."""
    return console.color_system is not None and not console.no_color


def say(sentence: str) -> None:
    """Tell what is being done, while it is done."""
    from rich.text import Text

    aside().print(Text(printable(sentence), style="dim"), soft_wrap=True)


def show(renderables: "Iterable[RenderableType]") -> None:
    """Print the parts of a result, one after another."""
    from rich.text import Text

    console = output()
    for part in renderables:
        # A line that is not to be wrapped, and any line in a file, is left whole to be searched and copied.
        whole = isinstance(part, Text) and (part.no_wrap or not console.is_terminal)
        console.print(part, soft_wrap=bool(whole))


def emit_json(value: Any) -> None:
    """Print one JSON document and nothing else. Dataclasses become objects, paths strings."""
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=_plain), flush=True)


def examples(*commands: str) -> str:
    """The epilog of a help page: one command a line."""
    return "\n\n".join(["[bold]Examples[/bold]", *(f"  {command}" for command in commands)])


def printable(text: str) -> str:
    """`text` with control characters made visible, so that data can never steer the terminal."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _console(stream: TextIO) -> "Console":
    from rich.console import Console

    watched = stream.isatty() or "COLUMNS" in os.environ
    return Console(file=stream, highlight=False, width=None if watched else _UNWATCHED_WIDTH)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
