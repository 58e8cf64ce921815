"""Texts that are hard to read, with identifiers planted in them, and what must hold of them.

All identifiers are published test values.
"""

import json
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from finewright.privacy.cells import replaced, scanned
from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.folding import plain
from finewright.privacy.recogniser import Recogniser

PLANTED = {
    "DE89370400440532013000": ("iban", "IBAN"),
    "GB82WEST12345698765432": ("iban", "account"),
    "FR1420041010050500013M02606": ("iban", "to"),
    "NL91ABNA0417164300": ("iban", "on"),
    "4111111111111111": ("payment_card", "card"),
    "5555555555554444": ("payment_card", "credit card"),
    "6011111111111117": ("payment_card", "card"),
}
"""A value, its kind, and a word that leads to it."""

SCRIPTS = (
    *("the invoice of last week", "счёт за прошлую неделю", "το τιμολόγιο της εβδομάδας", "فاتورة الأسبوع الماضي"),
    *("חשבונית מהשבוע שעבר", "पिछले सप्ताह का चालान", "上周的发票编号", "先週の請求書です", "지난주 송장 번호"),
    *("ใบแจ้งหนี้สัปดาห์ที่แล้ว", "გასული კვირის ინვოისი", "கடந்த வாரம்"),
)
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\0\u202a\ufe0f"
_ALIKE = dict(zip("ABEKMHOPCTXI", "АВЕКМНОРСТХІ", strict=True))
_BLANKS = " \u00a0\u2007\u202f\u3000"
_PIECES = (
    *SCRIPTS,
    *("anna@example.com", "192.0.2.7", "+44 20 7946 0958", "000-12-3456", "12-34-56", "INV-2024-0042", "Jane Roe"),
    *("=SUM(A1:A9)", '=HYPERLINK("mailto:anna@example.com","x")', "&nbsp;", "&#64;", "&lt;b&gt;", "\0", "\ud800", "😀"),
    *("1,234.50", "2024-05-06", "\n", "\t", "[", '{"a":', '"', "\\"),
)


@dataclass(frozen=True)
class Hard:
    """A text and the identifiers planted in it: where, of which kind, and their written form."""

    text: str
    planted: tuple[tuple[int, int, str, str], ...] = ()


@st.composite
def disguised(draw: st.DrawFn, value: str) -> str:
    """A value as it may stand in a text: split in groups, its characters full-width, look-alike, entities, or with
    something unseen between. What begins and ends it can be seen."""
    size = draw(st.sampled_from([0, 4]))
    blank = draw(st.sampled_from(_BLANKS))
    letters = draw(st.sampled_from(["plain", "wide", "alike"]))
    mixed = any(letter not in _ALIKE for letter in value)
    made = []
    for place, character in enumerate(value):
        if size and place and place % size == 0:
            made.append(blank)
        if letters == "wide":
            character = chr(ord(character) + 0xFEE0)
        elif letters == "alike" and mixed and draw(st.booleans()):
            character = _ALIKE.get(character, character)
        if draw(st.integers(0, 9)) == 0:
            character = f"&#{ord(character)};" if letters == "plain" else character
        made.append(character)
        if place < len(value) - 1 and draw(st.integers(0, 5)) == 0:
            made.append(draw(st.sampled_from(_UNSEEN)))
    return "".join(made)


@st.composite
def hard_texts(draw: st.DrawFn) -> Hard:
    """Pieces of many scripts, with identifiers planted among them: each with its word before and a stop behind."""
    text, planted = "", []
    for _ in range(draw(st.integers(0, 6))):
        text += draw(st.sampled_from(_PIECES)) if draw(st.integers(0, 3)) else draw(st.text(max_size=12))
        if draw(st.integers(0, 2)) == 0:
            value = draw(st.sampled_from(sorted(PLANTED)))
            kind, word = PLANTED[value]
            written = draw(disguised(value))
            text += f" – {word}: "
            planted.append((len(text), len(text) + len(written), kind, value))
            text += f"{written}. "
        text += draw(st.sampled_from(["", " ", ", "]))
    return Hard(text, tuple(planted))


def faults(hard: Hard, detector: Detector, catalogue: tuple[Recogniser, ...]) -> list[str]:
    """What does not hold; it must never raise."""
    findings = detector.find(hard.text)
    found = [_fault(finding, hard.text, catalogue) for finding in findings]
    found += [f"overlap at {after.start}" for before, after in pairwise(findings) if after.start < before.end]
    known = {(finding.start, finding.end, finding.kind, finding.value) for finding in findings}
    found += [f"not found: {one} {hard.text[one[0] : one[1]]!r}" for one in hard.planted if one not in known]
    return [one for one in (*found, *_row_faults(hard, detector, len(findings))) if one]


def _fault(finding: Finding, text: str, catalogue: tuple[Recogniser, ...]) -> str:
    """A finding's stretch, folded alone, must be that identifier by itself."""
    if not 0 <= finding.start < finding.end <= len(text):
        return f"outside: {finding}"
    written = plain(text[finding.start : finding.end])
    checks = [recogniser.check for recogniser in catalogue if recogniser.kind == finding.kind]
    return "" if any(check(written) == finding.value for check in checks) else f"{finding} is no {written!r}"


def _row_faults(hard: Hard, detector: Detector, count: int) -> list[str]:
    """The same text in a row, alone and as JSON in a cell: as much is found, and what is rebuilt can be read."""
    row = {"x": hard.text, "nested": json.dumps({"deep": [hard.text]})}
    if hard.text.strip()[:1] in ("[", "{"):
        return []
    made, found = replaced(row, detector.find, lambda finding, _: f"<{finding.kind}>")
    inner = json.loads(made["nested"])["deep"][0]
    same = made["x"] == inner and len(found) == len(scanned(row, detector.find)) == 2 * count
    return [] if same else [f"rows differ: {made}"]
