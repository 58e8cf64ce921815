"""What reading a file yields: stretches of text, each with its place in the file. Knows no format."""

from dataclasses import dataclass

from finewright.base.records import Refusal


@dataclass(frozen=True, slots=True)
class Section:
    """A text that is cut by itself. Spans count its characters.

    `page` is its 1-based page in a PDF, `row` the 1-based line at which its row starts in a table, both None elsewhere.
    `entitlements` are those that the row itself names, None where the file decides.
    """

    text: str
    page: int | None = None
    row: int | None = None
    entitlements: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's sections in order, and its rows that could not be taken."""

    sections: tuple[Section, ...]
    refused: tuple[Refusal, ...] = ()
