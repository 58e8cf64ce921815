"""Lists of given names and family names by language, and the surrogate of one part of a name.

Each part has a surrogate of its own, chosen by the key, the part and whether it is given or family name: so all
written variants of a person are the same fictitious one without anything being remembered. A part's first letter
decides the surrogate's first letter, so that initials follow. The lists are those of Faker (MIT licence), beside
them our own (`own_names`), and English and German family names made of two halves. Knows no form in which names are
written.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.own_names import OWN_NAMES
from finewright.privacy.surrogates.writing import ascii_key, words

_LOCALES = {
    "LATIN": "en_US en_GB de_DE es_ES fr_FR it_IT pt_BR nl_NL sv_SE da_DK fi_FI tr_TR ro_RO cs_CZ hu_HU pl_PL",
    "CYRILLIC": "ru_RU uk_UA", "GREEK": "el_GR", "ARABIC": "ar_AA", "HEBREW": "he_IL", "CJK": "zh_CN ja_JP",
    "HIRAGANA": "ja_JP", "KATAKANA": "ja_JP", "HANGUL": "ko_KR", "DEVANAGARI": "hi_IN", "THAI": "th_TH",
}  # fmt: skip
_ROMANISED = ("ja_Latn", "zh_Latn", "ko_Latn", "vi_Latn", "hi_Latn", "ar_Latn")
"""Languages in Latin letters that are not their own."""
_FAMILY_ENDS = {
    "pl_PL": "ski cki dzki wicz czyk czak", "sv_SE": "sson", "da_DK": "sen", "fi_FI": "nen", "ro_RO": "escu",
    "nl_NL": "stra sma", "de_DE": "mann bauer berger meier meyer maier huber hofer", "tr_TR": "oglu",
    "it_IT": "elli etti ucci ini", "es_ES": "ez",
}  # fmt: skip
"""Ends of family names that tell the language where no list knows the name."""
_JAPANESE_ENDS = "子郎美恵介夫雄也太香奈菜"
"""Characters that given names of Japan end with, and hardly any of China."""
_NEIGHBOURS = {
    "pt_BR": "pt_PT es_ES", "da_DK": "no_NO sv_SE", "ro_RO": "it_IT", "cs_CZ": "sk_SK", "fr_FR": "fr_CA fr_BE",
    "de_DE": "de_AT de_CH", "en_US": "en_GB", "en_GB": "en_US", "tr_TR": "az_AZ",
}  # fmt: skip
"""Lists that are taken as well: of the same language, or of the nearest where its own is short."""
_INITIALS = {"LATIN": "abcdefghijklmnoprstvw", "CYRILLIC": "абвгдиклмнпрст", "GREEK": "αβγδεθικλμνπρστφχ"}
"""The letters with which many names begin."""
_HALVES = {
    "en": (
        words(
            "Al Ash Bar Beck Black Bran Brock Cal Car Chad Clay Colt Cran Dal Den Dun East El Fair Fen Garn Gil Glen "
            "Hal Har Hazel Hol Ing Ken Kings Kirk Lang Lin Lock Mar Mel Mill Nether Nor North Oak Old Or Pen Pres "
            "Quarn Rad Raven Red Row Sel Shel Stan Stock Thorn Thur Tor Ul Under Val Ver Wal War West Whit Win Yar "
            "Yel Zen"
        ),
        words(
            "bourne brook bury by combe cott croft dale den field ford gate grave ham hurst land ley low man mere "
            "more ridge shaw stead stone ton tree wick wold wood worth"
        ),
    ),
    "de": (
        words(
            "Alt Ahr Birken Brand Buchen Dahl Dorn Eber Eichen Erlen Fal Felsen Fuchs Grün Gold Hasel Hirsch Hohen "
            "Ilm Isen Jagd Kirch Klein Königs Lahn Linden Lang Moos Mühl Neu Nuss Ober Ohr Quell Rhein Rosen Rot "
            "Sand Schön Silber Stein Tal Tann Ulm Unter Vogel Voll Wald Weiden Winter Zell Ziegel"
        ),
        words(
            "acker bach bauer baum beck berger brunner burger dorfer felder fels hagen hauser heimer hofer holz "
            "huber kamp lander mann meier müller ner reuter scheid stetter thaler weber wieser"
        ),
    ),
}  # fmt: skip
UNSPACED = frozenset({"CJK", "HANGUL", "HIRAGANA", "KATAKANA"})
"""Scripts in which family and given name stand together, and a name's length is part of its form."""
Part = tuple[str, ...]


@cache
def _provider(locale: str) -> object:
    return OWN_NAMES[locale] if locale in _ROMANISED else import_module(f"faker.providers.person.{locale}").Provider


def _of(locale: str, attribute: str) -> Part:
    """A list, our own where there is one."""
    own = getattr(OWN_NAMES.get(locale), attribute, ())
    return own or tuple(getattr(_provider(locale), attribute, ()))


@cache
def _names(locale: str, role: str) -> Part:
    """The names of a list, one word each, in an order of their own; the family list holds the composed ones too."""
    attribute = {"male": "first_names_male", "female": "first_names_female", "given": "first_names"}
    locales = [locale, *_NEIGHBOURS.get(locale, "").split()]
    listed = [name for one in locales for name in _of(one, attribute.get(role, role))]
    firsts, ends = _HALVES.get(locale[:2], ((), ())) if role == "last_names" else ((), ())
    composed = (first + end for first in firsts for end in ends if first[-1] != end[0])
    return tuple(sorted({name for name in (*listed, *composed) if name.isalpha() and _plausible(name)}))


