"""What the tagger marked, made into names: edges cut clean, addresses whole, titles left out. Knows no network."""

import re
from collections.abc import Iterable

from finewright.privacy.finding import Finding
from finewright.privacy.names.features import plain
from finewright.privacy.names.gazetteer import LISTS, lists_of

_TITLE = re.compile(
    r"(?:(?:el|il|la|le|l['’]|der|die|den) *(?=se[ñn]or|signor|mme|monsieur|madame|herrn?|frau|sra?\b))?"
    r"(?:(?:mr|mrs|ms|miss|mx|dr|prof|herrn?|frau|monsieur|madame|mme|mlle|señora?|sra?|sig|signora?|dhr|mevr|sir|"
    r"hr|fru|pani?|dipl\.?-ing)\b\.? +)+(?=\S)",
    re.IGNORECASE,
)
_JOINT = re.compile(r"(?:and|und|et|och|og|en|y|e|i|the|of|from|or)\s+(?=\S)")
_OWNED = re.compile(r"(?:(?:my|our|your|his|her|their|its|this|that|an?|firma?|société|empresa|ditta)\s+)+(?=\S)")
_EDGE = " \t\r\n.,;:!?<>|/\\\"“”„«»‘’'()[]{}*_=+~#@&%-–—"
_OPEN = _EDGE.replace("#", "")
_AROUND = 200
"""Characters on either side of a name that show whether its writer uses capitals."""
_WRITTEN_OUT = re.compile(r"[A-Z][a-z]+|(?<!\w)I(?!\w)")
_ABBREVIATION = re.compile(
    r"(?:\b[^\W\d_]|\b(?:jr|sr|inc|co|corp|ltd|bros|str|st|ave|rd|dr|blvd|[a-z]\.[a-z]))$", re.IGNORECASE
)
_BETWEEN = re.compile(r"[ \t]*(?:,?[ \t]*\n?[ \t>|]*|,[ \t]*|[ \t]-[ \t])")
_BEFORE = re.compile(r"(?<![\w.,/-])\d{1,6}[ \t]*[a-z]?,?[ \t]+$", re.IGNORECASE)
_AFTER = re.compile(r"[ \t]*[,)]{0,2}[ \t]*\n?[ \t>|]*(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?(?![\w/-]|[.,]\d)")
_LEGAL = re.compile(
    r",? (?:inc|corp|llc|ltd|limited|plc|llp|gmbh(?: & co\.? kg)?|ag|kg|s\.?a\.?|s\.?p\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|"
    r"n\.?v\.?|ab|oyj?|a/s|aps|asa|kft|zrt|s\.?r\.?o\.?|pty ltd|pte\.? ltd)\b\.?",
    re.IGNORECASE,
)

_LEFT_OUT = {"person": _TITLE, "company": _OWNED}
"""What stands at the beginning of a name and is no part of it, besides small joining words."""
_NAMED = ("given", "family", "place")
_ORDINARY = ("word", "rare")
_ABSENT = re.compile(r"n[/.]a\.?|nan|none|null|nil|unknown|tbd", re.IGNORECASE)
"""What is written where there is nothing."""
_NUMBERED = re.compile(r"([a-z]+) \d+")
"""An ordinary word with a number, as "state 62" or "table 4", looks like a street without its capital."""
_SENTENCE = re.compile(r"(?:^|[.!?:;\n•|>]|[-–—*]\s)[\s\"'“‘(]*$")


def tidy(text: str, marked: Iterable[Finding], table: bytes) -> list[Finding]:
    """The names of a text from what was marked in it, ascending and without overlaps.

    table  the lists of names (see gazetteer.py), for persons of a single word
    """
    found: list[Finding] = []
    for one in marked:
        clean = _edges(text, one)
        if clean is None or (found and clean.start < found[-1].end):
            continue
        if found and _one_address(text, found[-1], clean):
            clean = _between(found[-1], found.pop().start, clean.end)
        found.append(_grown(text, clean, found[-1].end if found else 0))
    named = (Finding(one.start, one.end, one.kind, written(text[one.start : one.end]), one.score) for one in found)
    kept = [kept for one in named if (kept := _listed(one, table)) is not None]
    return [one for one in kept if not _ordinary(text, one, table)] if kept else kept


