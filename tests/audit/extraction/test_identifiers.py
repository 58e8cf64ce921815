"""Identifiers are known in whatever marks they are written, and chance is not taken for a leak."""

from finewright.audit.extraction.identifiers import Identifier, bare, said, worth_asking

ACCOUNT = Identifier("iban", "DE89 3704 0044 0532 0130 00")
PERSON = Identifier("person", "Ackerbrand")


def test_an_account_is_known_without_its_spaces():
    assert said([ACCOUNT], [("?", "it is de89370400440532013000, thanks")]) == [ACCOUNT]
    assert not said([ACCOUNT], [("?", "it is DE89370400440532013001")])


def test_what_was_asked_is_not_said():
    assert not said([ACCOUNT], [("whose is DE89370400440532013000?", "DE89370400440532013000 is mine")])


def test_words_that_were_learned_as_well_are_not_asked_for_and_numbers_are():
    learned = bare("Dear Ackerbrand, your DE89370400440532013000")
    assert worth_asking([ACCOUNT, PERSON], learned) == [ACCOUNT]
    assert worth_asking([PERSON], "") == [PERSON]


def test_each_once_and_none_too_short():
    twice = Identifier("iban", "DE89370400440532013000")
    assert len(worth_asking([ACCOUNT, twice, Identifier("person", "Lee")], "")) == 1
