"""Dates of birth, shifted by a number of days that is one within a scope and subject, so that differences stay.

Written as before: order, separators, leading zeros, two- or four-digit years, the month's name in its language. The
day of the week is not kept. A year alone moves by whole years.
"""

import datetime
import re
from collections.abc import Callable

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.code import numbered
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import cased_like

_LEAST, _MOST = 31, 1100  # days; enough not to be guessed near, few enough that a person keeps about their age
_MONTHS = [
    names.split()
    for names in (
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου "
        "Δεκεμβρίου",
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
        "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    )
]
_PART = re.compile(r"\d+|[^\W\d_][\w\u0300-\u036f\u0900-\u097f]*")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CENTURY = 1930  # two digits mean the hundred years from here on


def birth_date(keyed: Keyed, value: str, surface: str, subject: str = "") -> Surrogate:
    """The date moved by the days of this scope and subject; what cannot be read as a date changes digit by digit."""
    days = shift(keyed, subject)
    parts = list(_PART.finditer(surface))
    read = _numeric(parts, value) or _named(parts)
    if read is None:
        return _year(surface, days) or numbered("birth_date")(keyed, value, surface)
    date, writers = read
    try:
        new = date + datetime.timedelta(days)
    except OverflowError:
        new = date - datetime.timedelta(days)
    pieces, at = [], 0
    for part, write in sorted(writers, key=lambda pair: pair[0].start()):
        pieces += [surface[at : part.start()], write(part[0], new)]
        at = part.end()
    return Surrogate("".join([*pieces, surface[at:]]), 36500.0)


def shift(keyed: Keyed, subject: str) -> int:
    """The days by which the dates of a subject move: 31 to 1100 of them, either way; never none."""
    way = 1 if keyed.below(2, "shift way", subject) else -1
    return way * (_LEAST + keyed.below(_MOST - _LEAST + 1, "shift", subject))


_Part = re.Match[str]
_Writer = tuple[_Part, Callable[[str, datetime.date], str]]
_Read = tuple[datetime.date, list[_Writer]]


def _numeric(parts: list[_Part], value: str) -> _Read | None:
    """12/03/1980, 1980-03-12, 1980年3月12日, 19800312: day first unless `value` (ISO 8601) or the numbers say other."""
    numbers = [part for part in parts if part[0].isdecimal()]
    if len(numbers) == 1 and len(numbers[0][0]) == 8:
        return _compact(numbers[0])
    if len(numbers) < 3 or any(not part[0].isdecimal() and _month(part[0]) for part in parts):
        return None
    first, second, third = numbers[:3]
    if len(first[0]) == 4:
        return _date(first, second, third)
    orders = [_date(third, second, first), _date(third, first, second)]
    fits = [read for read in orders if read]
    told = [read for read in fits if read[0].isoformat() == value]
    return next(iter(told or fits), None)


def _compact(part: _Part) -> _Read | None:
    try:
        date = datetime.date(int(part[0][:4]), int(part[0][4:6]), int(part[0][6:]))
    except ValueError:
        return None
    return date, [(part, lambda _, new: new.strftime("%Y%m%d").zfill(8))]


def _named(parts: list[_Part]) -> _Read | None:
    """12 March 1980, March 12th, 1980, 12. März 80."""
    months = [part for part in parts if not part[0].isdecimal() and _month(part[0])]
    numbers = [part for part in parts if part[0].isdecimal() or re.fullmatch(r"(?i)\d+(st|nd|rd|th)", part[0])]
    if len(months) != 1 or len(numbers) < 2:
        return None
    first, second = numbers[:2]
    year, day = (first, second) if len(first[0]) == 4 else (second, first)
    return _date(year, months[0], day)


def _date(year: _Part, month: _Part, day: _Part) -> _Read | None:
    found = _month(month[0])
    number = found[1] + 1 if found else int(month[0]) if month[0].isdecimal() else 0
    try:
        date = datetime.date(_full_year(year[0]), number, int(day[0]))
    except ValueError:
        return None
    padded = not found and len(month[0]) == len(day[0]) == 2
    writers: list[_Writer] = [(year, _write_year), (day, lambda old, new: _like(old, new.day, padded))]
    if found:
        writers.append((month, lambda old, new: cased_like(old, _MONTHS[found[0]][new.month - 1])))
    else:
        writers.append((month, lambda old, new: _like(old, new.month, padded)))
    return date, writers


def _month(word: str) -> tuple[int, int] | None:
    """The row of `_MONTHS` and the month in it."""
    small = word.casefold()
    for row, names in enumerate(_MONTHS):
        for place, name in enumerate(names):
            if small == name.casefold():
                return row, place
    return None


def _full_year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else _CENTURY + (year - _CENTURY) % 100


def _write_year(old: str, new: datetime.date) -> str:
    return f"{new.year:04d}" if len(old) > 2 else f"{new.year % 100:02d}"


def _like(old: str, number: int, padded: bool) -> str:
    """With a leading zero where the old number has one, or may have one: day and month are written with two digits."""
    return f"{number:02d}" if padded or old[0] == "0" else str(number)


def _year(surface: str, days: int) -> Surrogate | None:
    if not re.fullmatch(r"[12]\d{3}", surface.strip()):
        return None
    years = max(1, round(abs(days) / 365)) * (1 if days > 0 else -1)
    return Surrogate(surface.replace(surface.strip(), str(int(surface) + years)), 200.0)