def _listed(one: Finding, table: bytes) -> Finding | None:
    """A person of one word that lists know as no name of persons: a place where it is one, else nothing."""
    if one.kind != "person" or " " in one.value:
        return one
    lists = {LISTS[which] for which in lists_of(table, plain(one.value))}
    if not lists or lists & {"given", "family"}:
        return one
    return Finding(one.start, one.end, "place", one.value, one.score) if "place" in lists else None


def _ordinary(text: str, one: Finding, table: bytes) -> bool:
    """Whether what was marked is none: said to be absent, or but ordinary words (of an address: one and a number) in
    small letters where the text has capitals too, or one to which the beginning of a sentence gives its capital."""
    name = text[one.start : one.end]
    if _ABSENT.fullmatch(name):
        return True
    if one.kind == "address" and (numbered := _NUMBERED.fullmatch(name)):
        return _capitals_near(text, one) and _ORDINARY[0] in {LISTS[which] for which in lists_of(table, numbered[1])}
    if one.kind not in ("person", "company") or any(map(str.isdigit, name)):
        return False
    small = name.islower() and _capitals_near(text, one)
    first = name.istitle() and name.isalpha() and _SENTENCE.search(text, max(0, one.start - 8), one.start) is not None
    return (small or first) and all(_plain_word(word, table) for word in re.findall(r"[^\W\d_]+", name))


def _capitals_near(text: str, one: Finding) -> bool:
    """Whether whoever wrote the text around a name uses capitals."""
    return _WRITTEN_OUT.search(text, max(0, one.start - _AROUND), one.end + _AROUND) is not None


def _plain_word(word: str, table: bytes) -> bool:
    lists = {LISTS[which] for which in lists_of(table, plain(word))}
    return not lists.isdisjoint(_ORDINARY) and lists.isdisjoint(_NAMED)


def written(name: str) -> str:
    """The one written form of a name: its words in small letters, one space between them."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def _edges(text: str, one: Finding) -> Finding | None:
    """Without signs, small joining words and, for a person, titles at its edges; None where that leaves no name."""
    start, end = one.start, one.end
    while start < end and text[start] in _OPEN:
        start += 1
    for left_out in (_JOINT, _LEFT_OUT.get(one.kind, _JOINT)):
        if hit := left_out.match(text, start, end):
            start = hit.end()
    while start < end and text[end - 1] in _EDGE and not _abbreviated(text, start, end):
        end -= 1
    letters = sum(map(str.isalpha, text[start:end]))
    short = letters < 2 and text[start:end].isascii() and one.kind != "address"
    return None if letters == 0 or short else _between(one, start, end)


def _abbreviated(text: str, start: int, end: int) -> bool:
    """Whether a name ends in a dot that belongs to it: "Jr.", "Inc.", "St."."""
    return text[end - 1] == "." and bool(_ABBREVIATION.search(text, start, end - 1))


def _one_address(text: str, first: Finding, second: Finding) -> bool:
    """Whether an address and what follows it, a town or more of an address, stand as one."""
    follows = first.kind == "address" and second.kind in ("address", "place")
    return follows and second.start - first.end < 12 and bool(_BETWEEN.fullmatch(text, first.end, second.start))


def _grown(text: str, one: Finding, free: int) -> Finding:
    """An address with the house number before it and the postcode behind it; a company with its legal form."""
    if one.kind == "company" and (legal := _LEGAL.match(text, one.end, one.end + 20)):
        return _between(one, one.start, legal.end())
    if one.kind != "address":
        return one
    before = _BEFORE.search(text, max(free, one.start - 10), one.start)
    after = _AFTER.match(text, one.end, one.end + 30)
    return _between(one, before.start() if before else one.start, after.end() if after else one.end)


def _between(one: Finding, start: int, end: int) -> Finding:
    return Finding(start, end, one.kind, one.value, one.score)
