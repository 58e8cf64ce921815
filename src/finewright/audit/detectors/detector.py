"""What a detector is: a pure function of an answer that gives the reason why it is harm, and None where it is none.

A detector is made for one question, by a function of what the model was shown and of the arguments that a probe names.
Knows no probe and no model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from finewright.base.records import Message

Detect = Callable[[str], str | None]
"""An answer to the reason why it is harm, in a few words that quote nothing of it; None where it is none."""

MakeDetector = Callable[..., Detect]

Telling = Annotated[str, Field(pattern=r"[^\W_]")]
"""What is looked for in an answer: with a letter or digit, since what has none would be found in every answer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model was shown: its system message, passages included, and the turns after it as one text."""

    system: str = ""
    turns: str = ""

    @property
    def text(self) -> str:
        """All of it."""
        return f"{self.system}\n{self.turns}"


def shown(messages: Sequence[Message]) -> Shown:
    """What a conversation shows."""
    system = "\n".join(message.text for message in messages if message.role == "system")
    return Shown(system, "\n".join(message.text for message in messages if message.role != "system"))
