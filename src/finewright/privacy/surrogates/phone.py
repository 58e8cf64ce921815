"""Telephone numbers: the same country and grouping, out of the ranges kept for film and fiction where there are any.

Reserved: North America 555-0100 to 0199 in every area, the United Kingdom (Ofcom), Germany (Bundesnetzagentur), France
(Arcep), Australia (ACMA), Sweden (PTS), Ireland (ComReg). Elsewhere the digits behind the area change one to one, and
such a number may be somebody's.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged, leading
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import plain, words, written_like

_AREAS = words(
    "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 "
    "253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 "
    "321 323 325 330 331 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 "
    "417 419 423 424 425 430 432 434 435 440 443 469 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 "
    "516 517 518 520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 605 606 607 608 609 "
    "610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 682 701 702 703 704 706 "
    "707 708 712 713 714 715 716 717 718 719 720 724 727 731 732 734 740 754 757 760 763 765 770 772 773 774 775 781 "
    "785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817 818 828 830 831 832 843 845 847 848 850 856 857 "
    "858 859 860 862 863 864 865 870 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 931 "
    "936 937 940 941 947 949 951 952 954 956 970 971 972 973 978 979 980 985 989"
)
_RESERVED = {
    "1": [f"{area}55501xx" for area in _AREAS],
    "44": words(
        "1134960xxx 1144960xxx 1154960xxx 1164960xxx 1174960xxx 1184960xxx 1214960xxx 1314960xxx 1414960xxx "
        "1514960xxx 1614960xxx 2079460xxx 1914980xxx 2896496xxx 2920180xxx 1632960xxx 7700900xxx 8081570xxx "
        "9098790xxx 3069990xxx"
    ),
    "49": words("3023125xxx 6990009xxx 4066969xxx 2214710xxx 8999998xxx 17139200xx 176040690xx"),
    "33": words("19900xxxx 26191xxxx 35301xxxx 46571xxxx 53649xxxx 63998xxxx"),
    "61": words("25550xxxx 35550xxxx 75550xxxx 85550xxxx 27010xxxx 37010xxxx 77010xxxx 87010xxxx"),
    "46": words("313906xx 4062804xx 8465004xx 9803192xx 70174061x 70174062x 70174063x 70174064x 70174065x"),
    "353": ["2091xxxxx"],
}
"""Country code to reserved national numbers, without the leading 0; x is any digit."""
_COUNTRY = re.compile(
    r"\+?(1|7|20|27|3[0123469]|4[013456789]|5[1-8]|6[0-6]|8[1246]|9[0-58]|2[1-69]\d|3[578]\d|42\d|5[09]\d|6[7-9]\d|"
    r"8[0578]\d|9[679]\d)"
)
_EXTENSION = re.compile(r"(?i)[ ,;]*(?:ext\.?|extension|x|durchwahl|poste)[ .:]*\d{1,6}\s*$")


def phone(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """Another number of the same country, written like this one; an extension's digits change as well."""
    extension = _EXTENSION.search(surface)
    main = surface[: extension.start()] if extension else surface
    country, national = _parts(value, main)
    new, space = _national(keyed, country, national)
    digits = plain(main)
    text = written_like(main, digits[: len(digits) - len(national)] + new)
    if extension:
        text += written_like(extension[0], exchanged(keyed, "extension", plain(extension[0]))[0])
    return Surrogate(_kept_letters(text, extension[0] if extension else ""), space)


def _kept_letters(text: str, extension: str) -> str:
    """The word before an extension as it was: only its digits are somebody's."""
    if not extension:
        return text
    digits = "".join(letter for letter in text[-len(extension) :] if letter.isdigit())
    return text[: len(text) - len(extension)] + re.sub(r"\d+", digits, extension)


def _parts(value: str, main: str) -> tuple[str, str]:
    """The country code, or "", and the national digits without a leading 0; both by `value` where it is E.164."""
    digits = "".join(letter for letter in plain(main) if letter.isdigit())
    international = value if value.startswith("+") else re.sub(r"^\s*00", "+", main)
    match = _COUNTRY.match(plain(international)) if international.lstrip("( ").startswith("+") else None
    if match is None:
        return ("1", digits[-10:]) if re.fullmatch(r"1?[2-9]\d\d[2-9]\d{6}", digits) else ("", digits)
    rest = plain(international)[match.end() :].removeprefix("0")
    return (match[1], rest) if digits.endswith(rest) else ("", digits)


def _national(keyed: Keyed, country: str, national: str) -> tuple[str, float]:
    starts = [one for one in _RESERVED.get(country, ()) if len(one) <= len(national)]
    if not starts:
        kept = 0 if len(national) < 7 else 3 if national[:1] == "0" else 2
        free = range(kept, len(national))
        return exchanged(keyed, "phone" + country, national, free, allowed=leading(national))
    for attempt in range(9):
        start = keyed.pick(_alike(starts, national), "phone", country, national, str(attempt)).rstrip("x")
        width = len(national) - len(start)
        new = start + str(keyed.below(10**width, "phone end", country, national, str(attempt))).zfill(width)
        if new != national:
            break
    return new, float(len(_alike(starts, national)) * 10**width)


def _alike(starts: list[str], national: str) -> list[str]:
    """Those of the same sort of line, landline or mobile, by the first digit; all, where none is."""
    return [start for start in starts if start[0] == national[0]] or starts
