"""What a process does with a piece: every row searched, then kept as it is, changed, or refused. Reads no file.

`Rewriting` knows the formats; what is found and what takes its place is the scrubber's affair, and what may not be kept
at all the policy's.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from finewright.base.files import canonical_json
from finewright.data.shapes.field import text_of
from finewright.flows.privacy import delimited, tables
from finewright.flows.privacy.piece import Done, Piece, Raw, Refused
from finewright.flows.privacy.reading import Reading
from finewright.flows.privacy.told import Tally
from finewright.privacy.admission.policy import Policy
from finewright.privacy.admission.rule import Reason
from finewright.privacy.json_text import looks_like_json
from finewright.privacy.scrubber import Found, Scrubber, Span

T = TypeVar("T")

_TOGETHER = 256
"""Rows that are searched together: many short texts take little longer than one."""
_UNREADABLE = Reason("unreadable", "It cannot be read, so that nobody can tell what it holds.", "nowhere")


@dataclass(frozen=True, slots=True)
class Row:
    """A row looked at: as it stands, as it may be kept, what was found, and why it may not be kept, if it may not."""

    line: int
    before: str
    after: str
    found: Sequence[Found] = ()
    reasons: Sequence[Reason] = ()


@dataclass
class Rewriting:
    """Rewrites pieces of one file, in any order. `columns` are those met so far of those that decide over admission."""

    reading: Reading
    scrubber: Scrubber
    policy: Policy
    columns: set[str] = field(default_factory=set)

    def done(self, piece: Piece) -> Done:
        """What takes the place of a piece, and what is told of it."""
        self.columns.clear()
        if piece.batch:
            return self._batch(piece)
        rows = list(self.rows(piece))
        kept = [row for row in rows if not row.reasons]
        body = "".join(piece.joint + row.after for row in kept)
        lead, joint = (one.encode(piece.encoding, "replace") for one in (piece.lead, piece.joint if kept else ""))
        content = lead + body.encode(piece.encoding, "replace")
        return self._told(content, (len(lead), len(lead) + len(joint)), rows)

    def rows(self, piece: Piece) -> Iterator[Row]:
        """Each row of a piece, looked at."""
        if self.reading.kind == "text":
            yield from self._lines(piece.rows)
        elif self.reading.kind == "csv":
            yield from self._table(piece.rows)
        elif piece.batch:
            yield from (row for row, _ in self._looked(piece))
        else:
            yield from self._objects(piece.rows)

    def _table(self, rows: Iterable[Raw]) -> Iterator[Row]:
        for some in _together(rows):
            cells = [delimited.cells_of(raw, self.reading.delimiter) for _, raw in some]
            named = [{} if one is None else delimited.by_name(one, self.reading.columns) for one in cells]
            self.scrubber.look(named)
            yield from map(self._delimited, some, cells, named)

    def _objects(self, rows: Iterable[Raw]) -> Iterator[Row]:
        for some in _together(rows):
            bodies = (_body(raw) for _, raw in some)
            self.scrubber.look({"": body} for body in bodies if looks_like_json(body))
            yield from (self._object(line, raw) for line, raw in some)

    def _looked(self, piece: Piece) -> Iterator[tuple[Row, Mapping[str, Any]]]:
        """Each row of a batch of Arrow's, and its cells as they may be kept."""
        for some in _together(enumerate(tables.rows(piece.batch), piece.first)):
            self.scrubber.look(cells for _, cells in some)
            yield from (self._cells(line, cells) for line, cells in some)

    def _delimited(self, at: Raw, cells: list[str] | None, before: Mapping[str, str]) -> Row:
        line, raw = at
        if cells is None:
            return Row(line, raw, raw, (), (_UNREADABLE,))
        after, found = self.scrubber.row(before)
        changed = list(after.values())
        new = raw if changed == cells else delimited.rewritten(raw, cells, changed, self.reading.delimiter)
        return Row(line, raw, new, found, self._reasons("\n".join(cells), found, lambda: before))

    def _object(self, line: int, raw: str) -> Row:
        body = _body(raw)
        if not body:
            return Row(line, raw, raw)
        if not looks_like_json(body):
            return Row(line, raw, raw, (), (_UNREADABLE,))
        after, found = self.scrubber.row({"": body})
        new = raw.replace(body, after[""], 1)
        return Row(line, raw, new, found, self._reasons(_said(body), found, lambda: _members(body)))

    def _cells(self, line: int, cells: Mapping[str, Any]) -> tuple[Row, Mapping[str, Any]]:
        after, found = self.scrubber.row(cells)
        before, new = (json.dumps(one, ensure_ascii=False, default=str) for one in (cells, after))
        return Row(line, before, new, found, self._reasons("\n".join(_leaves(cells)), found, lambda: cells)), after

    def _lines(self, rows: Sequence[Raw]) -> Iterator[Row]:
        """Searched together, so that what goes on in the next line is found; such lines are kept or refused as one."""
        spans = deque(self.scrubber.spans("".join(raw for _, raw in rows)))
        at, begin, held = 0, 0, list[Raw]()
        mine: list[Span] = []
        for line, raw in rows:
            held.append((line, raw))
            at += len(raw)
            while spans and spans[0].start < at:
                mine.append(spans.popleft())
            if not mine or mine[-1].end <= at:
                yield from self._passage(held, begin, mine)
                begin, held, mine = at, [], []

    def _passage(self, rows: Sequence[Raw], begin: int, spans: Sequence[Span]) -> Iterator[Row]:
        text = "".join(raw for _, raw in rows)
        found = [one.found for one in spans]
        reasons = self._reasons(text, found, dict)
        new, read = [], begin
        for one in spans:
            new += [text[read - begin : one.start - begin], one.instead]
            read = one.end
        after = "".join([*new, text[read - begin :]])
        line, raw = rows[0]
        yield Row(line, raw, after, found, reasons)
        yield from (Row(line, raw, "", (), reasons) for line, raw in rows[1:])

    def _reasons(self, text: str, found: Sequence[Found], columns: Callable[[], Mapping[str, Any]]) -> Sequence[Reason]:
        wanted = self.policy.columns
        told = columns() if wanted else {}
        self.columns |= wanted & told.keys()
        deciding = {name: _text(told.get(name)) for name in wanted}
        return self.policy.reasons(text, {one.kind for one in found}, deciding)

    def _batch(self, piece: Piece) -> Done:
        looked = list(self._looked(piece))
        rows = [self._fitting(piece.batch, row, after) for row, after in looked]
        kept = [at for at, row in enumerate(rows) if not row.reasons]
        changed = {at: looked[at][1] for at in kept if rows[at].before != rows[at].after}
        whole = not changed and len(kept) == len(rows)
        return self._told(piece.batch if whole else tables.rebuilt(piece.batch, changed, kept), (0, 0), rows)

    @staticmethod
    def _fitting(batch: bytes, row: Row, after: Mapping[str, Any]) -> Row:
        """The row, refused where a column cannot hold its new value."""
        if row.before == row.after or (name := tables.fits(batch, after)) is None:
            return row
        reason = Reason(
            "column", f"Its column '{name}' cannot hold what would take the place of an identifier.", "corpus"
        )
        return Row(row.line, row.before, row.after, row.found, (*row.reasons, reason))

    def _told(self, content: bytes, joined: tuple[int, int], rows: Sequence[Row]) -> Done:
        tally, kept = Tally(), [row for row in rows if not row.reasons]
        for row in kept:
            tally.add(row.found)
        return Done(
            content,
            joined,
            len(kept),
            sum(row.before != row.after for row in kept),
            [Refused(row.line, row.before, tuple(row.reasons)) for row in rows if row.reasons],
            {kind: (count, tally.rows[kind], list(tally.samples[kind])) for kind, count in tally.identifiers.items()},
            frozenset(self.columns),
        )


