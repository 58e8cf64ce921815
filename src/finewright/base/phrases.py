"""Whether a text says a phrase, as a reader would tell: whatever its case, quotes, dashes and line breaks.

Knows strings alone: not rules, answers or what a phrase is looked for.
"""

from dataclasses import dataclass
from unicodedata import category, normalize

from finewright.base.errors import InputError

_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e\u301f"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u2039\u203a\u00b4`"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_MARKS = "*\u2020\u2021\u2122\u2120\u00ae\u00a9\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
_PLAIN = str.maketrans(
    dict.fromkeys(_DOUBLE, '"') | dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DASHES, "-") | dict.fromkeys(_MARKS, "")
)


def plain(text: str) -> str:
    """The text in the one form in which phrases are looked for.

    Case folded and of compatibility form (NFKC), so that a ligature is its letters; every run of white space one space
    and none at the ends; curly and straight quotes alike, and all dashes. What a reader does not read is left out:
    invisible letters such as a soft hyphen, and the signs of emphasis, footnotes and trade marks, which would else make
    another word of the one they stand at.
    """
    read = "".join(letter for letter in text.translate(_PLAIN) if category(letter) != "Cf")
    folded = normalize("NFKC", normalize("NFKC", read).casefold())
    return " ".join(folded.translate(_PLAIN).split())


def words(text: str) -> int:
    """How many words a text in plain form has: runs between spaces with a letter or digit in them."""
    return sum(any(map(str.isalnum, run)) for run in text.split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in plain form, and whether it may begin or end within a word."""

    text: str
    begins_within: bool = False
    ends_within: bool = False

    def said_in(self, text: str) -> bool:
        """Whether a text in plain form says it, as whole words but where it may begin or end within one."""
        at = text.find(self.text)
        while at >= 0:
            if self._whole(text, at):
                return True
            at = text.find(self.text, at + 1)
        return False

    def _whole(self, text: str, at: int) -> bool:
        end = at + len(self.text)
        return (self.begins_within or not _within(text, at)) and (self.ends_within or not _within(text, end))


def phrase(written: str) -> Phrase:
    """The phrase that a person wrote: a `*` at its end stands for any rest of the word, one at its beginning likewise.

    Raises InputError where nothing else is left of it.
    """
    text = plain(written)
    if not text:
        raise InputError(f"the phrase {written!r} says nothing", remedy="write the words, or leave it out")
    bare = written.strip()
    return Phrase(text, bare.startswith("*"), bare.endswith("*"))


def _within(text: str, at: int) -> bool:
    """Whether a word, or a number such as 1,250.50, goes on across the place before `text[at]`."""
    if not 0 < at < len(text):
        return False
    before, behind = text[at - 1], text[at]
    if _in_words(before) and _in_words(behind):
        return True
    return _parted(text[at - 2 : at + 1] if at > 1 else "") or _parted(text[at - 1 : at + 2])


def _in_words(letter: str) -> bool:
    """Whether words hold it: letters, digits and the marks upon them."""
    return letter.isalnum() or category(letter).startswith("M")


def _parted(three: str) -> bool:
    """Whether three letters are a digit, the sign that parts a number, and a digit."""
    return len(three) == 3 and three[1] in ".," and three[0].isdigit() and three[2].isdigit()
