"""Many texts, and many records, in one buffer each: some hundred bytes a short row instead of some seven hundred.

Built by adding at the end, read as the sequences that they are; an item is made anew each time it is asked for. Knows
nothing of files or of what the records are for.
"""

import json
from array import array
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice
from typing import Any

from finewright.base.records import Message, Record, ToolCall
from finewright.base.views import View

_LENIENT = "surrogatepass"
"""Half a character is refused elsewhere, with its line; here it must only come back as it was."""

_MOST = (1 << 32) - 1
_RUN = 1 << 16


class Texts(View[str]):
    """Texts, each as UTF-8: its length in bytes and 4 more, or 8 where all together are above 4 GiB."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._content = bytearray()
        self._ends = array("I", [0])
        for text in texts:
            self.append(text)

    def append(self, text: str) -> None:
        """Add a text behind the others."""
        self._content += text.encode("utf-8", _LENIENT)
        if len(self._content) > _MOST and self._ends.typecode == "I":
            self._ends = array("Q", self._ends)
        self._ends.append(len(self._content))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def at(self, place: int) -> str:
        """The text at a place counted from the front."""
        return self._content[self._ends[place] : self._ends[place + 1]].decode("utf-8", _LENIENT)


def ascending(texts: Iterable[str]) -> Iterator[str]:
    """The texts in ascending order, sorted some at a time and merged, so that they are never a list of them all."""
    coming = iter(texts)
    runs: list[Texts] = []
    while run := sorted(islice(coming, _RUN)):
        runs.append(Texts(run))
    return merge(*runs)


class Records(View[Record]):
    """Records, each as the compact JSON of what it has; equal to a list of the same records."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._rows = Texts()
        self._sources: dict[str, int] = {}
        self._named: list[str] = []
        for record in records:
            self.append(record)

    def append(self, record: Record) -> None:
        """Add a record behind the others."""
        number = self._sources.setdefault(record.source, len(self._named))
        if number == len(self._named):
            self._named.append(record.source)
        self._rows.append(_ENCODER.encode(_written(record, number)))

    def __len__(self) -> int:
        return len(self._rows)

    def at(self, place: int) -> Record:
        """The record at a place counted from the front."""
        (name, messages, answer, source, *rest), _ = _DECODER.raw_decode(self._rows.at(place))
        return _read(name, messages, answer, self._named[source], *rest)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_DECODER = json.JSONDecoder()
_PLAIN: list[Any] = [None] * 5
"""Of a record, what most rows do not have: group, time, reply, rejected and desirable."""


def _written(record: Record, source: int) -> list[Any]:
    """A record as plain lists; what most rows do not have stands at the end, and only where there is any of it.

    `source` is the number of its source. A user's one plain message stands for the list of messages.
    """
    messages: Any = [_turn(message) for message in record.messages]
    if len(messages) == 1 and messages[0][0] == "user" and len(messages[0]) == 2:
        messages = messages[0][1]
    rare = [record.group, record.time, _maybe(record.reply), _maybe(record.rejected), record.desirable]
    row = [record.id, messages, record.answer, source, record.line]
    return row if rare == _PLAIN else row + rare


def _turn(message: Message) -> list[Any]:
    plain = [message.role, message.content]
    rare = [message.name, message.call_id, message.tools, message.weight]
    if not message.calls and rare == _PLAIN[:4]:
        return plain
    return [*plain, [[call.name, call.arguments, call.id] for call in message.calls], *rare]


def _maybe(message: Message | None) -> list[Any] | None:
    return None if message is None else _turn(message)


def _read(name: str, messages: list[Any] | str, answer: str, source: str, line: int, *rare: Any) -> Record:
    if isinstance(messages, str):
        turns: tuple[Message, ...] = (Message("user", messages),)
    else:
        turns = tuple([_message(*message) for message in messages])
    if not rare:
        return Record(name, turns, answer, source, line)
    group, time, reply, rejected, desirable = rare
    said, other = (_message(*turn) if turn else None for turn in (reply, rejected))
    return Record(name, turns, answer, source, line, group, time, said, other, desirable)


def _message(role: Any, content: str, calls: Any = (), *rare: Any) -> Message:
    return Message(role, content, tuple([ToolCall(*call) for call in calls]), *rare) if rare else Message(role, content)
