"""A hundred hard texts (`benchmarks/fuzz.py` has ten thousand), and that the one walk finds what searching does."""

from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.detector import Detector, without_overlap
from finewright.privacy.reader import Reader
from finewright.privacy.recogniser import THRESHOLD
from finewright.privacy.recognisers.catalogue import CATALOGUE
from support.private_texts import PLANTED, Hard, faults, hard_texts

DETECTOR = Detector(CATALOGUE)
SINGLE = [(Reader(recogniser, THRESHOLD), Detector([recogniser])) for recogniser in CATALOGUE]
WORDS = (
    "account no.",
    "Invoice",
    "tel:",
    "VAT ID",
    "order",
    "Steuer-ID",
    "sort code",
    "customer",
    "é",
    "x1",
    "(",
    "+",
    "0",
    "00",
    "-",
    ".",
)
parts = st.sampled_from(
    [*PLANTED, *WORDS, "12345678", "021000021", "US0378331005", "DE136695976", "020 7946 0958", "COBADEFFXXX"]
)


@settings(max_examples=80, deadline=None)
@given(hard_texts())
def test_hard_texts(hard: Hard) -> None:
    assert faults(hard, DETECTOR, CATALOGUE) == []


def test_a_fault_is_told() -> None:
    """What is planted and not an identifier is missed, and said to be."""
    assert faults(Hard("card 4111111111111112", ((5, 21, "payment_card", "4111111111111112"),)), DETECTOR, CATALOGUE)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(parts, st.sampled_from([" ", "", ", ", ": "])), max_size=8),
    st.sampled_from(["", "iban", "acct no"]),
)
def test_the_walk_finds_what_searching_finds(drawn: list[tuple[str, str]], header: str) -> None:
    """Every recogniser alone, searched from end to end, is the slow reference of the walk that serves all at once."""
    text = "".join(map("".join, drawn))
    every = []
    for reader, single in SINGLE:
        needs = reader.recogniser.needs
        tried = not needs or any(character in text for character in needs)
        expected = list(reader.searched(text, header)) if tried else []
        if reader.needs_header and not reader.under(header):
            expected = []
        assert single.find(text, header) == expected
        every += expected
    assert DETECTOR.find(text, header) == without_overlap(every)