def _plausible(name: str) -> bool:
    return len(name) > 1 or not name.isascii()


@cache
def _keys(locale: str, role: str) -> frozenset[str]:
    return frozenset(ascii_key(name) for name in _of(locale, role))


@lru_cache(1 << 14)
def script(word: str) -> str:
    """The script of the first letter, by its Unicode name: LATIN, CYRILLIC, CJK, ..."""
    return next((unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()), "")


def _role(role: str) -> str:
    return "first_names" if role == "given" else "last_names"


def listed(word: str, role: str) -> bool:
    """Whether a word is a known given or family name (`role`) of a language of its script."""
    key = ascii_key(word)
    return any(key in _keys(locale, _role(role)) for locale in _tried(word, role))


def given_alone(word: str) -> bool:
    """Whether a name that stands alone is rather a given one: of the first language that lists it as either."""
    key = ascii_key(word)
    for locale in _tried(word, "given"):
        given, family = (key in _keys(locale, role) for role in ("first_names", "last_names"))
        if given or family:
            return given
    return False


def _locales(word: str) -> Sequence[str]:
    return _LOCALES.get(script(word).removesuffix("-GREEK"), "en_US").split()


def _tried(word: str, role: str) -> Sequence[str]:
    """The languages of a part's script, in the order in which their lists count.

    The family names of the United States come from everywhere, so that there all others go before; given names such as
    Juan and Dan are written alike by languages that are far apart, and there the nearer ones do.
    """
    locales = _locales(word)
    if script(word) != "LATIN":
        return locales
    if role == "given":
        return (*locales, *_ROMANISED)
    return (*_ROMANISED, *sorted(locales, key=lambda locale: (locale == "en_US") - (locale == "en_GB")))


@lru_cache(1 << 14)
def _language(key: str, word: str, role: str) -> str:
    """The language of a part: the first that lists it; by its end, or that of its script, where none does."""
    listing = (one for one in _tried(word, role) if key in _keys(one, _role(role)))
    return next(listing, None) or _ended(key, word, role) or _locales(word)[0]


def _ended(key: str, word: str, role: str) -> str | None:
    if role == "given":
        return "ja_JP" if script(word) == "CJK" and len(word) > 1 and word[-1] in _JAPANESE_ENDS else None
    return next((one for one, ends in _FAMILY_ENDS.items() if key.endswith(tuple(ends.split())) and len(key) > 5), None)


def family_letters(word: str) -> int:
    """How many letters of an unspaced name are the family's: as many as a list knows, else one."""
    known = (length for length in (3, 2) if len(word) >= length and listed(word[:length], "family"))
    return next(known, 1)


def sex(word: str) -> str:
    """ "male", "female" or "given" (either), by the lists a given name stands in."""
    key = ascii_key(word)
    locale = _language(key, word, "given")
    male, female = (key in _keys(locale, f"first_names_{one}") for one in ("male", "female"))
    return "given" if male == female else "male" if male else "female"


def named(keyed: Keyed, word: str, role: str) -> str:
    """The surrogate of a part, `role` given or family, with a capital at its beginning; never the part itself."""
    key = ascii_key(word)
    locale = _language(key, word, role)
    attribute = _list(locale, word, role)
    candidates = _starting(locale, attribute, _role(role), initial(keyed, key[:1], role), _length(word))
    first = keyed.below(len(candidates), role, key)
    turned = ((first + step) % len(candidates) for step in range(len(candidates)))
    return next((candidates[at] for at in turned if ascii_key(candidates[at]) != key), candidates[first])


def _starting(locale: str, attribute: str, role: str, letter: str, length: int) -> Part:
    """The names of a list with this initial and length (0: any), or of those around it where fewer than two have."""
    of = attribute if _names(locale, attribute) else role
    fitting = _grouped(locale, of).get((letter if script(letter) in _INITIALS else "", length), ())
    return fitting if len(fitting) > 1 else _names(locale, of)


@cache
def _grouped(locale: str, role: str) -> Mapping[tuple[str, int], Part]:
    """The names of a list by initial ("": any) and length (0: any), in its order."""
    groups: dict[tuple[str, int], list[str]] = {}
    for name in _names(locale, role):
        letter = ascii_key(name)[:1]
        for key in {(letter, 0), (letter, len(name)), ("", 0), ("", len(name))}:
            groups.setdefault(key, []).append(name)
    return {key: tuple(names) for key, names in groups.items()}


def _length(word: str) -> int:
    return len(word) if script(word) in UNSPACED else 0


def _list(locale: str, word: str, role: str) -> str:
    if role == "given":
        return sex(word)
    if ascii_key(word) in _keys(locale, "last_names_female"):
        return "last_names_female"
    return "last_names_male" if ascii_key(word) in _keys(locale, "last_names_male") else "last_names"


def initial(keyed: Keyed, letter: str, role: str) -> str:
    """The initial that stands for an initial, in small letters: one of those with many names, never itself."""
    letters = _INITIALS.get(script(letter), "")
    if not letters:
        return letter
    at = letters.find(letter)
    if at < 0:
        return keyed.pick(letters, "initial", role, letter)
    return letters[keyed.cycle(len(letters), "initial", role).next(at)]


def possible(word: str, role: str) -> float:
    """How many surrogates there are for parts such as this one, of any initial."""
    return float(len(_names(_language(ascii_key(word), word, role), _role(role))))
