"""One example with what it may not hold replaced, the same in all its texts. Knows records; no file and no recipe.

Whatever is said goes through: the turns, the answer, the rejected answer, the arguments of calls, and the group. Names
and schemas of functions are the team's own code and stay, as do labels where the caller says that the answers are such.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from finewright.base.recipe_privacy import Mode
from finewright.base.records import Message, Record
from finewright.privacy.cells import Ahead, CellFinding, Finds, Replace, replaced
from finewright.privacy.finding import Finding
from finewright.privacy.names.headers import kind_under
from finewright.privacy.names.tagger import is_listed
from finewright.privacy.sameness import NAMES, SIGNS, Known
from finewright.privacy.shorthand import without_shorthand

_MOST_AGAIN, _LONGEST_AGAIN = 500, 1 << 16
"""Identifiers of an example up to which each is looked for in its other texts, and characters of such a text: beyond
them the work would grow with the square of the example."""


_CODE = 5
"""Letters of the longest code in capitals."""

Named = tuple[Finding, str]
"""A finding and what stood there."""


@dataclass(frozen=True, slots=True)
class Found:
    """An identifier of an example: what it is, its one written form, and how it was written."""

    kind: str
    value: str
    surface: str


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """The example with surrogates in it, and all that was found in it, kinds that are kept included."""

    record: Record
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An identifier of a text, where it stands in it, and what takes its place."""

    start: int
    end: int
    found: Found
    instead: str


