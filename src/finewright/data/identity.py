"""Names for records that depend on their content alone. Knows nothing of where a record stands."""

from collections import Counter
from collections.abc import Callable, Sequence

from finewright.base.files import digest_json
from finewright.base.records import Message

_LENGTH = 16


def content_digest(messages: Sequence[Message], answer: str) -> str:
    """The first 16 hex digits (64 bits) of the SHA-256 of messages and answer."""
    return digest_json([[[message.role, message.content] for message in messages], answer])[:_LENGTH]


def numbering() -> Callable[[Sequence[Message], str], str]:
    """Gives each record of one file its id: content digest and, from 1, which occurrence of it this is."""
    seen: Counter[str] = Counter()

    def identify(messages: Sequence[Message], answer: str) -> str:
        digest = content_digest(messages, answer)
        seen[digest] += 1
        return f"{digest}-{seen[digest]}"

    return identify
