"""Amounts, dates and currencies as people write them, read by meaning; what is open to doubt is not read."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.evaluate.values.amount import Amount, read_amount
from finewright.evaluate.values.currency import CODES, currency_code
from finewright.evaluate.values.date import read_date


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1,234.50", "1234.5", None),
        ("1234.5", "1234.5", None),
        ("1.234,50", "1234.5", None),
        ("1 234,50", "1234.5", None),
        ("1'234.50", "1234.5", None),
        ("12,5", "12.5", None),
        ("1,234", "1234", None),
        ("(1,234.5) million USD", "-1234500000", "USD"),
        ("($1,234)", "-1234", "USD"),
        ("$(1,234)", "-1234", "USD"),
        ("$ (2.1) million", "-2100000", "USD"),
        ("(5.2 million)", "-5200000", None),
        ("-$5", "-5", "USD"),
        ("\u221212", "-12", None),
        ("EUR 5 million", "5000000", "EUR"),
        ("5 million euros", "5000000", "EUR"),
        ("US$1.2bn", "1200000000", "USD"),
        ("12.5%", "0.125", None),
        ("12.5 per cent", "0.125", None),
        ("5% of it", "0.05", None),
        ("50 basis points", "0.005", None),
        ("12k", "12000", None),
        ("The answer is 42.", "42", None),
        ("42 days", "42", "day"),
        ("42 in total", "42", None),
        ("1.5e6", "1500000", None),
    ],
)
def test_amounts(text, value, unit):
    assert read_amount(text) == Amount(Decimal(value), unit)


@pytest.mark.parametrize("text", ["", "none", "Q4", "3rd", "10-20", "5 in 2019", "two"])
def test_no_number_or_several_are_none(text):
    assert read_amount(text) is None


@given(
    st.decimals(min_value=0, max_value=10**12, places=2),
    st.sampled_from(["{:,}", "{}", "EUR {:,}", "{:,} EUR", "€{:,}", "{:,} euros"]),
    st.booleans(),
)
def test_an_amount_is_read_back_however_it_was_written(value, form, negative):
    written = form.format(value)
    read = read_amount(f"({written})" if negative else written)
    assert read is not None
    assert read.value == (-value if negative else value)
    assert read.unit == (None if form in ("{:,}", "{}") else "EUR")


@given(st.text(max_size=40))
def test_any_text_is_read_without_a_fault(text):
    read_amount(text)
    read_date(text)
    currency_code(text)


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-01", "2024/3/1", "1 March 2024", "March 1, 2024", "Mar 1st, 2024", "1st of March 2024"),
        *("01.03.2024", "1-Mar-2024", " 1 mar. 2024 "),
    ],
)
def test_dates(text):
    assert read_date(text) == date(2024, 3, 1)


@pytest.mark.parametrize("text", ["03/01/2024", "31 February 2024", "March", "1 Marchy 2024", "2024-13-01", "soon", ""])
def test_what_is_no_date_or_two(text):
    assert read_date(text) is None


@given(st.dates())
def test_a_date_is_read_back(day):
    if day.year >= 1000:
        assert read_date(day.isoformat()) == day
        assert read_date(f"{day.day} {day:%B} {day.year}") == day


@pytest.mark.parametrize(
    ("text", "code"), [("€", "EUR"), ("eur", "EUR"), ("US$", "USD"), ("Pounds", "GBP"), ("x", None)]
)
def test_currencies(text, code):
    assert currency_code(text) == code


def test_the_codes_are_of_three_letters():
    assert len(CODES) > 150
    assert all(len(code) == 3 and code.isupper() for code in CODES)
