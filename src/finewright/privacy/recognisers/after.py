"""Identifiers that stand after the words of their kind: "invoice no. 4711". Knows no kind.

What has no checksum, or one that every tenth number passes, is told by the words right before it. Looking for the words
first is quicker than weighing every number of a text, and takes only the number that the words are about.
"""

import re
from collections.abc import Iterable

from finewright.privacy.recogniser import Check, Recogniser

DIGITS = "0123456789"

NUMBER = (
    r"no|nos|nr|num|number|numbers|nummer|numero|número|numéro|n\.º|nº|n°|n|núm|id|ids|code|ref|reference|referenz|referencia|"
    "référence|riferimento|key|numer|numarası|kodu"
)
_LINKS = "is|was|ist|war|lautet|est|es|é|è|era|are|the|jest|to|reads|ending|für|for"
_GAP = r"(?:[^\w$€£¥%<]|_)"
_OTHERS = (
    "invoice|order|rechnung|bestell|auftrag|factur|fattur|ordine|pedido|commande|phone|tel|amount|total|reference|page|"
    "dated"
)
"""How words begin after which a number is something else than what was named before them."""


_LEAD = rf"(?:s?[ _.\-\t'\"]{{0,3}}(?i:{NUMBER})(?![^\W_])|[^\S\n]{{0,2}}(?=#))"
"""What leads from the words to a number: "No.", "number", "#"."""

Tree = dict[str, "Tree"]


def opening(words: Iterable[str]) -> str:
    """A pattern of one of these words (case folded; a blank is any joint) at a word's edge, in any letter case.

    Written as a tree of letters: a list of words would be tried from its start at every character.
    """
    tree: Tree = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    firsts = "".join(dict.fromkeys(form for first in sorted(tree) for form in (first, first.upper())))
    rests = "|".join(f"(?<=[{first}{first.upper()}]){_tails(rest)}" for first, rest in tree.items())
    return rf"[{firsts}](?<![^\W_][{firsts}])(?:{rests})"


def _tails(tree: Tree) -> str:
    tails = [f"{_letter(letter)}{_tails(rest)}" for letter, rest in tree.items() if letter]
    joined = tails[0] if len(tails) == 1 else f"(?:{'|'.join(tails)})" if tails else ""
    return f"(?:{joined})?" if joined and "" in tree else joined


def _letter(letter: str) -> str:
    if letter == " ":
        return r"[\W_]{0,2}"
    return f"[{letter}{letter.upper()}]" if letter.isalpha() and len(letter.upper()) == 1 else re.escape(letter)


def gap(fillers: int) -> str:
    """A pattern of what may stand between the words and the number: punctuation, linking words, and any `fillers` words
    more. All of it is bounded, so that a search is linear."""
    filler = rf"(?:{_GAP}{{1,4}}(?!(?i:{_OTHERS}))[^\W\d_]{{1,20}}){{0,{fillers}}}?" if fillers else ""
    return rf"(?:{_GAP}{{1,3}}(?i:{_LINKS})(?![^\W_])){{0,2}}{filler}{_GAP}{{1,6}}?"


def after(
    kind: str,
    words: Iterable[str],
    value: str,
    check: Check,
    headers: Iterable[str],
    *,
    proves: bool = False,
    fillers: int = 0,
    bare: str = "",
    score: float = 0.85,
) -> tuple[Recogniser, Recogniser]:
    """Two recognisers of a kind: of a `value` (a pattern) after its words, and of a cell that is nothing else and
    stands under one of these headers.

    fillers  how many words may stand between, besides linking ones: more where a checksum decides
    bare     what must follow (a pattern) where the words stand without "no.", "number" or "#"; empty: the value
    """
    sure = min(1.0, score + 0.1) if proves else score
    words, between = tuple(words), gap(fillers)
    lead = rf"(?:{_LEAD}{{1,2}}{between}|{between}(?={bare}))" if bare else rf"{_LEAD}{{0,2}}(?![^\W_]){between}"
    text = re.compile(rf"{opening(words)}{lead}(?P<value>{value})")
    cell = re.compile(rf"\A\s*(?P<value>{value})\s*\Z")
    return (
        Recogniser(kind, text, check, needs=DIGITS, proves=proves, begins=frozenset(words), alone=score, near=sure),
        Recogniser(kind, cell, check, needs=DIGITS, proves=proves, headers=frozenset(headers), near=sure),
    )
