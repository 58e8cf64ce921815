"""Companies: word by word, so that all shorter and longer forms of a name are one company; legal forms stay.

Words that many companies share stay as well ("Bank", "Holdings", "Logistics"): they say what it is, not who. A domain
made of the name's words follows it (`domain_label`). No company name is reserved; the words are made up.
"""

import re

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.words import branded
from finewright.privacy.surrogates.writing import ascii_key, words

_FORMS = frozenset(
    words(
        "ltd limited plc llc llp lp inc incorporated corp corporation co company gmbh ag kg kgaa ohg gbr ug mbh se "
        "ev sa sarl sas sasu snc sci eurl spa srl sapa sl slu slp sau bv nv cv vof ab oy oyj as asa aps is sp zoo z "
        "o.o oo oao zao doo kft zrt nyrt sro as ltda me epp eireli pty pte pvt bhd sdn kk gk tbk pt cia sab de cv rl "
        "ооо оао зао пао ао ип тов ат αε επε 公司 有限公司 "
        "股份有限公司 株式会社 有限会社 合同会社 주식회사 유한회사 प्रा लि"
    )
)
_GENERIC = words(
    "advisors advisory agency airlines analytics assets associates auto bakery bank banking beteiligungen brothers "
    "builders building capital care cars chemicals clinic club college commercial communications construction "
    "consultants consulting credit data dental design development digital distribution electric electronics energy "
    "engineering enterprise enterprises equipment estate estates express farms finance financial foods foundation "
    "fund funds furniture global group gruppe handel health healthcare holding holdings home hospital hotel hotels "
    "immobilien industrial industries insurance international investment investments lab laboratories labs law legal "
    "leasing logistics management manufacturing maritime marketing markets materials media medical metals mining "
    "motors mutual networks office oil packaging partner partners payments pharma pharmaceuticals power press "
    "production products properties property realty research resources restaurant retail savings school securities "
    "security service services shipping shop soft software solar solutions sons steel stores studio studios supplies "
    "supply systems tech technologies technology telecom textiles trade traders trading transport travel trust union "
    "university ventures versicherung werke wholesale works"
)
_SMALL = frozenset(words("& and of the und et de der die das y e la le les for i с и"))
_KNOWN = frozenset(_GENERIC)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED_FORM = re.compile("股份有限公司|有限公司|公司|株式会社|有限会社|合同会社|주식회사|유한회사")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}")


def company(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another company of the same form."""
    dotted = [match.span() for match in _DOTTED.finditer(surface)]  # S.A., S.p.A.: forms and nothing else
    surface = _UNSPACED_FORM.sub(lambda form: f"\0{form[0]}\0", surface)
    pieces, read, space = [], 0, 1.0
    for word in _WORD.finditer(surface):
        stays = any(start <= word.start() < end for start, end in dotted) or _stays(word[0])
        if not stays:
            new, choices = branded(keyed, word[0])
            pieces += [surface[read : word.start()], new]
            read, space = word.end(), space * choices
    if not pieces:  # nothing but common words: "Trust Bank"
        first = _WORD.search(surface)
        new, space = branded(keyed, first[0]) if first else ("", 1.0)
        return Surrogate(surface.replace(first[0], new, 1) if first else surface, space)
    return Surrogate("".join([*pieces, surface[read:]]).replace("\0", ""), space)


def domain_label(keyed: Keyed, label: str) -> str:
    """The label of a domain after its company's name: northwind-traders, northwindtraders and northwind alike."""
    return "-".join(_label_word(keyed, word) for word in label.split("-"))


def _label_word(keyed: Keyed, word: str) -> str:
    if not word or word in _KNOWN or word.isdecimal():
        return word
    tail = next((one for one in _BY_LENGTH if word.endswith(one) and len(word) > len(one) + 2), "")
    stem = word.removesuffix(tail)
    return ascii_key(branded(keyed, stem)[0]) + tail


_BY_LENGTH = sorted(
    (word for word in {*_GENERIC, "ltd", "llc", "inc", "gmbh", "plc", "corp"} if len(word) > 2), key=len
)[::-1]


def _stays(word: str) -> bool:
    small = word.casefold()
    return small in _FORMS or small in _KNOWN or small in _SMALL or word.isdecimal()
