"""Names for records that depend on their content alone. Knows nothing of where a record stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Protocol

from finewright.base.files import digest_json
from finewright.base.records import Message

_LENGTH = 16


class Identify(Protocol):
    """Gives a record its id; records of one content are told apart by which occurrence of it they are."""

    def __call__(
        self,
        messages: Sequence[Message],
        answer: str | Message,
        rejected: Message | None = None,
        desirable: bool | None = None,
    ) -> str: ...


def content_digest(
    messages: Sequence[Message],
    answer: str | Message,
    rejected: Message | None = None,
    desirable: bool | None = None,
) -> str:
    """The first 16 hex digits (64 bits) of the SHA-256 of messages and answer, and of how the answer was judged."""
    said = answer if isinstance(answer, str) else _content(answer)
    content: list[Any] = [[_content(message) for message in messages], said]
    # Only what is there is digested, so that a record without a judgement keeps the id that it always had.
    if rejected is not None:
        content.append({"rejected": _content(rejected)})
    if desirable is not None:
        content.append({"desirable": desirable})
    return digest_json(content)[:_LENGTH]


def numbering() -> Identify:
    """Gives each record of one file its id: content digest and, from 1, which occurrence of it this is."""
    # As numbers and apart from the few that come again: a counter of texts takes twice the memory.
    seen: set[int] = set()
    again: Counter[int] = Counter()

    def identify(
        messages: Sequence[Message],
        answer: str | Message,
        rejected: Message | None = None,
        desirable: bool | None = None,
    ) -> str:
        digest = content_digest(messages, answer, rejected, desirable)
        number = int(digest, 16)
        if number not in seen:
            seen.add(number)
            return f"{digest}-1"
        again[number] += 1
        return f"{digest}-{again[number] + 1}"

    return identify


def _content(message: Message) -> list[Any]:
    """A turn as it is digested: role and content, and what else it has, where it has anything else."""
    parts = asdict(message)
    plain = [parts.pop("role"), parts.pop("content")]
    more = {name: value for name, value in parts.items() if value is not None and value != ()}
    return [*plain, more] if more else plain
