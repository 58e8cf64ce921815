"""What a person is asked: a title, instructions, and items, each with texts to read and one question to answer.

Knows nothing of files, of what the items stand for, or of who answers.
"""

from dataclasses import asdict, dataclass

from finewright.base.files import digest_json

_COMMENT = "Comment, optional"


@dataclass(frozen=True, slots=True)
class Block:
    """One text under its heading, which no other of an item has. Neighbours that are `beside` stand side by side."""

    title: str
    text: str
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: `value` is what is stored, `label` what is shown, `key` the one character that chooses it.

    Without a key a choice is found by typing part of its label.
    """

    value: str
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge. `suggested` values come first and, where choices have no keys of their own, on 1 to 9."""

    id: str
    blocks: tuple[Block, ...]
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that one person is given. `name` (letters, digits, hyphens) names the file that the page saves.

    `comment` says what the free text beside the answer is for.
    """

    name: str
    title: str
    instructions: str
    question: str
    choices: tuple[Choice, ...]
    items: tuple[Item, ...]
    comment: str = _COMMENT

    @property
    def digest(self) -> str:
        """SHA-256 of everything shown and asked; answers carry it, so that they are never read for another sheet."""
        asked = asdict(self)
        if self.comment == _COMMENT:  # so that a sheet of before there was another keeps its digest
            del asked["comment"]
        return digest_json(asked)
