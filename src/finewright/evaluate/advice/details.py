"""What an answer states that its question does not: figures, amounts, dates, addresses and names. Knows no tasks.

Found by their form alone, in plain text. What stands in the question was read and not remembered, so it is no detail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from finewright.base.phrases import plain

Sort = Literal["address", "date", "amount", "figure", "name"]

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember"
)
_NUMBER = r"\d+(?:[.,'’ ]\d{3})*(?:[.,]\d+)?"
_MONEY = r"€|\$|£|eur|usd|gbp|chf|euros?|dollars?"
_FORMS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    (
        "address",
        re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w|https?://\S+|www\.\S+|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b"),
    ),
    ("address", re.compile(r"(?<![\w.])\+\d[\d /()-]{6,}\d")),
    ("date", re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")),
    ("date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)? (?:{_MONTHS})\b\.?(?: \d{{4}})?", re.IGNORECASE)),
    ("date", re.compile(rf"\b(?:{_MONTHS}) (?:\d{{1,2}}, )?\d{{4}}\b", re.IGNORECASE)),
    ("amount", re.compile(rf"(?:{_MONEY}) ?{_NUMBER}|{_NUMBER} ?(?:(?:{_MONEY})(?!\w)|%|percent\b)", re.IGNORECASE)),
    ("figure", re.compile(rf"(?<![\w.,]){_NUMBER}(?!\w)|\b(?=\w*\d)(?=\w*[A-Za-z])\w{{3,}}\b")),
    ("name", re.compile(r"(?<=[a-zäöüß,;:] )[A-ZÄÖÜ][\w'’-]+(?: [A-ZÄÖÜ][\w'’-]+)+")),
)
_LISTED = re.compile(r"(?m)^\s*\d{1,2}[.)]\s")
_AROUND = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that an answer states, as it is written, and what sort of thing it is."""

    sort: Sort
    text: str

    @property
    def personal(self) -> bool:
        """Whether it may name a person: what could have to be deleted."""
        return self.sort in ("address", "name")


def details(answer: str, question: str) -> tuple[Detail, ...]:
    """The details of an answer that do not stand in its question, in the order of the answer, each once."""
    known = plain(question)
    found = {detail.text: detail for _, detail in sorted(_found(answer), key=lambda one: one[0])}
    return tuple(detail for detail in found.values() if not _stands_in(plain(detail.text), known))


def _found(answer: str) -> Iterator[tuple[int, Detail]]:
    """Every form in turn on what earlier ones left; the number of a list item is a form and no figure."""
    left = _LISTED.sub(_blank, answer)
    for sort, form in _FORMS:
        for match in form.finditer(left):
            yield match.start(), Detail(sort, match[0].strip().rstrip(".,;:"))
        left = form.sub(_blank, left)


def _blank(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _stands_in(text: str, known: str) -> bool:
    """Whether the text stands in the question as a whole, and not as part of a longer number or word."""
    at = known.find(text)
    while at >= 0:
        before, behind = known[at - 1 : at], known[at + len(text) : at + len(text) + 1]
        if not _AROUND.fullmatch(before) and not _AROUND.fullmatch(behind):
            return True
        at = known.find(text, at + 1)
    return False
