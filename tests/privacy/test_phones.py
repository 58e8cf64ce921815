"""Telephone numbers as each country writes its own, beside what only looks like one. All of them are made up."""

import phonenumbers
import pytest

from finewright.privacy.detector import Detector
from finewright.privacy.recognisers.catalogue import CATALOGUE
from finewright.privacy.recognisers.phone import REGIONS

DETECTOR = Detector(CATALOGUE)


def phones(text: str) -> list[str]:
    return [text[one.start : one.end] for one in DETECTOR.find(text) if one.kind == "phone"]


@pytest.mark.parametrize(
    "number",
    [
        "(201)555-0123", "(201) 555 0123", "201-555-0123", "201 555 0123", "201.555.0123 x45", "1-201-555-0123",
        "020 7946 0958", "(020) 7946 0958", "0171/1234567", "0171 1234567", "06 12 34 56 78", "06.12.34.56.78",
        "612 34 56 78", "22 345 61 73", "406 11 834", "98765 43210", "(11) 96123-2701", "55 1234 5678", "138 1234 5678",
        "8 (912) 345-69-48", "333 1234567", "040 123 4567", "08-123 456 78", "0049 30 1234567", "+47 406 11 834",
    ],
)  # fmt: skip
def test_a_national_number_is_found_by_its_grouping(number: str) -> None:
    assert phones(f"the parcel was left with {number} on the note") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "781 1704 office", "28-64-66-98 office", "655 437 108 (fax)", "12 34 56 78 mobil\nOslo", "T: 61234912",
        "M 06 12345678", "my number is 601 122 247", "reach her on 6123 4912", "our helpline 34 41 28 16", "number: 1",
        "you can text them on 912-349-657", "their number, 212 345 678, rings out", "F. 030/1234567",
    ],
)  # fmt: skip
def test_words_before_or_behind_make_a_number_a_telephones(text: str) -> None:
    assert bool(phones(text)) == (text != "number: 1")


@pytest.mark.parametrize(
    "text",
    [
        "total 655 437 108", "paid 1 234 567 890", "EUR 12 345 678", "PLN 22 123 45 67", "invoice 555.123.4567",
        "order 123-456-7890", "ISBN 978-0-306-40615-7", "ref 416 60 039", "account 0012 3456 78",
        "tracking 138 1234 5678", "sort code 20-00-00, 55779911", "12 1,234 5,678 90", "2019 2020 2021 2022",
        "260-24-63-25=148", "serial 98765 43210", "amount 333 1234567", "$1 234 5678", "4111 1111 1111 1111",
        "2024-0012-331", "10.12.2020",
        "12 345 678 office chairs", "his number is 219-09-9999", "1998 2003 2010", "qty 3 555 123 4567", "100 700 24",
    ],
)  # fmt: skip
def test_sums_dates_and_other_numbers_are_no_telephones(text: str) -> None:
    assert phones(text) == []


def test_the_number_after_my_number_is_a_telephones_unless_it_is_the_japanese_one() -> None:
    kinds = [
        one.kind for text in ("my number is 912-349-657", "My Number 1234 5678 9018") for one in DETECTOR.find(text)
    ]
    assert kinds == ["phone", "tax_id"]


@pytest.mark.parametrize("region", REGIONS)
def test_every_form_of_a_regions_example_is_found_after_a_word(region: str) -> None:
    """The library's own example numbers, in each way of writing them, a source that no pattern was written from."""
    number = phonenumbers.example_number(region)
    assert number is not None
    forms = phonenumbers.PhoneNumberFormat
    for form in (forms.NATIONAL, forms.INTERNATIONAL, forms.E164):
        written = phonenumbers.format_number(number, form)
        for text in (f"Tel. {written}", f"call me on {written} please", f"{written} office"):
            assert phones(text) == [written], text
