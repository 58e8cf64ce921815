"""Persons, companies, e-mail, addresses and dates of birth: all written variants are one fictitious customer."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.finding import Finding
from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.birth_date import moved
from finewright.privacy.surrogates.kinds import made

KEY, OTHER = Keyed(b"k" * 32), Keyed(b"o" * 32)


def surrogate(kind: str, surface: str, keyed: Keyed = KEY, value: str = "") -> str:
    return made(keyed, Finding(0, len(surface), kind, value or surface, 1.0), surface).text


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


@pytest.mark.parametrize("provider", ["gmail.com", "t-online.de", "btinternet.co.uk"])
def test_a_public_provider_is_no_company(provider: str) -> None:
    for key in range(5):
        new = surrogate("email", f"ann.lee@{provider}", Keyed(bytes([key]) * 32))
        assert re.fullmatch(r"[a-z]+\.[a-z]+@example\.(com|org|net)", new)


def test_an_address_keeps_its_format_and_a_town_is_the_same_alone() -> None:
    new = surrogate("address", "12 Baker Street, London NW1 6XE")
    town = surrogate("place", "London")
    assert re.fullmatch(rf"[1-9]\d [A-Z][a-z]+ Street, {town} [A-Z]{{2}}\d \d[A-Z]{{2}}", new)
    assert "Baker" not in new
    assert "London" not in new
    german = surrogate("address", "Hauptstraße 5, 10115 Berlin, Germany")
    assert re.fullmatch(rf"\w+straße [1-9], [1-9]\d{{4}} {surrogate('place', 'Berlin')}, Germany", german)
    assert "Haupt" not in german


DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2030, 1, 1))


@pytest.mark.parametrize("year", [1980, 1981, 2000, 1900])
def test_all_days_of_a_year_change_and_no_two_become_one(year: int) -> None:
    days = [datetime.date(year, 1, 1) + datetime.timedelta(day) for day in range(366)]
    days = [day for day in days if day.year == year]
    new = [datetime.date.fromisoformat(surrogate("birth_date", day.isoformat())) for day in days]
    assert sorted(new) == days
    assert not any(old == now for old, now in zip(days, new, strict=True))


def test_one_known_date_gives_away_no_other() -> None:
    """Neither days nor years move alike: hardly any two of 300 dates are as far from theirs."""
    days = [datetime.date(1940, 1, 1) + datetime.timedelta(97 * number) for number in range(300)]
    moves = [moved(KEY, day) - day for day in days]
    assert len(set(moves)) > 150
    assert max(moves.count(move) for move in set(moves)) < 8
    assert sum(moved(OTHER, day) == moved(KEY, day) for day in days) < 8
    same_days = [moved(KEY, datetime.date(year, 3, 12)).timetuple().tm_yday for year in range(1940, 2000)]
    assert len(set(same_days)) > 40


@settings(max_examples=60, deadline=None)
@given(DATES, DATES)
def test_years_stay_and_so_do_ages_within_one(birth: datetime.date, day: datetime.date) -> None:
    new = datetime.date.fromisoformat(surrogate("birth_date", birth.isoformat()))
    assert new != birth
    assert new.year == birth.year
    assert abs(age(birth, day) - age(new, day)) <= 1


def age(birth: datetime.date, day: datetime.date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@settings(max_examples=60, deadline=None)
@given(DATES, st.binary(min_size=1, max_size=3))
def test_a_date_is_the_same_in_all_its_written_forms(date: datetime.date, key: bytes) -> None:
    keyed = Keyed(key.ljust(32))
    new = moved(keyed, date)
    forms = [written, *[shortened] * (date.month != 5), *[american] * (date.day != date.month)]
    for form in forms:  # of 01/01 nothing tells which is the day, nor of May whether it is cut short
        assert surrogate("birth_date", form(date), keyed, date.isoformat()) == form(new)
    assert surrogate("birth_date", f"{date:%Y%m%d}", keyed) == f"{new:%Y%m%d}"


def written(date: datetime.date) -> str:
    return f"{date.day} {date:%B} {date.year}"


def shortened(date: datetime.date) -> str:
    return f"{date:%b}. {date.day}, {date.year}"


def american(date: datetime.date) -> str:
    return f"{date:%m/%d/%Y}"


def test_29_february_changes_and_comes_up_in_leap_years_alone() -> None:
    assert surrogate("birth_date", "29 February 2000") != "29 February 2000"
    leap, other = ([moved(KEY, datetime.date(year, 1, 1) + datetime.timedelta(day)) for day in range(365)]
                   for year in (2004, 2003))  # fmt: skip
    assert sum((day.month, day.day) == (2, 29) for day in leap) == 1
    assert not any((day.month, day.day) == (2, 29) for day in other)


@pytest.mark.parametrize(
    ("written", "form"),
    [("12. März 1980", r"\d{1,2}\. [A-ZÄ][a-zäöü]+ 1980"), ("03/04/80", r"\d\d/\d\d/80"),
     ("1980年3月12日", r"1980年([1-9]|1[0-2])月([1-9]|[12]\d|3[01])日"),
     ("12 MARCH 1980", r"\d+ [A-Z]+ 1980"), ("19800312", r"1980[01]\d[0-3]\d"),
     ("5 мая 1975", r"\d+ [а-я]+ 1975"), ("1980", r"1979|1981"), ("12 ene 1980", r"\d+ [a-z]{3} 1980"),
     ("1er janv. 1980", r"(1er|\d+) [a-zéû]{3,4}\. 1980"), ("5 Sept. 1980", r"\d+ [A-Z][a-z]{2}\. 1980"),
     ("12th March 1980", r"(\d?1st|\d?2nd|\d?3rd|\d+th) [A-Z][a-z]+ 1980"), ("1. 2. 1980", r"\d+\. \d+\. 1980"),
     ("١٢/٠٣/١٩٨٠", r"[٠-٣][٠-٩]/[٠١][٠-٩]/١٩٨٠"), ("1980-3-5", r"1980-\d+-\d+")],
)  # fmt: skip
def test_written_forms_of_dates(written: str, form: str) -> None:
    for key in range(8):
        new = surrogate("birth_date", written, Keyed(bytes([key]) * 32))
        assert re.fullmatch(form, new), new
        assert new != written


def test_the_day_comes_first_unless_the_value_says_the_month_does() -> None:
    british, american = moved(KEY, datetime.date(1980, 4, 3)), moved(KEY, datetime.date(1980, 3, 4))
    assert surrogate("birth_date", "03/04/1980") == f"{british:%d/%m/%Y}"
    assert surrogate("birth_date", "03/04/1980", value="1980-03-04") == f"{american:%m/%d/%Y}"
