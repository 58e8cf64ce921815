"""Persons, companies, e-mail, addresses and dates of birth: all written variants are one fictitious customer."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.birth_date import shift
from finewright.privacy.surrogates.kinds import made

KEY, OTHER = Keyed(b"k" * 32), Keyed(b"o" * 32)


def surrogate(kind: str, surface: str, keyed: Keyed = KEY, value: str = "", subject: str = "") -> str:
    return made(keyed, Finding(0, len(surface), kind, value or surface, 1.0), surface, subject=subject).text


@pytest.mark.parametrize("key", range(5))
def test_variants_of_one_person_are_one_fictitious_person(key: int) -> None:
    keyed = Keyed(bytes([key]) * 32)
    given_name, family = surrogate("person", "John Smith", keyed).split(" ")
    assert given_name != "John"
    assert family != "Smith"
    assert surrogate("person", "Mr Smith", keyed) == f"Mr {family}"
    assert surrogate("person", "Mr. J. Smith", keyed) == f"Mr. {given_name[0]}. {family}"
    assert surrogate("person", "SMITH, John", keyed) == f"{family.upper()}, {given_name}"
    assert surrogate("person", "john smith", keyed) == f"{given_name} {family}".lower()
    assert surrogate("person", "John", keyed) == given_name
    assert surrogate("person", "John Smith's", keyed) == f"{given_name} {family}'s"
    local = surrogate("email", "john.smith@corp.com", keyed).partition("@")[0]
    assert local == f"{given_name}.{family}".lower()
    assert surrogate("email", "jsmith@corp.com", keyed).startswith(given_name[0].lower() + family.lower() + "@")
    assert surrogate("email", "j.smith@corp.com", keyed).startswith(f"{given_name[0]}.{family}@".lower())


@pytest.mark.parametrize("key", range(6))
def test_a_companys_forms_and_its_domain_are_one_fictitious_company(key: int) -> None:
    keyed = Keyed(bytes([key]) * 32)
    name = surrogate("company", "Northwind", keyed)
    assert name != "Northwind"
    assert surrogate("company", "Northwind Traders Ltd", keyed) == f"{name} Traders Ltd"
    assert surrogate("company", "NORTHWIND S.A.", keyed) == f"{name.upper()} S.A."
    assert surrogate("company", "Northwind GmbH & Co. KG", keyed) == f"{name} GmbH & Co. KG"
    for domain in ("northwind.com", "northwind.co.uk"):
        assert surrogate("email", f"info@{domain}", keyed) == f"info@{name.lower()}.example"
    assert surrogate("email", "info@northwind-traders.de", keyed) == f"info@{name.lower()}-traders.example"
    assert surrogate("email", "info@northwindtraders.de", keyed) == f"info@{name.lower()}traders.example"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Иван Иванов", "[а-яё]+"), ("王小明", "[\u4e00-\u9fff]{3}"),
     ("김철수", "[가-힣]{3}"), ("محمد علي", "[\u0600-\u06ff]+"),
     ("Γιώργος Παπαδόπουλος", "[\u0370-\u03ff]+"), ("Anna Müller", "[a-zà-ž]+"),
     ("राहुल शर्मा", "[\u0900-\u097f]+")],
)  # fmt: skip
def test_script_and_number_of_parts_stay(name: str, letters: str) -> None:
    new = surrogate("person", name)
    assert len(new.split()) == len(name.split())
    assert all(re.fullmatch(letters, part.lower()) for part in new.split())
    assert not set(new.split()) & set(name.split())


def test_titles_particles_and_sex_stay() -> None:
    assert re.fullmatch(r"Dr\. \w+ van der \w+", surrogate("person", "Dr. Pieter van der Meer"))
    assert re.fullmatch(r"Herr Prof\. \w+-\w+ \w+", surrogate("person", "Herr Prof. Karl-Heinz Schulze"))
    from faker.providers.person import en_GB, en_US  # the language's names are those of both

    lists = (en_GB.Provider, en_US.Provider)
    women, men = ({name for one in lists for name in getattr(one, f"first_names_{sex}")} for sex in ("female", "male"))
    for name in ("Susan", "Deborah", "Michelle"):
        assert surrogate("person", f"{name} Smith").split()[0] in women
    for name in ("Gary", "Bradley", "Kenneth"):
        assert surrogate("person", f"{name} Smith").split()[0] in men


def test_thousand_people_are_nearly_a_thousand_people() -> None:
    """1,000 names of 100 x 10 lists whose parts all differ: the parts' surrogates collide less than by chance alone."""
    from faker.providers.person.en_US import Provider

    given_names, families = sorted(Provider.first_names_male)[:100], sorted(Provider.last_names)[:1000:10]
    people = [f"{one} {families[(place * 7 + k) % 100]}" for place, one in enumerate(given_names) for k in range(10)]
    assert len({surrogate("person", person) for person in people}) >= 900


