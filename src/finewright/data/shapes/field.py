"""One value of a row as text, or why it cannot be used. Knows nothing of shapes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from finewright.base.errors import DataError
from finewright.base.files import canonical_json
from finewright.base.records import Message

_LONGEST_SHOWN = 40

Content = tuple[tuple[Message, ...], str | Message]
"""The messages of an example and the answer wanted next: a text, or a turn where it makes calls."""

ReadContent = Callable[[Mapping[str, Any]], Content]
"""A shape with its columns: a row's values to its content. Raises DataError where the row cannot be used."""


class Judged(NamedTuple):
    """The content of a row that says how good its answer is, by a worse one or by a thumb.

    Of a pair `answer` is the better side and `rejected` the other; of feedback `desirable` tells the thumb.
    """

    messages: tuple[Message, ...]
    answer: str | Message
    rejected: Message | None = None
    desirable: bool | None = None


ReadJudged = Callable[[Mapping[str, Any]], Judged]
"""As `ReadContent`, for the shapes whose rows are judged."""


def filled(values: Mapping[str, Any], column: str, role: str) -> str:
    """The text of a column that must hold some. `role` names it in the fault: 'input', 'label'."""
    if column not in values:
        raise DataError(f"the row has no '{column}'", remedy=f"give every row its {role} in '{column}'")
    return checked(text_of(values[column]), role)


def checked(text: str, role: str) -> str:
    """The text itself. Raises DataError where it is blank or no text."""
    if not text.strip():
        raise DataError(f"the {role} is empty", remedy="fill it in or remove the row")
    if "\0" in text:
        raise DataError(f"the {role} contains NUL bytes", remedy="export the file again as text")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataError(f"the {role} contains half a character (a lone surrogate)", remedy="mend the escape") from None
    return text


def clipped(text: str) -> str:
    """The text as a fault shows it: its beginning where it is long."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def text_of(value: Any) -> str:
    """The one text of a value: strings as they are, times in ISO 8601, all else as canonical JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    try:
        return canonical_json(value)
    except (TypeError, ValueError):
        return str(value)
