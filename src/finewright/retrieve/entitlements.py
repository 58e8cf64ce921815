"""Who may read what: entitlements as they are written, and the rules that give them to files. Knows no index.

An entitlement is a name such as `hr` or `board`. A text is for those who have at least one of its entitlements, and `*`
among them makes it everybody's. A caller without any sees what is everybody's.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from finewright.base.errors import DataError, InputError, Place
from finewright.data.text import opened

EVERYBODY = "*"
PUBLIC = frozenset({EVERYBODY})


def read_entitlements(written: str) -> frozenset[str]:
    """The names in a text, parted by commas or semicolons. Raises InputError where there is none."""
    names = frozenset(name.strip() for name in re.split("[,;]", written)) - {""}
    if not names:
        raise InputError("names nobody", remedy=f"write entitlements parted by commas, or {EVERYBODY} for everybody")
    return names


def may_read(wanted: frozenset[str], held: Collection[str]) -> bool:
    """Whether a caller who holds these entitlements may read a text that wants one of those."""
    return EVERYBODY in wanted or not wanted.isdisjoint(held)


@dataclass(frozen=True, slots=True)
class Rules:
    """Patterns of paths and who may read the files they fit; the last that fits decides.

    Without any rule files are everybody's. With some, a file that none fits is nobody's.
    """

    lines: tuple[tuple[str, frozenset[str]], ...] = ()

    def of(self, path: str) -> frozenset[str] | None:
        """Who may read the file at this absolute path; None where no rule says so."""
        if not self.lines:
            return PUBLIC
        return next((names for pattern, names in reversed(self.lines) if _fits(path, pattern)), None)

    def to_json(self) -> list[list[str]]:
        """The rules as plain JSON values."""
        return [[pattern, ",".join(sorted(names))] for pattern, names in self.lines]

    @classmethod
    def from_json(cls, lines: Sequence[Sequence[str]]) -> "Rules":
        """The rules that `to_json` wrote."""
        return cls(tuple((pattern, read_entitlements(names)) for pattern, names in lines))


def read_rules(path: Path) -> Rules:
    """Rules of a file: on each line a pattern, a colon, and entitlements; blank lines and `#` lines are passed over.

    In a pattern `*` stands for any run of letters, slashes too, `?` for one, `[ab]` for one of some. One that begins
    neither with `/` nor with `*` fits anywhere below the root. Raises DataError at the line that says nothing.
    """
    if not path.is_file():
        raise DataError("there is no such file of entitlement rules", place=Place(path), remedy="check the path")
    with opened(path, "utf-8") as stream:
        lines = [(number, line.strip()) for number, line in enumerate(stream, 1)]
    rules = [_rule(Place(path, number), line) for number, line in lines if line and not line.startswith("#")]
    if not rules:
        raise DataError("has no rule", place=Place(path), remedy="write lines such as `hr/*: hr, board`")
    return Rules(tuple(rules))


def _rule(place: Place, line: str) -> tuple[str, frozenset[str]]:
    pattern, colon, names = line.rpartition(":")
    try:
        if not colon or not pattern.strip():
            raise InputError("has no colon behind a pattern")
        return pattern.strip(), read_entitlements(names)
    except InputError as fault:
        raise DataError(
            f"the rule {fault.what}", place=place, remedy="write a pattern, a colon and entitlements: `hr/*: hr, board`"
        ) from fault


def _fits(path: str, pattern: str) -> bool:
    return fnmatchcase(path, pattern if pattern.startswith(("/", "*")) else f"*/{pattern}")
