"""Rows of a file drawn at random, each as it was with what is replaced in it marked. Writes nothing.

The file is read twice: once for the number of its rows, of which those with the lowest ranks are drawn, and once for
the rows, of which no other is kept.
"""

import heapq
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from finewright.base.order import rank
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Privacy
from finewright.data.sources import text
from finewright.flows.privacy.piece import Piece
from finewright.flows.privacy.reading import Reading, pieces, reading_of
from finewright.flows.privacy.replacer import Work, rewriting_of
from finewright.flows.privacy.rewriting import Rewriting, Row
from finewright.flows.privacy.scrubbing import detector
from finewright.privacy.finding import Finding

OPEN, CLOSE = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}", "\N{MATHEMATICAL RIGHT WHITE SQUARE BRACKET}"
_MARK = re.compile(f"{OPEN}([a-z0-9_:-]+) ")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A row: where it stands, its text with what is replaced in brackets that are numbered, and the kinds of these."""

    source: str
    line: int
    text: str
    kinds: tuple[str, ...]


def drawn(path: Path, data: Data, privacy: Privacy, count: int, seed: int) -> tuple[list[Drawn], int]:
    """So many rows at random, the same for the same file and seed, in the order of their draw; and how many there are.

    Raises DataError where the file cannot be read.
    """
    find = detector(privacy).find
    reading = reading_of(path, data, find)
    digest = text.digest(path)
    total = sum(piece.number for piece in pieces(path, reading, find))
    ranks = ((rank(seed, "scrub review", digest, number), number) for number in range(total))
    chosen = {number: place for place, (_, number) in enumerate(heapq.nsmallest(count, ranks))}
    rewriting = rewriting_of(Work(privacy, reading, datetime.now(UTC).date()), _marked)
    found = _found(pieces(path, reading, find), chosen, reading, rewriting)
    return [row for _, row in sorted(found, key=lambda one: chosen[one[0]])], total


def _found(
    cut: Iterable[Piece], chosen: Iterable[int], reading: Reading, rewriting: Rewriting
) -> Iterator[tuple[int, Drawn]]:
    wanted, begin = frozenset(chosen), 0
    for piece in cut:
        mine = [number - begin for number in range(begin, begin + piece.number) if number in wanted]
        if mine:
            # Lines are searched together; of other rows each by itself.
            whole = reading.kind == "text" or bool(piece.batch)
            part = piece if whole else replace(piece, rows=tuple(piece.rows[at] for at in mine))
            rows = list(rewriting.rows(part))
            shown = [rows[at] for at in mine] if whole else rows
            yield from ((begin + at, _shown(piece.source, row)) for at, row in zip(mine, shown, strict=True))
        begin += piece.number


def _marked(finding: Finding, surface: str) -> str:
    return f"{OPEN}{finding.kind} {surface}{CLOSE}"


def _shown(source: str, row: Row) -> Drawn:
    """The row with its brackets numbered."""
    kinds: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        kinds.append(match[1])
        return f"{OPEN}{len(kinds)} {match[1]}: "

    after = row.after.strip("\r\n").replace("\\u27e6", OPEN).replace("\\u27e7", CLOSE)  # as ASCII JSON has them
    return Drawn(source, row.line, _MARK.sub(numbered, after), tuple(kinds))
