"""The personal demo corpus: nobody's data, of the right forms, around remarks and records that stay as they are."""

import hashlib
import json
import re
from pathlib import Path

import pytest
import yaml
from stdnum import iban
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat
from stdnum.us import ein

from finewright.base.recipe import Recipe
from finewright.data.deductions import recipe_text, write_corpus, write_personal_corpus
from finewright.data.deductions.contacts import contact
from finewright.data.deductions.customers import CUSTOMERS
from finewright.data.deductions.mails import confidential, mail, thread

EVERYBODY = [contact(seed, name) for seed in range(3) for name, _, _ in CUSTOMERS]


def test_accounts_and_tax_numbers_are_right_and_of_banks_that_do_not_exist() -> None:
    accounts = [who.account.removeprefix("IBAN ") for who in EVERYBODY if who.account.startswith("IBAN")]
    assert len(accounts) == 3 * 33
    assert all(iban.is_valid(one, check_country=False) for one in accounts)
    for one in accounts:
        assert re.match(r"DE..90000000|CH..99999|SE..999|GB..TEST|PL..99999999", one.replace(" ", ""))
    schemes = {"DE": vat, "SE": vat, "PL": vat, "GB": gb_vat, "CH": uid, "99-": ein, "999": bn}
    for who in EVERYBODY:
        number = who.tax.rpartition(" ")[2]
        assert schemes[number[: 3 if number[0] == "9" else 2]].is_valid(number)


def test_addresses_are_reserved_and_phones_fictitious() -> None:
    assert all(who.email.endswith(".example") for who in EVERYBODY)
    fiction = r"\+49 30 23125 \d{3}|\+44 20 7946 0\d{3}|\+46 8 465 004 \d\d|\+1 (212|416) 555 01\d\d"
    assert all(re.fullmatch(fiction, who.phone) for who in EVERYBODY)


def test_the_remark_and_its_record_are_those_of_the_plain_demo(tmp_path: Path) -> None:
    plain = [json.loads(line) for line in write_corpus(tmp_path / "a", 60, 5).read_text("utf-8").splitlines()]
    for at, row in enumerate(plain):
        one, text = mail(5, at)
        assert row["prompt"] in text
        assert (row["completion"], row["customer"]) == (one.completion, one.customer)
        who = contact(5, one.customer)
        said = text.replace(row["prompt"], "")
        assert any(part in said for part in (who.email, who.phone, who.account, who.address, who.number))


def test_five_messages_of_one_customer_show_one_contact_in_other_forms(tmp_path: Path) -> None:
    rows = thread(0)
    assert len({one.customer for one, _ in rows}) == 1
    who = contact(0, rows[0][0].customer)
    assert all(who.family.casefold() in text.casefold() for _, text in rows)
    forms = (who.name, f"{who.title} {who.family}", f"{who.family.upper()}, {who.given}", who.email)
    assert all(any(form in text for _, text in rows) for form in forms)
    path = write_personal_corpus(tmp_path, 40, 0)
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == 40
    assert [json.loads(line)["prompt"] for line in lines[:5]] == [text for _, text in rows]


def test_each_message_for_quarantine_ends_with_what_may_not_be_learned() -> None:
    rows = confidential(0)
    assert len({text.splitlines()[-1] for _, text in rows}) == len(rows) == 6


def test_a_larger_corpus_begins_with_a_smaller_one_and_is_the_same_again(tmp_path: Path) -> None:
    small, large = (write_personal_corpus(tmp_path / str(rows), rows, 4).read_bytes() for rows in (45, 60))
    assert large.startswith(small)
    assert large == write_personal_corpus(tmp_path / "again", 60, 4).read_bytes()


@pytest.mark.parametrize("personal", [False, True])
def test_the_recipe_is_a_valid_one(personal: bool) -> None:
    recipe = Recipe.model_validate(yaml.safe_load(recipe_text(3, personal=personal)))
    assert recipe.privacy.enabled
    assert [one.name for one in recipe.privacy.own] == (["claim"] if personal else [])


def test_the_plain_demo_is_what_it_was(tmp_path: Path) -> None:
    content = write_corpus(tmp_path, 200, 0).read_bytes()
    assert hashlib.sha256(content).hexdigest() == "a8783e7cbc87e04c57de5ad42d7b30739537d587e455518b1bb12d63bebe148e"
    assert (
        hashlib.sha256(recipe_text(0).encode()).hexdigest()
        == "6235dd40f7ea3fccfb2938becaa0bccd04f9fbfc6296a6822baa31f856569bcf"
    )