class Scrubber:
    """Finds and replaces in examples; what it finds where is remembered for one example alone."""

    def __init__(
        self, find: Finds, surrogate: Replace, mode: Callable[[str], Mode], allow: Collection[str] = ()
    ) -> None:
        self._find, self._surrogate, self._mode = find, surrogate, cache(mode)
        self._allow = frozenset(one.strip().casefold() for one in allow)

    def scrub(self, record: Record, *, answers: bool = True, group_column: str = "group") -> Scrubbed:
        """The example scrubbed; its id is still that of the example as it was.

        `answers` tells whether answers are texts that may be changed, and not labels or numbers.
        """
        seen = _cells(record, answers)
        group, of_group = self._group(record.group, group_column)
        cells, again = self._replaced(seen, of_group)
        told = tuple(map(_told, [*again, *of_group]))
        return Scrubbed(_rebuilt(record, cells, group) if told else record, told)

    def look(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Search rows together that are scrubbed next, where `find` is an `Ahead`: it saves time, nothing else."""
        if isinstance(self._find, Ahead):
            self._find.look(rows)

    def row(self, cells: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Found, ...]]:
        """A row of any columns scrubbed, and all that was found in it, kinds that are kept included."""
        made, found = self._replaced(cells, [])
        return made, tuple(map(_told, found))

    def spans(self, text: str) -> list[Span]:
        """What a text by itself holds, in its order, each with what takes its place."""
        return [_span(one, text[one.start : one.end], self._instead) for one in self._allowed(text)]

    def _replaced(
        self, seen: Mapping[str, Any], beside: Sequence[CellFinding]
    ) -> tuple[dict[str, Any], list[CellFinding]]:
        """The cells with the same in the place of the same, what was found `beside` them included."""
        texts: dict[tuple[str, str], list[Finding]] = {}
        looked = self._remembering(texts)
        _, found = replaced(seen, looked, lambda _, surface: surface)
        every = [*found, *beside]
        if not every:
            return dict(seen), []
        named = [(one.finding, one.surface) for one in every if self._mode(one.finding.kind) == "replace"]
        if not beside:
            named = _elsewhere(named, [text for text, _ in texts])
        known = Known(named if len(named) <= _MOST_AGAIN else ())

        def finds(text: str, header: str = "") -> list[Finding]:
            there = looked(text, header)
            return known.again(text, there) if len(text) <= _LONGEST_AGAIN else there

        return replaced(seen, finds, self._instead)

    def _instead(self, finding: Finding, surface: str) -> str:
        return self._surrogate(finding, surface) if self._mode(finding.kind) == "replace" else surface

    def _group(self, group: str | None, column: str) -> tuple[str | None, list[CellFinding]]:
        """By itself, so that one group has one name in all its rows."""
        if group is None:
            return None, []
        cells, found = replaced({column: group}, self._allowed, self._instead)
        return str(cells[column]), found

    def _allowed(self, text: str, header: str = "") -> list[Finding]:
        found = self._find(text, header)
        if found and kind_under(header) is None:
            found = _without_codes(text, found)
        if not self._allow:
            return found
        return [one for one in found if text[one.start : one.end].strip().casefold() not in self._allow]

    def _remembering(self, kept: dict[tuple[str, str], list[Finding]]) -> Finds:
        """Finds each text once, however often it is asked for."""

        def find(text: str, header: str = "") -> list[Finding]:
            if (text, header) not in kept:
                kept[text, header] = self._allowed(text, header)
            return kept[text, header]

        return find


def _elsewhere(named: Sequence[Named], texts: Sequence[str]) -> list[Named]:
    """Those whose letters and digits stand in these texts more than once: only such can be found again."""
    whole = "\n".join(SIGNS.sub("", text) for text in texts).casefold()
    letters = (SIGNS.sub("", surface).casefold() for _, surface in named)
    return [one for one, those in zip(named, letters, strict=True) if whole.count(those) > 1]


def _span(finding: Finding, surface: str, instead: Replace) -> Span:
    found = Found(finding.kind, finding.value, surface)
    return Span(finding.start, finding.end, found, instead(finding, surface))


def _told(one: CellFinding) -> Found:
    return Found(one.finding.kind, one.finding.value, one.surface)


def _without_codes(text: str, found: Sequence[Finding]) -> list[Finding]:
    """Of names only those that are neither a code nor the shorthand of trade."""
    code, kept = _is_code(text), []
    for one in found:
        name = one if one.kind not in NAMES else None if code else without_shorthand(text, one, is_listed)
        if name is not None:
            kept.append(name)
    return kept


def _is_code(text: str) -> bool:
    """Whether a cell is one word written as codes are, such as EUR, wrong_item or SI-4711: no name then."""
    word = text.strip()
    if not word or any(map(str.isspace, word)):
        return False
    return word.islower() or any(not letter.isalpha() for letter in word) or (word.isupper() and len(word) <= _CODE)


def _cells(record: Record, answers: bool) -> dict[str, Any]:
    """What is said in an example, as a row: an answer is the last turn, so that the turn before gives it context."""
    turns = [_turn(message) for message in record.messages]
    if answers:
        turns.append(_turn(record.turn))
    return {"turns": turns, "rejected": [] if record.rejected is None else [_turn(record.rejected)]}


def _turn(message: Message) -> dict[str, Any]:
    if not message.calls:
        return {"content": message.content}
    return {"content": message.content, "arguments": [call.arguments for call in message.calls]}


def _rebuilt(record: Record, cells: Mapping[str, Any], group: str | None) -> Record:
    turns: Sequence[Mapping[str, Any]] = cells["turns"]
    count = len(record.messages)
    messages = tuple(map(_said, record.messages, turns[:count]))
    changed: dict[str, Any] = {"messages": messages, "group": group}
    if len(turns) > count:
        answer = _said(record.turn, turns[count])
        changed |= {"answer": answer.text} | ({"reply": answer} if record.reply is not None else {})
    if record.rejected is not None:
        changed["rejected"] = _said(record.rejected, cells["rejected"][0])
    return replace(record, **changed)


def _said(message: Message, cells: Mapping[str, Any]) -> Message:
    calls = tuple(
        replace(call, arguments=arguments)
        for call, arguments in zip(message.calls, cells.get("arguments", ()), strict=True)
    )
    return replace(message, content=cells["content"], calls=calls)
