"""The personal demo through what a run searches and replaces with: one customer stays one, answers stay learnable."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from finewright.base.recipe import Recipe
from finewright.base.records import Message, Record
from finewright.data.deductions import Remark, recipe_text
from finewright.data.deductions.contacts import contact
from finewright.data.deductions.mails import confidential, mail, thread
from finewright.flows.privacy.scrubbing import Scrubbing, scrubbing
from finewright.privacy.admission.built_in import BUILT_IN
from finewright.privacy.admission.policy import policy_of


@pytest.fixture
def recipe() -> Recipe:
    return Recipe.model_validate(yaml.safe_load(recipe_text(personal=True)))


@pytest.fixture
def searching(recipe: Recipe, tmp_path: Path) -> Scrubbing:
    return scrubbing(recipe.privacy, tmp_path / "scope")


def scrubbed(searching: Scrubbing, one: Remark, text: str) -> Record:
    record = Record("r-1", (Message("user", text),), one.completion, group=one.customer)
    return searching.scrub(record, True, "customer").record


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))


def test_one_customer_in_five_messages_is_one_fictitious_customer(searching: Scrubbing) -> None:
    rows = thread(0)
    who = contact(0, rows[0][0].customer)
    after = [scrubbed(searching, *row) for row in rows]
    assert len({record.group for record in after}) == 1
    new = [words(record.text) - words(text) for record, (_, text) in zip(after, rows, strict=True)]
    assert set.intersection(*new)
    gone = (who.family, who.email, who.phone, who.account.removeprefix("IBAN "))
    assert not any(part.casefold() in record.text.casefold() for record in after for part in gone)


def test_the_answer_stays_to_be_found_in_the_text(searching: Scrubbing) -> None:
    for row in range(40):
        one, text = mail(0, row)
        record = scrubbed(searching, one, text)
        said, wanted = json.loads(one.completion), json.loads(record.answer)
        bare = re.sub(r"[\W_]", "", record.text.casefold())
        assert re.sub(r"[\W_]", "", wanted.pop("invoice").casefold()) in bare
        assert wanted == {key: value for key, value in said.items() if key != "invoice"}


def test_each_confidential_message_is_refused_by_a_rule_of_its_own_and_no_other_message_is(recipe: Recipe) -> None:
    policy = policy_of(recipe.privacy, date(2026, 1, 1))
    refused = [[reason.rule for reason in policy.reasons(text, (), {})] for _, text in confidential(0)]
    assert all(len(rules) == 1 for rules in refused)
    assert {rule.split(":")[0] for [rule] in refused} == set(BUILT_IN) - {"copyright"}
    others = [text for _, text in (*thread(0), *(mail(0, row) for row in range(100)))]
    assert not [text for text in others if policy.reasons(text, (), {})]
