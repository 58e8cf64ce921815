"""Rules: what each built-in set refuses and lets through, the team's own, licences, embargoes, days."""

from datetime import date
from typing import Any

import pytest

from finewright.base.errors import InputError
from finewright.base.recipe_privacy import RULE_SETS, Admission, AdmissionRule, Privacy
from finewright.privacy.admission.built_in import BUILT_IN
from finewright.privacy.admission.policy import Policy, policy_of

TODAY = date(2026, 3, 31)


def policy(**admission: Any) -> Policy:
    return policy_of(Privacy(policy=Admission(**admission)), TODAY)


def refused(text: str, of: Policy, kinds: tuple[str, ...] = (), **columns: str) -> list[str]:
    return [reason.rule for reason in of.reasons(text, kinds, columns)]


REFUSED = {
    "special_categories": [
        "she was recently diagnosed with diabetes",
        "please change my title, my father is a devout Muslim",
        "the trade union dues were deducted twice",
        "he is a member of the Labour party",
        "a biometric template of the customer is attached",
        "the applicant was convicted of fraud",
        "Frau K. ist seit Montag krankgeschrieben",
    ],
    "unreported_results": [
        "the unpublished Q3 results show a loss",
        "earnings for the quarter are not yet public",
        "this is material non-public information",
        "embargoed until the call on Thursday",
    ],
    "deal_names": [
        "Project Falcon: the bidder asks for more due diligence",
        "the acquisition goes by Project Osprey from now on",
    ],
    "contract_terms": ["Governing law is that of Ireland.", "subject to liquidated damages of 2% a week"],
    "balances": [
        "your account balance on 31 March is EUR 12,400.50",
        "credit limit: $50,000",
        "a balance of 1,200.00 EUR",
    ],
    "copyright": ["(c) 2024 The Daily Paper", "All rights reserved.", "This report may not be reproduced."],
}
LET_THROUGH = {
    "special_categories": [
        "the machine was diagnosed with a worn bearing in the union joint".replace("diagnosed with", "found to have"),
        "Union Bank charged a fee",
        "health insurance premium invoice",
        "Jewish Museum ticket order",
    ],
    "unreported_results": ["not reported on our statement", "the results of the test", "our guidance on returns"],
    "deal_names": ["Project Manager Smith called", "project plan for the data room move", "the merger of two invoices"],
    "contract_terms": ["as per contract we take 2%", "please terminate my subscription"],
    "balances": ["how do I see my account balance?", "the balance is wrong", "pay EUR 120.00 to balance the account"],
    "copyright": ["copy the right invoice", "rights of the customer"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in REFUSED.items() for text in texts])
def test_a_set_refuses_what_it_is_for(name: str, text: str) -> None:
    found = refused(text, policy(sets=[name]))
    assert found
    assert all(rule.split(":")[0] == name for rule in found)
    assert refused(text, policy(sets=[])) == []


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in LET_THROUGH.items() for text in texts])
def test_a_set_lets_its_look_alikes_through(name: str, text: str) -> None:
    assert refused(text, policy(sets=[name])) == []


def test_every_set_of_the_recipe_is_there_and_no_other() -> None:
    assert set(BUILT_IN) == set(RULE_SETS) == set(REFUSED) == set(LET_THROUGH)


def test_no_gate_hides_what_its_pattern_would_fit() -> None:
    """The gate is only there for speed: without it each rule refuses the same texts."""
    for name, texts in REFUSED.items():
        fits = [rule.pattern for rule in BUILT_IN[name]]
        assert all(any(one is not None and one.search(text) for one in fits) for text in texts)


def test_a_rule_asks_for_all_that_it_names() -> None:
    rule = AdmissionRule(
        name="wires", because="B.", words=["wire*"], kinds=["iban"], column="region", values=["EU", "uk"]
    )
    of = policy(sets=[], rules=[rule])
    assert refused("a Wired payment", of, ("iban", "person"), region="eu ") == ["wires"]
    assert refused("a wired payment", of, ("person",), region="EU") == []
    assert refused("a payment", of, ("iban",), region="EU") == []
    assert refused("a wired payment", of, ("iban",), region="US") == []
    assert of.columns == {"region"}


def test_a_column_without_values_refuses_whatever_is_in_it() -> None:
    of = policy(sets=[], rules=[AdmissionRule(name="held", because="B.", column="legal_hold")])
    assert refused("x", of, legal_hold="yes") == ["held"]
    assert refused("x", of, legal_hold=" ") == []


def test_only_the_listed_licences_are_learned_from() -> None:
    of = policy(sets=[], licence="terms", licences=["CC-BY", "own"])
    assert refused("x", of, terms="cc-by") == []
    assert refused("x", of, terms="all rights reserved") == ["licence"]
    assert refused("x", of, terms="") == ["licence"]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-04-01", ["embargo"]),
        ("2026-03-31", []),
        ("", []),
        ("soon", ["embargo"]),
        ("2026-04-01T09:00", ["embargo"]),
    ],
)
def test_an_embargo_ends_on_its_day(until: str, expected: list[str]) -> None:
    assert refused("x", policy(sets=[], embargo="until"), until=until) == expected


def test_the_recipes_day_goes_before_the_calendars() -> None:
    rule = AdmissionRule(name="r", because="B.", words=["launch"], until="2026-04-01")
    assert refused("the launch", policy(sets=[], rules=[rule])) == ["r"]
    assert refused("the launch", policy(sets=[], rules=[rule], as_of="2026-04-01")) == []


def test_a_kind_in_quarantine_refuses_its_row_and_a_secret_belongs_nowhere() -> None:
    of = policy_of(Privacy(quarantine=["secret", "person"], policy=Admission(sets=[])), TODAY)
    reasons = of.reasons("x", ("secret", "person", "iban"), {})
    assert [(reason.rule, reason.belongs) for reason in reasons] == [
        ("kind: person", "corpus"),
        ("kind: secret", "nowhere"),
    ]


def test_a_pattern_that_would_not_come_to_an_end_is_refused() -> None:
    runaway = AdmissionRule(name="long", because="It is long.", pattern=r"(a+)+$")
    with pytest.raises(InputError, match="the pattern of the rule 'long' takes too long on a text that repeats itself"):
        policy(rules=[runaway])
    assert refused("aaa", policy(rules=[runaway.model_copy(update={"pattern": "a+$"})])) == ["long"]
