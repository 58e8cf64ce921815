"""A team's own patterns: found by form or word, and refused before they can stop a scan."""

import time

import pytest

from finewright.base.errors import InputError
from finewright.privacy.detector import Detector
from finewright.privacy.recognisers.own import own


def test_a_pattern_alone_is_enough_without_words() -> None:
    text = "about DEAL-0042 and more"
    (finding,) = Detector([own("deal", r"DEAL-[0-9]{4}")]).find(text)
    assert (finding.kind, text[finding.start : finding.end]) == ("own:deal", "DEAL-0042")


def test_with_words_one_must_stand_before_it_or_above_its_column() -> None:
    detector = Detector([own("deal", r"(?<![0-9])[0-9]{4}(?![0-9])", "Project code")])
    assert detector.find("in 2024") == []
    assert [one.kind for one in detector.find("project code 2024")] == ["own:deal"]
    assert [one.kind for one in detector.find("2024", "Project code")] == ["own:deal"]


def test_a_group_named_value_is_what_is_found() -> None:
    text = "ref=ab12;"
    (finding,) = Detector([own("ref", r"ref=(?P<value>\w+)")]).find(text)
    assert text[finding.start : finding.end] == "ab12"


@pytest.mark.parametrize("pattern", ["[", "(a", "a{2,1}", "(?P<x>a)(?P<x>b)", "*"])
def test_what_does_not_compile_is_told(pattern: str) -> None:
    with pytest.raises(InputError, match="`deal` is no regular expression"):
        own("deal", pattern)


@pytest.mark.parametrize("pattern", ["", "a*", "x?", r"\b", "(?=a)", "a|", r"(?P<value>a*)b?"])
def test_what_matches_nothing_is_told(pattern: str) -> None:
    with pytest.raises(InputError, match="matches the empty string"):
        own("deal", pattern)


def test_what_runs_away_is_told_in_seconds() -> None:
    begin = time.monotonic()
    with pytest.raises(InputError, match="takes too long"):
        own("deal", r"X([0-9-]+)*Y")
    assert time.monotonic() - begin < 20


@pytest.mark.parametrize("name", ["", "Deal", "1a", "a b", "a" * 41])
def test_names_are_plain(name: str) -> None:
    with pytest.raises(InputError, match="cannot name"):
        own(name, "A[0-9]{4}")
