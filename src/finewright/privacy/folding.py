"""A text as recognisers read it, and the way back to the text as it was given. Knows no identifier.

What a reader does not see is removed (zero-width characters, soft hyphens, NUL), what looks like a plain character
becomes it (full-width digits, spaces of any width, digits of any script, `&#64;`), and Cyrillic or Greek letters that
look Latin become Latin where they stand in one token with Latin letters or digits. Letter case is kept. The tables are
derived from Unicode's own properties (`unicodedata`); only what looks alike is listed here.
"""

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Characters of category Cf that are drawn: Arabic, Syriac and Kaithi number signs."""

_BLANK = "\0\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
"""Not of category Cf, and not seen: NUL, grapheme joiner, Hangul fillers, Khmer inherent vowels."""

_DASHES, _QUOTES = "\u2010\u2011\u2012\u2013\u2212", "\u2018\u2019\u02bc"
_LIKE_ASCII = (
    dict.fromkeys(_DASHES, "-") | dict.fromkeys(_QUOTES, "'") | {"\u2028": "\n", "\u2029": "\n", "\u2800": " "}
)
_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТУХҮԀԚԜӀаеѕіјкорсухүһԁԛԝӏ", "ABESIJKMHOPCTYXYDQWIaesijkopcyxyhdqwl", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹαικνορυχϲϳ", "ABEZHIKMNOPTYXCaikvopuxcj", strict=True))
_LATIN_LOOK = _CYRILLIC | _GREEK

_ENTITY = r"&(?:amp;){0,3}(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_ASCII_ODD = re.compile(rf"{_ENTITY}|\0+")
_OTHER = "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(f"[A-Za-z0-9][{_OTHER}]|[{_OTHER}][A-Za-z0-9]")
_WORD_BEFORE = re.compile(r"\w{0,64}\Z")
_WORD = re.compile(r"\w{1,64}")
_SELECTORS = ("VARIATION SELECTOR", "MONGOLIAN FREE VARIATION")
_DROPPED_FORMS = ("<super>", "<sub>", "<circle>", "<square>", "<fraction>", "<vertical>")


class Piece(NamedTuple):
    """A run of the folded text: where it begins there and in the original, and how many original characters all of it
    stands for; 0 where it is as long as what it stands for, character by character."""

    begin: int
    original: int
    width: int


class Folded:
    """A folded text: `text` is what recognisers read, `origin` leads a span of it back."""

    __slots__ = ("_begins", "_pieces", "text")

    def __init__(self, text: str, pieces: list[Piece]) -> None:
        self.text = text
        self._pieces = pieces
        self._begins = [piece.begin for piece in pieces]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that this span, which is not empty, was made of: nothing invisible around it."""
        if not self._pieces:
            return start, end
        return self._edges(start)[0], self._edges(end - 1)[1]

    def _edges(self, at: int) -> tuple[int, int]:
        begin, original, width = self._pieces[bisect_right(self._begins, at) - 1]
        return (original, original + width) if width else (original + at - begin, original + at - begin + 1)


def fold(text: str) -> Folded:
    """The text as recognisers read it. Plain ASCII without entities comes back as it is, at the cost of a look."""
    if text.isascii():
        return Folded(text, []) if "&" not in text and "\0" not in text else _replaced(text, _ASCII_ODD)
    tables = _tables()
    alike = tables.alike.sub(lambda run: run[0].translate(tables.table), text)
    folded = _replaced(alike, tables.odd)
    folded.text = _latin(folded.text)
    return folded


def plain(text: str) -> str:
    """The text folded, without the way back."""
    return fold(text).text


def _replaced(text: str, odd: re.Pattern[str]) -> Folded:
    """What matches `odd` removed or written plainly, with the pieces that lead back."""
    pieces: list[Piece] = []
    built: list[str] = []
    written = done = 0
    for match in odd.finditer(text):
        start, end = match.span()
        new = _written_plainly(match[0])
        if new is None:
            continue
        if start > done:
            pieces.append(Piece(written, done, 0))
            built.append(text[done:start])
            written += start - done
        if new:
            pieces.append(Piece(written, start, end - start))
            built.append(new)
            written += len(new)
        done = end
    if not done:
        return Folded(text, [])
    if done < len(text):
        pieces.append(Piece(written, done, 0))
        built.append(text[done:])
    return Folded("".join(built), pieces)


def _written_plainly(found: str) -> str | None:
    """An entity, a run of unseen characters, a ligature or a letter with its marks, plainly; None: it stays."""
    if found[0] == "&":
        while found.startswith("&amp;") and len(found) > len("&amp;"):
            found = "&" + found.removeprefix("&amp;")
        decoded = html.unescape(found)
        return None if decoded == found else decoded.translate(_tables().table)
    return unicodedata.normalize("NFC", found.translate(_tables().table))


def _latin(text: str) -> str:
    """The text with look-alike letters of another script made Latin, token by token, where all of a token can be."""
    first = _MIXED.search(text)
    if first is None:
        return text
    built, done = [], 0
    while first is not None:
        start = _start_of_word(text, first.start(), done)
        word = _WORD.match(text, start)
        end = max(first.end() - 1, word.end() if word else 0)
        built += [text[done:start], _latin_token(text[start:end])]
        done = end
        first = _MIXED.search(text, done)
    return "".join([*built, text[done:]])


def _start_of_word(text: str, at: int, least: int) -> int:
    before = _WORD_BEFORE.search(text[max(least, at - 64) : at])
    return at - len(before[0]) if before else at


def _latin_token(token: str) -> str:
    """A token in Latin letters, or as it is where one of its other letters looks like none of them."""
    made = "".join(_LATIN_LOOK.get(letter, letter) for letter in token)
    return token if any("\u0370" <= letter <= "\u052f" for letter in made) else made


class _Tables(NamedTuple):
    """`table` of characters to what they become; `alike` finds runs that keep their length, `odd` all other."""

    table: dict[int, str]
    alike: re.Pattern[str]
    odd: re.Pattern[str]


@cache
def _tables() -> _Tables:
    """Made at the first text that needs them: some thirty milliseconds, so not at import."""
    table = {ord(character): new for character, new in _LIKE_ASCII.items()}
    for code in (*range(0x80, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x20000), *range(0xE0000, 0xE1000)):
        new = _plain_character(chr(code))
        if new is not None:
            table.setdefault(code, new)
    table |= {ord(character): "" for character in _BLANK}
    single = _class({code for code, new in table.items() if len(new) == 1} | set(range(0x10000, 0x20000)))
    odd = _class(code for code, new in table.items() if not new)
    ligature = _class(code for code, new in table.items() if len(new) > 1)
    marked = r"[A-Za-z\u00c0-\u024f][\u0300-\u036f]{1,8}"
    return _Tables(table, re.compile(f"{single}+"), re.compile(f"{odd}+|{ligature}|{_ENTITY}|{marked}"))


def _class(codes: Iterable[int]) -> str:
    """A class of characters by ranges: single ones beyond the first 65,536 would be compared one by one."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges) + "]"


def _plain_character(character: str) -> str | None:
    """What a character of Unicode looks like in ASCII, nothing where it is not seen, None where it is itself."""
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category == "Cf" or unicodedata.name(character, "").startswith(_SELECTORS):
        return None if character in _VISIBLE_FORMATS else ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if unicodedata.decomposition(character).startswith(_DROPPED_FORMS):
        return None
    new = unicodedata.normalize("NFKC", character)
    return new if new.isascii() and (len(new) == 1 or new.isalnum()) else None
