"""One rule for rows that may not be learned, and what it says of a row that it refuses. Knows no recipe and no file."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from finewright.base.phrases import Phrase

Belongs = Literal["corpus", "nowhere"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was refused: by which rule, in a sentence, and where such a row belongs."""

    rule: str
    because: str
    belongs: Belongs


@dataclass(frozen=True, slots=True)
class Row:
    """What rules see of a row: its text as it is, case folded, and in plain form (empty where no rule has phrases); the
    kinds found in it; the columns that decide, as text."""

    text: str
    folded: str
    plain: str
    kinds: Collection[str]
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """Refuses a row for which everything that it names is true.

    kinds    one of these kinds of identifiers is found in the row
    phrases  the row says one of these
    needs    case folded words of which the text holds at least one where `pattern` can fit: the cheap gate
    pattern  fits somewhere in the text
    column   the column that decides, with `values` case folded; none of these: any value that is not empty
    beyond   turns `values` round: any other value is refused, and an empty one as well
    until    the first day on which the rule holds no longer
    """

    name: str
    because: str
    belongs: Belongs = "corpus"
    kinds: frozenset[str] = frozenset()
    phrases: tuple[Phrase, ...] = ()
    needs: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    column: str | None = None
    values: frozenset[str] = frozenset()
    beyond: bool = False
    until: date | None = None

    def refuses(self, row: Row, today: date) -> bool:
        """Whether all that the rule names is true of this row on this day."""
        if self.until is not None and today >= self.until:
            return False
        if self.kinds and self.kinds.isdisjoint(row.kinds):
            return False
        if self.phrases and not any(one.said_in(row.plain) for one in self.phrases):
            return False
        return self._fits(row) and self._says(row)

    @property
    def reason(self) -> Reason:
        """What is said of a row that it refuses."""
        return Reason(self.name, self.because, self.belongs)

    def _fits(self, row: Row) -> bool:
        if self.pattern is None:
            return True
        if self.needs and not any(word in row.folded for word in self.needs):
            return False
        return self.pattern.search(row.text) is not None

    def _says(self, row: Row) -> bool:
        if self.column is None:
            return True
        value = row.columns.get(self.column, "").strip().casefold()
        if self.beyond:
            return value not in self.values
        return value in self.values if self.values else bool(value)


@dataclass(frozen=True, slots=True)
class Embargo:
    """Refuses a row whose column names a day that is still to come, or says something that is no day."""

    column: str

    def reason(self, row: Row, today: date) -> Reason | None:
        """Why the row may not be learned on this day; None where it may, or names no day."""
        written = row.columns.get(self.column, "").strip()
        if not written:
            return None
        try:
            over = date.fromisoformat(written[:10])
        except ValueError:
            what = f"Its embargo '{written}' is no day, so that nobody can tell whether it is over."
            return Reason("embargo", what, "corpus")
        if today >= over:
            return None
        return Reason("embargo", f"It is under embargo until {over}.", "corpus")
