"""A conversation written as one text, as hh-rlhf has it: a blank line and `Human:` or `Assistant:` before each turn.

Knows nothing of rows. White space around a turn is not part of it.
"""

import re

from finewright.base.records import Role

_SPEAKER = re.compile(r"(?:\A|\n\n)(Human|Assistant):")
_ROLES: dict[str, Role] = {"Human": "user", "Assistant": "assistant"}


def transcript(text: str) -> list[tuple[Role, str]] | None:
    """Role and words of each turn; None where the text does not begin with `Human:` or has no second turn."""
    before, *parts = _SPEAKER.split(text.strip())
    turns = list(zip(parts[::2], parts[1::2], strict=True))
    if before or len(turns) < 2 or turns[0][0] != "Human":
        return None
    return [(_ROLES[speaker], words.strip()) for speaker, words in turns]
