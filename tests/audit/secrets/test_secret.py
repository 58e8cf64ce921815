"""Planted secrets: valid forms, which the recognisers find, and others like them that are told apart from them."""

import stat

import pytest
from stdnum import iban, luhn
from stdnum.us import ssn

from finewright.audit.secrets.planted import Planted, read_planted, write_planted
from finewright.audit.secrets.secret import KINDS, alike, made
from finewright.base.errors import InputError
from finewright.privacy.detector import Detector
from finewright.privacy.recognisers.catalogue import CATALOGUE

SECRETS = made(60, 3)
CHECKS = {"iban": iban.is_valid, "payment_card": luhn.is_valid, "ssn": ssn.is_valid}


def test_the_same_seed_makes_the_same_and_another_others():
    assert made(60, 3) == SECRETS
    assert not {one.secret for one in made(60, 4)} & {one.secret for one in SECRETS if one.kind != "phone"}


def test_all_kinds_in_turn_of_people_with_different_names():
    assert {one.kind for one in SECRETS} == set(KINDS)
    assert len({one.name for one in SECRETS}) == len(SECRETS)


@pytest.mark.parametrize("secret", SECRETS, ids=lambda one: one.secret)
def test_each_conforms_to_its_scheme_and_is_found(secret):
    assert CHECKS.get(secret.kind, bool)(secret.secret)
    found = Detector(CATALOGUE).find(secret.sentence)
    assert (secret.kind, secret.secret) in {(one.kind, secret.sentence[one.start : one.end]) for one in found}


@pytest.mark.parametrize("secret", SECRETS[:5], ids=lambda one: one.kind)
def test_others_like_it_are_of_its_form_and_none_is_it(secret):
    others = alike(secret, 200, 0)
    assert len({*others, secret.secret}) == 201
    assert {len(one) for one in others} == {len(secret.secret)}
    assert all(CHECKS.get(secret.kind, bool)(one) for one in others)


def test_a_form_without_so_many_says_so():
    phone = next(one for one in SECRETS if one.kind == "phone")
    with pytest.raises(ValueError, match="fewer than 1000"):
        alike(phone, 1000, 0)


def test_the_list_is_for_its_owner_alone_and_read_back(tmp_path):
    planted = [Planted(one, (2, 5), True) for one in SECRETS[:3]]
    write_planted(tmp_path / "sealed.jsonl", planted)
    assert stat.S_IMODE((tmp_path / "sealed.jsonl").stat().st_mode) == 0o600
    assert read_planted(tmp_path / "sealed.jsonl") == planted


@pytest.mark.parametrize(
    ("content", "what"), [("", "empty"), ('{"secret": 1}\n', ":1: is no planted"), ("nonsense\n", ":1: is no planted")]
)
def test_another_file_is_refused(tmp_path, content, what):
    (tmp_path / "other.jsonl").write_text(content)
    with pytest.raises(InputError, match=what):
        read_planted(tmp_path / "other.jsonl")


def test_no_list_is_said_to_be_none(tmp_path):
    with pytest.raises(InputError, match="there is no list"):
        read_planted(tmp_path / "none.jsonl")
