"""Birth dates: a date in one of many forms that a word of birth stands by. Knows no other date and no name."""

import re

from finewright.privacy.finding import Finding

_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|jän|mär|maer|mai|okt|dez|janv|févr|fevr|avr|juin|juil|août|aout|"
    r"déc|ene|abr|ago|dic|gen|mag|giu|lug|set|ott|maj|mei|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|out|fev|dez)[^\W\d_]*\.?"
)
_GAP = r"[ \t]*[-./, ][ \t]*"
_YEAR = r"(?:1[89]|20)\d\d"
DATE = (
    rf"(?:{_YEAR}[-./ ]\d{{1,2}}[-./ ]\d{{1,2}}|\d{{1,2}}{_GAP}\d{{1,2}}{_GAP}(?:{_YEAR}|\d\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?(?:{_GAP}| de | of )?{_MONTH}(?:{_GAP}| de | of )?(?:{_YEAR}|['’]?\d\d)|"
    rf"{_MONTH} ?\d{{1,2}}(?:st|nd|rd|th)?,? {_YEAR}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|"
    rf"{_YEAR}年\d{{1,2}}月\d{{1,2}}日)"
)
_BORN = (
    r"born(?: on)?|birth[ -]?date|birthday|date of birth|d\.? ?o\.? ?b\.?|b-?day|bdate|geb\.|geboren(?: am)?|"
    r"geburtsdatum|geburtstag|né(?:e|\(e\))? le|date de naissance|naissance|nacid[oa](?: el)?|nacimiento|nat[oa] il|"
    r"nascita|nascid[oa](?: em)?|nascimento|geboortedatum|geboren op|född|födelsedatum|født|fødselsdato|syntynyt|"
    r"syntymäaika|urodzon[ya]|data urodzenia|narozen[áa]?|született|születési (?:idő|dátum)|doğum tarihi|"
    r"дата рождения|родил(?:ся|ась)|生年月日|出生日期|出生"
)
_BIRTH = re.compile(
    rf"(?<!\w)(?:{_BORN})(?P<gap>[^\d\n]{{0,24}}?|\W{{0,4}}\n\s*)(?<!\d)(?P<date>{DATE})(?!\w)", re.IGNORECASE
)
_DIGIT = re.compile(r"\d")
_HINT = re.compile(
    r"b(?:orn|irth|day|date)|d\.? ?o\.? ?b|geb|naiss|naci|nasc|nat[oa] il|né|naro|f[öø]d|synt|urod|szül|"
    r"doğ|рожд|родил|生",
    re.IGNORECASE,
)
_WHOLE = re.compile(rf"\s*({DATE})(?:[T ]00:00(?::00)?)?\s*", re.IGNORECASE)
_BORN_AFTER = re.compile(rf"(?<!\w)(?P<date>{DATE})\)? ?\(?(?:date of birth|dob|birth ?day)(?!\w)", re.IGNORECASE)


def births(text: str) -> list[Finding]:
    """The birth dates of a folded text: dates within some words after "born", "DOB", "geb." and their like."""
    if not _DIGIT.search(text) or not _HINT.search(text):
        return []
    hits = sorted((*_BIRTH.finditer(text), *_BORN_AFTER.finditer(text)), key=lambda hit: hit.start("date"))
    found: list[Finding] = []
    for hit in hits:
        if not found or hit.start("date") >= found[-1].end:
            found.append(_finding(*hit.span("date"), hit["date"], 0.9))
    return found


def birth_in(cell: str) -> Finding | None:
    """The date that a cell under a header of birth holds, or None where it holds something else."""
    hit = _WHOLE.fullmatch(cell)
    return _finding(*hit.span(1), hit[1], 0.9) if hit else None


def _finding(start: int, end: int, date: str, score: float) -> Finding:
    return Finding(start, end, "birth_date", " ".join(re.findall(r"\w+", date.casefold())), score)
