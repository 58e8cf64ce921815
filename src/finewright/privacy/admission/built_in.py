"""The built-in rules, by set: what nobody may teach a model, told by the words that give it away.

Each asks for an explicit sign, and not for a topic: a customer who writes of his balance is no rule's affair, a stated
balance is. So a set misses what is said in other words; a team adds its own in the recipe. English, and German words
that stand in English files.
"""

import re
from collections.abc import Mapping

from finewright.privacy.admission.rule import Rule

_MONEY = (
    r"(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY)\b)\s?\d[\d.,' ]*\d|\d[\d.,' ]*\d\s?(?:[$€£¥]|\b(?:USD|EUR|GBP|CHF|JPY)\b)"
)


def _rule(name: str, because: str, needs: str, *patterns: str, cased: bool = False) -> Rule:
    pattern = re.compile("|".join(f"(?:{one})" for one in patterns), re.NOFLAG if cased else re.IGNORECASE)
    return Rule(name, because, needs=tuple(needs.split("|")), pattern=pattern)


_SPECIAL = (
    _rule(
        "special_categories: health",
        "It tells of somebody's health, which the law holds apart.",
        "diagnos|medical cert|disabilit|chemo|pregnan|miscarr|psychi|psychother|sick leave|hiv|krank|surgery",
        r"\b(?:was|been|is|am|are|were)\s+(?:\w+\s+)?diagnosed\s+with\b",
        r"\b(?:medical certificate|disability (?:benefit|pension|leave)|chemotherapy|HIV[- ]positive|sick leave)\b",
        r"\b(?:is|am|was) (?:\w+ )?pregnant\b|\bmiscarriage\b|\bpsychotherap\w+|\bpsychiatric (?:ward|care)\b",
        r"\b(?:my|his|her|their) surgery\b|\bKrankschreibung\b|\bkrankgeschrieben\b",
    ),
    _rule(
        "special_categories: belief",
        "It tells of somebody's religion or belief, which the law holds apart.",
        "catholic|protestant|muslim|jewish|hindu|buddhist|sikh|atheist|church tax|kirchensteuer|religious",
        r"\b(?:is|am|are|was|were) (?:an? )?(?:practising |practicing |devout )?"
        r"(?:catholic|protestant|muslim|jewish|hindu|buddhist|sikh|atheist)\b",
        r"\bchurch tax\b|\bKirchensteuer\b|\breligious (?:beliefs?|denomination|affiliation)\b",
    ),
    _rule(
        "special_categories: union",
        "It tells of somebody's membership in a union, which the law holds apart.",
        "union|gewerkschaft",
        r"\b(?:trade|labou?r) union (?:member\w*|dues|fees?|rep\w*)\b|\bunion (?:membership|dues)\b",
        r"\b(?:is|am|was|are) an? union member\b|\bGewerkschaftsmitglied\w*\b|\bGewerkschaftsbeitrag\w*\b",
    ),
    _rule(
        "special_categories: politics",
        "It tells of somebody's political opinions, which the law holds apart.",
        "political|party member|member of the",
        r"\bpolitical (?:opinions?|affiliation|beliefs?)\b",
        r"\bmember of the (?:labour|conservative|democratic|republican|green|socialist|communist) party\b",
    ),
    _rule(
        "special_categories: origin and orientation",
        "It tells of somebody's origin or sexual orientation, which the law holds apart.",
        "ethnic|racial|orientation|gay|lesbian|bisexual|transgender",
        r"\b(?:ethnic|racial) origin\b|\bsexual orientation\b|\b(?:is|am) (?:gay|lesbian|bisexual|transgender)\b",
    ),
    _rule(
        "special_categories: body",
        "It holds genetic or biometric data, which the law holds apart.",
        "genetic|biometric|dna",
        r"\bgenetic (?:test|profile|data)\b|\bbiometric (?:template|data|profile)\b|\bDNA (?:test|sample|profile)\b",
    ),
    _rule(
        "special_categories: convictions",
        "It tells of somebody's criminal convictions, which the law holds apart.",
        "criminal|convicted",
        r"\bcriminal (?:record|conviction)s?\b|\b(?:was|been|were) convicted of\b",
    ),
)
_RESULTS = r"(?:results?|earnings|revenues?|guidance|figures|profits?|EBITDA|EPS|quarter\w*)"
_UNSAID = r"(?:unreported|unpublished|pre-?announce\w*|not (?:yet )?(?:been )?(?:public|published|announced|disclosed))"
_UNREPORTED = _rule(
    "unreported_results",
    "It tells of results or facts that are not public yet.",
    "unreported|unpublished|announce|not |mnpi|non-public|nonpublic|inside|quiet|price-sensitive|embargo",
    rf"\b{_UNSAID}\b[^.\n]{{0,60}}\b{_RESULTS}\b",
    rf"\b{_RESULTS}\b[^.\n]{{0,60}}\b{_UNSAID}\b",
    r"\bMNPI\b|\b(?:material )?non-?public information\b|\binsider? information\b|\bprice-sensitive\b",
    r"\bquiet period\b|\bunder embargo\b|\bembargoed (?:until|till)\b",
)
_DEAL = (
    r"(?:acquisitions?|acquir\w+|mergers?|takeover|bidders?|due diligence|data room|divest\w+|carve-?out|LBO|"
    r"tender offer|spin-?off|term sheet|letter of intent|target company|fairness opinion)"
)
_DEALS = _rule(
    "deal_names",
    "It names a deal that is under a code name.",
    "project ",
    rf"\b(?:Project|PROJECT) [A-Z]\w{{2,}}\b[^\n]{{0,160}}?\b(?i:{_DEAL})\b",
    rf"\b(?i:{_DEAL})\b[^\n]{{0,160}}?\b(?:Project|PROJECT) [A-Z]\w{{2,}}\b",
    cased=True,
)
_CONTRACT = _rule(
    "contract_terms",
    "It holds terms of a contract.",
    "governing law|limitation of|indemnif|terminat|non-compete|noncompete|disclosure agreement|liquidated|hereinafter|"
    "hereto|hereby|favored|favoured|change of control|change-of-control|confidentiality|force majeure",
    r"\bgoverning law\b|\blimitation of liability\b|\bindemnif(?:y|ies|ied|ication)\b|\bforce majeure\b",
    r"\btermination for (?:convenience|cause)\b|\bnon-?compete (?:clause|agreement)\b|\bliquidated damages\b",
    r"\bnon-?disclosure agreement\b|\bconfidentiality (?:clause|agreement|obligation)s?\b|\bhereinafter\b",
    r"\bparties hereto\b|\bthe parties (?:hereby )?agree\b|\bmost[- ]favou?red[- ](?:nation|customer)\b"
    r"|\bchange[- ]of[- ]control (?:clause|provision|event)\b",
)
_BALANCES = _rule(
    "balances",
    "It states what a customer owes or has.",
    "balance|credit limit|saldo|kreditlimit",
    rf"\b(?:account|customer|credit|outstanding|open|closing|opening|current|ledger)\s+balance\b[^.\n]{{0,40}}?{_MONEY}",
    rf"\bbalance\s+(?:of|is|was|stands at|amounts to)\s+{_MONEY}",
    rf"\b(?:credit limit|Kreditlimit|Saldo)\b[^.\n]{{0,40}}?{_MONEY}",
)
_COPYRIGHT = _rule(
    "copyright",
    "It is marked as somebody else's work, all rights reserved.",
    "©|(c)|copyright|rights reserved|reproduc|redistribut",
    r"©|\(c\)\s*(?:19|20)\d\d\b|\bcopyright\s+(?:\(c\)\s*)?(?:19|20)\d\d\b|\ball rights reserved\b",
    r"\b(?:reproduction|redistribution)\s+(?:is\s+)?(?:strictly\s+)?(?:prohibited|forbidden)\b",
    r"\bmay not be (?:reproduced|redistributed|published|copied)\b",
)
BUILT_IN: Mapping[str, tuple[Rule, ...]] = {
    "special_categories": _SPECIAL,
    "unreported_results": (_UNREPORTED,),
    "deal_names": (_DEALS,),
    "contract_terms": (_CONTRACT,),
    "balances": (_BALANCES,),
    "copyright": (_COPYRIGHT,),
}
"""The rules of each set that a recipe can name."""
