"""Dates of birth: another day of the same year, the same one for the same date, by a permutation of each year's days.

So nobody who knows one person's date of birth can tell another's, two dates never become one, ages stay within a year,
and so does the time from a birth to any other date, while years, and whatever is reckoned by years, stay as they are. A
shift by one number of days would keep all differences and give everybody away with the first; one that hangs on the
person would give a person two dates of birth wherever a text does not tell whose it is. What is known without the key
is the year. 29 February can come up, in years that have one.

Written as before: order, separators, leading zeros, two- or four-digit years, the month's name in its language. The
day of the week is not kept. A year alone becomes one beside it.
"""

import datetime
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.code import numbered
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import cased_like, ordinal

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
_SHORTEST = 3  # letters of a month that is cut short, as "Sept." is
_PART = re.compile(
    r"\d+(?:st|nd|rd|th|er)?(?!\w)|\d+|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f])*", re.IGNORECASE
)
_CENTURY = 1930  # two digits mean the hundred years from here on


def birth_date(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """The date exchanged for another of its year; what cannot be read as a date changes digit by digit."""
    parts = list(_PART.finditer(surface))
    read = _numeric(parts, value) or _named(parts)
    if read is None:
        return _year(keyed, surface) or numbered("birth_date")(keyed, value, surface)
    date, writers = read
    new = moved(keyed, date)
    pieces, at = [], 0
    for part, write in sorted(writers, key=lambda pair: pair[0].start()):
        pieces += [surface[at : part.start()], write(part[0], new)]
        at = part.end()
    return Surrogate("".join([*pieces, surface[at:]]), 36500.0)


def moved(keyed: Keyed, date: datetime.date) -> datetime.date:
    """The date that stands for a date: another of its year, one to one over the 365 or 366 there are."""
    first = datetime.date(date.year, 1, 1)
    size = (datetime.date(date.year, 12, 31) - first).days + 1
    cycle = keyed.cycle(size, "birth date", str(date.year))
    return first + datetime.timedelta(cycle.next((date - first).days))


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
    return date, [(part, lambda old, new: old[:4] + _figures(old, f"{new:%m%d}"))]


def _named(parts: list[_Part]) -> _Read | None:
    """12 March 1980, March 12th, 1980, 12. März 80, 1er janv. 1980."""
    months = [part for part in parts if _month(part[0])]
    numbers = [part for part in parts if part[0][0].isdecimal()]
    if len(months) != 1 or len(numbers) < 2:
        return None
    first, second = numbers[:2]
    year, day = (first, second) if len(_digits(first[0])) == 4 else (second, first)
    return _date(year, months[0], day)


def _date(year: _Part, month: _Part, day: _Part) -> _Read | None:
    found = _month(month[0])
    number = found[1] + 1 if found else int(month[0]) if month[0].isdecimal() else 0
    try:
        date = datetime.date(_full_year(year[0]), number, int(_digits(day[0])))
    except ValueError:
        return None
    padded = not found and len(month[0]) == len(day[0]) == 2
    writers: list[_Writer] = [(day, lambda old, new: _like(old, new.day, padded))]
    if found:
        writers.append((month, lambda old, new: _called(old, _MONTHS[found[0]], new.month - 1)))
    else:
        writers.append((month, lambda old, new: _like(old, new.month, padded)))
    return date, writers


@lru_cache(1 << 10)
def _month(word: str) -> tuple[int, int] | None:
    """The row of `_MONTHS` and the month in it, for its name or the beginning of no other month's."""
    small = word.casefold()
    for row, names in enumerate(_MONTHS):
        if (place := _place(small, names)) is not None:
            return row, place
    return None


def _place(small: str, names: list[str]) -> int | None:
    named = [name.casefold() for name in names]
    if small in named:
        return named.index(small)
    begun = [place for place, name in enumerate(named) if name.startswith(small)]
    return begun[0] if len(begun) == 1 and len(small) >= _SHORTEST else None


def _called(old: str, names: list[str], place: int) -> str:
    """The month's name, cut short where the old one was, but never so that it could be another's."""
    name = names[place]
    if old.casefold() in map(str.casefold, names):
        return cased_like(old, name)
    length = next(end for end in range(_SHORTEST, 99) if _place(name[:end].casefold(), names) == place)
    return cased_like(old, name[:length])


def _full_year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else _CENTURY + (year - _CENTURY) % 100


def _digits(day: str) -> str:
    return re.match(r"\d+", day)[0]  # type: ignore[index]  # a day begins with one


def _like(old: str, number: int, padded: bool) -> str:
    """With a leading zero where the old number has one, or may have one: day and month are written with two digits.

    What follows a day in English, as in 3rd, and a first in French follows the new one as it has to.
    """
    digits, behind = _digits(old), old[len(_digits(old)) :]
    leading = padded or unicodedata.decimal(digits[0]) == 0
    written = _figures(digits, f"{number:02d}" if leading else str(number))
    if behind.casefold() == "er":
        return written + (behind if number == 1 else "")
    return written + cased_like(behind, ordinal(number)) if behind else written


def _figures(old: str, written: str) -> str:
    """Digits in the script of the old ones."""
    zero = ord(old[0]) - unicodedata.decimal(old[0])
    return "".join(chr(zero + int(digit)) for digit in written)


def _year(keyed: Keyed, surface: str) -> Surrogate | None:
    """The year before or after."""
    if not re.fullmatch(r"[12]\d{3}", surface.strip()):
        return None
    year = int(surface)
    other = year + keyed.pick((-1, 1), "birth year", str(year))
    return Surrogate(surface.replace(surface.strip(), str(other)), 200.0)