def _together(rows: Iterable[T]) -> Iterator[list[T]]:
    """The rows in runs that are searched together."""
    remaining = iter(rows)
    while some := list(islice(remaining, _TOGETHER)):
        yield some


def _body(raw: str) -> str:
    """A row of JSON without what stands around it."""
    return raw.strip(" \t\r\n\ufeff")


def _said(body: str) -> str:
    """What a JSON text says, without the escapes of its strings, which no rule reads."""
    return "\n".join(_leaves(json.loads(body))) if "\\" in body else body


def _leaves(value: Any) -> Iterator[str]:
    """Keys, strings and numbers of a value, however deep it is nested, in its order."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, Mapping):
            todo += [part for pair in reversed(list(one.items())) for part in reversed(pair)]
        elif isinstance(one, list | tuple):
            todo += reversed(one)
        elif one is not None:
            yield str(one)


def _members(body: str) -> Mapping[str, Any]:
    told = json.loads(body)
    return told if isinstance(told, dict) else {}


def _text(value: Any) -> str:
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def line_of(source: str, refused: Refused) -> str:
    """A row in quarantine as one line of JSON."""
    reasons = [{"rule": one.rule, "because": one.because, "belongs": one.belongs} for one in refused.reasons]
    return canonical_json({"source": source, "line": refused.line, "row": refused.text, "reasons": reasons}) + "\n"
