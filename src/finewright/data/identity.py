"""Names for records that depend on their content alone. Knows nothing of where a record stands."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from finewright.base.files import digest_json
from finewright.base.records import Message

_LENGTH = 16


def content_digest(messages: Sequence[Message], answer: str | Message) -> str:
    """The first 16 hex digits (64 bits) of the SHA-256 of messages and answer."""
    said = answer if isinstance(answer, str) else _content(answer)
    return digest_json([[_content(message) for message in messages], said])[:_LENGTH]


def numbering() -> Callable[[Sequence[Message], str | Message], str]:
    """Gives each record of one file its id: content digest and, from 1, which occurrence of it this is."""
    seen: Counter[str] = Counter()

    def identify(messages: Sequence[Message], answer: str | Message) -> str:
        digest = content_digest(messages, answer)
        seen[digest] += 1
        return f"{digest}-{seen[digest]}"

    return identify


def _content(message: Message) -> list[Any]:
    """A turn as it is digested: role and content, and what else it has, where it has anything else."""
    parts = asdict(message)
    plain = [parts.pop("role"), parts.pop("content")]
    more = {name: value for name, value in parts.items() if value is not None and value != ()}
    return [*plain, more] if more else plain
