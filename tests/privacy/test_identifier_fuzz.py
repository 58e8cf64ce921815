"""Whatever the text: nothing is raised, offsets slice to what was found, and time grows with the length alone."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.privacy.detector import Detector
from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.catalogue import CATALOGUE

DETECTOR = Detector(CATALOGUE)
PIECES = st.sampled_from((
    "IBAN ", "DE89", "3704 0044", "4111", "-", " ", ".", "/", "+", "(", ")", "0", "00", "1", "9", "a", "Z", "@",
    "x.de", "::",
    "\n", "invoice no. ", "VAT ", "GB", "CPF", "password: ", "0x", "bc1", "eyJ", "-----BEGIN PRIVATE KEY-----", "é",
    "身份证", "²", "٣", "\0",
))  # fmt: skip
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS, st.sampled_from(["", "IBAN", "acct", "Tax ID", "phone", "card number", "password"]))
def test_nothing_is_raised_and_offsets_hold(text: str, header: str) -> None:
    last = 0
    for one in DETECTOR.find(text, header):
        assert last <= one.start < one.end <= len(text)
        assert one.value
        assert 0.5 <= one.score <= 1
        last = one.end


@given(TEXTS)
def test_no_check_raises_whatever_its_pattern_hands_it(text: str) -> None:
    for recogniser in CATALOGUE:
        for match in recogniser.pattern.finditer(text):
            recogniser.check(match["value" if "value" in recogniser.pattern.groupindex else 0])


ADVERSE = (
    "1", "1 ", "1-", "12.", "0", "a", "A", "A1", "a.", "a@", "a@b.", "x@a-", ":", "1:", "f:", "(", "+1", "+1 ", "0x",
    "bc1q", "eyJa", "eyJa.eyJ", "DE89 ", "DE8937040044",
    "invoice ", "invoice no ", "invoice no. no. ", "tax id ", "tax id is is ", "account a b ", "vat b c ",
    "password ", "password: ", "sk-", "ghp_", "4111 ", "4111-",
    "-----BEGIN PRIVATE KEY-----", "://a:", "https://u:p", "Bearer ", "'", "_", "-", ".", "9 9", "AB 12 ",
)  # fmt: skip
SIZE = 100_000


def _seconds(recogniser: Recogniser, text: str) -> float:
    begin = time.process_time()
    for _ in re.finditer(recogniser.pattern, text):
        pass
    return time.process_time() - begin


@pytest.mark.parametrize("size", [SIZE])
def test_time_is_linear_on_what_repeats_itself(size: int) -> None:
    """A quadratic pattern takes 5e9 steps here: minutes."""
    texts = [(piece * (size // len(piece) + 1))[:size] for piece in ADVERSE]
    slow = [
        (recogniser.kind, recogniser.pattern.pattern, text[:20])
        for recogniser in CATALOGUE
        for text in texts
        if _seconds(recogniser, text[:4_000]) > 0.05 and _seconds(recogniser, text) > 1.0
    ]
    assert slow == []