@settings(max_examples=30, deadline=None)
@given(st.from_regex(r"[a-z]{1,9}([._-][a-z]{2,9})?[0-9]{0,3}@[a-z]{3,12}\.(com|de|co\.uk)", fullmatch=True))
def test_any_address_moves_to_a_reserved_domain(address: str) -> None:
    new = surrogate("email", address)
    assert re.fullmatch(r"[^@\s]+@[^@\s]*(\.example|example\.(com|org|net))", new)
    assert new != address
    assert surrogate("email", new) != new
    assert new == surrogate("email", address.upper(), value=address).lower()


def test_an_address_keeps_its_format_and_a_town_is_the_same_alone() -> None:
    new = surrogate("address", "12 Baker Street, London NW1 6XE")
    town = surrogate("place", "London")
    assert re.fullmatch(rf"[1-9]\d [A-Z][a-z]+ Street, {town} [A-Z]{{2}}\d \d[A-Z]{{2}}", new)
    assert "Baker" not in new
    assert "London" not in new
    german = surrogate("address", "Hauptstraße 5, 10115 Berlin, Germany")
    assert re.fullmatch(rf"\w+straße [1-9], [1-9]\d{{4}} {surrogate('place', 'Berlin')}, Germany", german)
    assert "Haupt" not in german


def test_dates_keep_their_differences_within_a_subject_and_their_form() -> None:
    days = shift(KEY, "customer 7")
    for date in (datetime.date(1980, 3, 12), datetime.date(1999, 12, 31), datetime.date(2000, 2, 29)):
        new = date + datetime.timedelta(days)
        moved = surrogate("birth_date", date.isoformat(), subject="customer 7")
        assert moved == new.isoformat()
        english = surrogate("birth_date", f"{date:%B} {date.day}, {date.year}", subject="customer 7")
        assert english == f"{new:%B} {new.day}, {new.year}"
    assert len({shift(KEY, f"customer {number}") for number in range(30)}) > 25
    assert shift(KEY, "a") != shift(OTHER, "a")


@settings(max_examples=30, deadline=None)
@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1)),
)
def test_any_two_dates_stay_as_far_apart(first: datetime.date, second: datetime.date) -> None:
    new = [datetime.date.fromisoformat(surrogate("birth_date", one.isoformat())) for one in (first, second)]
    assert new[1] - new[0] == second - first
    assert new[0] != first


@pytest.mark.parametrize(
    ("written", "form"),
    [("12. März 1980", r"\d{1,2}\. [A-ZÄ][a-zäöü]+ \d{4}"), ("03/04/80", r"\d\d/\d\d/\d\d"),
     ("1980年3月12日", r"\d{4}年\d+月\d+日"),

     ("12 MARCH 1980", r"\d+ [A-Z]+ \d{4}"), ("19800312", r"\d{8}"),
     ("5 мая 1975", r"\d+ [а-я]+ \d{4}"), ("1980", r"\d{4}")],
)  # fmt: skip
def test_written_forms_of_dates(written: str, form: str) -> None:
    assert re.fullmatch(form, surrogate("birth_date", written))
    assert surrogate("birth_date", written) != written


def test_the_day_comes_first_unless_the_value_says_the_month_does() -> None:
    days = datetime.timedelta(shift(KEY, ""))
    british, american = datetime.date(1980, 4, 3) + days, datetime.date(1980, 3, 4) + days
    assert surrogate("birth_date", "03/04/1980") == f"{british:%d/%m/%Y}"
    assert surrogate("birth_date", "03/04/1980", value="1980-03-04") == f"{american:%m/%d/%Y}"
