"""What a command left that was run in this process, and the type of what runs one."""

from collections.abc import Callable
from typing import NamedTuple


class Called(NamedTuple):
    """What a command left."""

    code: int | str | None
    out: str
    err: str


Call = Callable[..., Called]
