"""Calendar dates as people write them. Knows no times and no languages but English.

A date of digits and slashes with the year at its end is not read: 03/04/2024 is March in one country and April in the
next. With points it is the day first, as where points are written.
"""

import re
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_FORMS = (
    re.compile(r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?[\s-]+(?:of\s+)?(?P<name>[a-z]{3,9})\.?,?[\s-]+(?P<year>\d{4})"),
    re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})"),
)


def read_date(text: str) -> date | None:
    """The day that the whole text names: 2024-03-01, 1 March 2024, Mar 1st, 2024 or 01.03.2024; else None."""
    said = text.strip().lower()
    found = next((match.groupdict() for form in _FORMS if (match := form.fullmatch(said))), None)
    if found is None:
        return None
    month = _month(found["name"]) if "name" in found else int(found["month"])
    try:
        return date(int(found["year"]), month, int(found["day"]))
    except ValueError:
        return None


def _month(name: str) -> int:
    """The month's number by its name or the beginning of it (Sept); 0 where there is no such month."""
    whole = _FULL[_MONTHS.index(name[:3])] if name[:3] in _MONTHS else ""
    return _MONTHS.index(name[:3]) + 1 if name == whole or (name in (whole[:3], whole[:4])) else 0
