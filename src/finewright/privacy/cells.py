"""Rows and nested JSON, scanned cell by cell: each under the name of its column and the keys that lead to it.

One walk serves whoever scans and whoever replaces. JSON inside a cell is read as JSON and written back with its
spacing, order and number forms as they were. Knows no kind of identifier and no surrogate.
"""

import datetime
import decimal
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from finewright.privacy.finding import Finding
from finewright.privacy.json_text import looks_like_json, spliced

Path = tuple[str | int, ...]
"""Where a cell is: the column, then keys and places of nested JSON."""

Replace = Callable[[Finding, str], str]
"""What stands in the place of a finding, given it and the text that was found, as it was written."""

_NAMES_AS_HEADER = 3
_TURN = 60
_TOO_LONG_A_NUMBER = 10**40


class Finds(Protocol):
    """What finds identifiers in a text under a header: `Detector.find`."""

    def __call__(self, text: str, header: str = "") -> list[Finding]: ...


class FindsAll(Protocol):
    """What finds identifiers in many texts at once, each under its header: `Detector.find_all`."""

    def __call__(self, texts: Sequence[str], headers: Sequence[str]) -> list[list[Finding]]: ...


@dataclass(frozen=True, slots=True)
class CellFinding:
    """A finding and the cell it is in. `finding` has offsets into its own text; `surface` is what stood there."""

    path: Path
    finding: Finding
    surface: str

    @property
    def place(self) -> str:
        """The path for a person: `messages[2].content`."""
        parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return "".join(parts).removeprefix(".")


def scanned(row: Mapping[str, Any], find: Finds) -> list[CellFinding]:
    """What a row holds, in the order of its cells."""
    return replaced(row, find, lambda _, surface: surface)[1]


def replaced(row: Mapping[str, Any], find: Finds, replace: Replace) -> tuple[dict[str, Any], list[CellFinding]]:
    """The row with each finding replaced, and what was found.

    Numbers, dates and bytes keep their type where what stands in their place can have it, and become text otherwise.
    Names of columns stay; keys of nested objects are cells too. A chat's turn has the end of the turn before as its
    context: an answer to "your account number, please?".
    """
    walk = _Walk(find, replace)
    return {column: walk.cell(value, (column,)) for column, value in row.items()}, walk.found


class Ahead:
    """Finds what `find_all` does, in the cells of the rows it was shown together, in less time than one by one."""

    def __init__(self, find_all: FindsAll) -> None:
        self._find_all = find_all
        self._known: dict[tuple[str, str], list[Finding]] = {}

    def look(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Search the cells of these rows, and forget those of others."""
        asked: dict[tuple[str, str], None] = {}

        def note(text: str, header: str = "") -> list[Finding]:
            asked[text, header] = None
            return []

        for row in rows:
            scanned(row, note)
        found = self._find_all([text for text, _ in asked], [header for _, header in asked])
        self._known = dict(zip(asked, found, strict=True))

    def __call__(self, text: str, header: str = "") -> list[Finding]:
        """As `Detector.find`; a text that was not shown is searched by itself."""
        known = self._known.get((text, header))
        return self._find_all([text], [header])[0] if known is None else known


def replaced_text(text: str, findings: list[Finding], replace: Replace) -> str:
    """A text with its findings, ascending and none overlapping another, replaced."""
    built, done = [], 0
    for finding in findings:
        built += [text[done : finding.start], replace(finding, text[finding.start : finding.end])]
        done = finding.end
    return "".join([*built, text[done:]])


class _Walk:
    """One pass over one row."""

    def __init__(self, find: Finds, replace: Replace) -> None:
        self._find, self._replace = find, replace
        self._turn: tuple[Path, str] = ((), "")
        self.found: list[CellFinding] = []

    def cell(self, value: Any, path: Path) -> Any:
        """A cell of any type, replaced; walked with a stack of its own, however deep it is nested."""
        if isinstance(value, str):
            return self._text(value, path)
        root: list[Any] = [None]
        todo: list[tuple[Any, Any, Any, Path]] = [(root, 0, value, path)]
        while todo:
            holder, key, one, path = todo.pop()
            if isinstance(one, Mapping):
                keys = self._keys(one, path)
                holder[key] = made = dict.fromkeys(keys)
                parts = [(made, new, one[old], (*path, str(old))) for new, old in zip(keys, one, strict=True)]
                todo += reversed(parts)
            elif isinstance(one, list | tuple):
                holder[key] = copy = [None] * len(one)
                todo += [(copy, at, one[at], (*path, at)) for at in reversed(range(len(one)))]
            else:
                holder[key] = self._leaf(one, path)
        return root[0]

    def _keys(self, one: Mapping[Any, Any], path: Path) -> list[Any]:
        """The keys of an object, replaced, and no two the same."""
        made: dict[Any, None] = {}
        for key in one:
            new = first = self._text(key, (*path, key)) if isinstance(key, str) else key
            number = 1
            while new in made or (new != key and new in one):
                number += 1
                new = f"{first} {number}"
            made[new] = None
        return list(made)

    def _leaf(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path)
        written = _written(value)
        if written is None:
            return value
        new = self._plain(written, path)
        return value if new == written else _typed(new, value)

    def _text(self, text: str, path: Path) -> str:
        if looks_like_json(text):
            return spliced(text, lambda value, inner: self._text(value, path + inner))
        return self._plain(text, path)

    def _plain(self, text: str, path: Path) -> str:
        findings = self._find(text, self._header(text, path))
        if not findings:
            return text
        self.found += [CellFinding(path, finding, text[finding.start : finding.end]) for finding in findings]
        return replaced_text(text, findings, self._replace)

    def _header(self, text: str, path: Path) -> str:
        """The names that lead to a cell; before a turn's own, the end of the turn before."""
        names = [part for part in path if isinstance(part, str)][-_NAMES_AS_HEADER:]
        if path[-1] != "content" or text == "content":  # the latter is the key itself
            return " ".join(names)
        chat, before = self._turn
        self._turn = (path[:-2], text[-_TURN:])
        return " ".join([before, *names] if chat == path[:-2] else names)


def _written(value: Any) -> str | None:
    """A number, date or bytes as text; None for what holds nothing that could be found."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else str(value)
    if isinstance(value, int):
        return str(value) if abs(value) < _TOO_LONG_A_NUMBER else None
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    return str(value) if isinstance(value, decimal.Decimal) else None


def _typed(new: str, before: Any) -> Any:
    """The text as the type that stood there, where it loses nothing."""
    if isinstance(before, bytes):
        return new.encode(errors="surrogateescape")
    if isinstance(before, datetime.date | datetime.datetime):
        try:
            return type(before).fromisoformat(new)
        except ValueError:
            return new
    if isinstance(before, int) or (isinstance(before, float) and "." not in new):
        return type(before)(new) if re.fullmatch(r"-?(0|[1-9][0-9]{0,39})", new) else new
    return type(before)(new) if re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", new) else new
