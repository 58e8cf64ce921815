"""Names in texts and columns: what is found, where, under which header, and what is left alone."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.privacy.finding import Finding
from finewright.privacy.names import weights
from finewright.privacy.names.births import births
from finewright.privacy.names.gazetteer import filter_of
from finewright.privacy.names.headers import kind_under
from finewright.privacy.names.tagger import names
from finewright.privacy.names.tidying import tidy


def said(text: str, header: str = "") -> list[tuple[str, str]]:
    """(kind, what was found) in a text, or a cell under a header."""
    return [(one.kind, text[one.start : one.end]) for one in names([text], [header])[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello, my name is Jane Sample and I lost my card.", ("person", "Jane Sample")),
        ("hello, my name is jane sample and i lost my card.", ("person", "jane sample")),
        ("Dear Mr. Sample, your card was sent.", ("person", "Sample")),
        ("Thanks for your help.\n\nBest regards,\nOlga Musterova", ("person", "Olga Musterova")),
        ("Sehr geehrte Frau Mustermann, vielen Dank.", ("person", "Mustermann")),
        ("I work at Sample & Partners LLP in the city.", ("company", "Sample & Partners LLP")),
        ("The invoice from Exampletec GmbH is overdue.", ("company", "Exampletec GmbH")),
        ("Send it to 12 Sample Street, Springfield, IL 62701.", ("address", "12 Sample Street, Springfield, IL 62701")),
        ("Ich wohne in der Musterstraße 12, 12345 Musterstadt.", ("address", "Musterstraße 12, 12345 Musterstadt")),
        ("My address is P.O. Box 1234, Springfield", ("address", "P.O. Box 1234, Springfield")),
        ("I am travelling to Portugal next week.", ("place", "Portugal")),
        ("Her date of birth is 24/05/1981, I think.", ("birth_date", "24/05/1981")),
    ],
)  # fmt: skip
def test_names_of_each_kind_are_found(text: str, found: tuple[str, str]) -> None:
    assert found in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I top up my account before the weekend?",
        "The committee expects that inflation will remain near its target over the medium term.",
        "Total: 1,234.50 due on 2024-05-01",
        "My IBAN is DE89370400440532013000",
        "",
        " \n\t ",
    ],
)
def test_ordinary_text_holds_no_name(text: str) -> None:
    assert said(text) == []


_OTHERS = [f"other{number}" for number in range(2_000)]  # so that the filter gives a wrong yes seldom
TABLE = filter_of({"word": ["energy", "sector", "moreover", "target", *_OTHERS], "place": ["target"]})


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Prices in the {energy sector} rose. We saw it.", []),
        ("prices at {energy sector} rose. we saw it.", ["energy sector"]),  # a writer without capitals
        ("We called {Energy Sector} about it.", ["Energy Sector"]),
        ("It rose. {Moreover} it fell.", []),
        ("We called {Moreover} about it.", ["Moreover"]),
        ("{Target} called.", ["Target"]),  # a name as well
        ("I paid {my Energy Sector} by card.", ["Energy Sector"]),
        ("It rose in the {energy qxsector} too.", ["energy qxsector"]),
    ],
)
def test_ordinary_words_are_no_firm(text: str, kept: list[str]) -> None:
    start, end = text.index("{"), text.index("}") - 1
    plain = text.replace("{", "").replace("}", "")
    found = tidy(plain, [Finding(start, end, "company", "", 0.9)], TABLE)
    assert [plain[one.start : one.end] for one in found] == kept


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("DOB: 24/05/1981", "24/05/1981"),
        ("She was born in Leeds on 12 March 1960.", "12 March 1960"),
        ("geb. 3.4.55", "3.4.55"),
        ("born on May 3, 1970 in X", "May 3, 1970"),
        ("Date of Birth\n1980-02-03", "1980-02-03"),
        ("né le 3 mars 1950 à Lyon", "3 mars 1950"),
        ("Fecha de nacimiento: 3 de abril de 1950", "3 de abril de 1950"),
        ("生年月日：1980年3月4日", "1980年3月4日"),
    ],
)
def test_a_date_by_a_word_of_birth_is_a_birth_date(text: str, date: str) -> None:
    (found,) = births(text)
    assert (found.kind, text[found.start : found.end]) == ("birth_date", date)


@pytest.mark.parametrize(
    "text", ["due 3.4.2020", "The idea was born in 2001.", "born to run", "obdob 1.2.3", "DOB unknown; paid 1,234.56"]
)
def test_other_dates_are_no_birth_dates(text: str) -> None:
    assert births(text) == []


@pytest.mark.parametrize(
    ("cell", "header", "found"),
    [
        ("Zzyx Qwerton", "customer", [("person", "Zzyx Qwerton")]),
        (" Jane ", "First_Name", [("person", "Jane")]),
        ("Sample Ltd", "Customer", [("company", "Sample Ltd")]),
        ("Rose", "Attn:", [("person", "Rose")]),
        ("1 Sample Rd", "billing-address", [("address", "1 Sample Rd")]),
        ("03.04.1955", "Geb.-Datum", [("birth_date", "03.04.1955")]),
        ("n/a", "customer", []),
        ("C-10023", "customer", []),
        ("12.50", "customer", []),
        ("unknown", "dob", []),
        ("how do i close my account", "customer", []),
    ],
)
def test_a_header_makes_the_cell_a_name(cell: str, header: str, found: list[tuple[str, str]]) -> None:
    assert said(cell, header) == found


def test_headers_name_their_kind() -> None:
    headers = ("First_Name", "attn.", "Employer Name", "ship-to", "ville", "DOB", "amount", "")
    kinds = ["person", "person", "company", "address", "place", "birth_date", None, None]
    assert [kind_under(header) for header in headers] == kinds


SCRIPTS = "abc Ünï Жук Άλφα שלום سلام हिन्दी ไทย 漢字 かな 한글 Ɐ \u200b\ud800\x00\n\r\t .,-'’()<>0123٣"


@given(st.text(alphabet=SCRIPTS, max_size=120) | st.text(max_size=80), st.sampled_from(["", "name", "dob", "address"]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_its_findings_lie_within_it_in_order(text: str, header: str) -> None:
    (found,) = names([text], [header])
    assert all(0 <= one.start < one.end <= len(text) and one.value for one in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert names([text], [header]) == [found]


CELLS = (
    "Jane Sample",
    "Dear Mr. Sample, pay Sample Ltd.",
    "born on 3 May 1970 in Leeds",
    "王伟",
    "",
    "12 Sample Street",
)


@given(st.lists(st.tuples(st.sampled_from(CELLS) | st.text(max_size=20), st.sampled_from(["", "name", "dob"]))))
@settings(max_examples=80, deadline=None)
def test_many_texts_at_once_give_what_each_gives_alone(drawn: list[tuple[str, str]]) -> None:
    texts, headers = [text for text, _ in drawn], [header for _, header in drawn]
    assert names(texts, headers) == [names([text], [header])[0] for text, header in drawn]


def test_findings_far_into_a_long_text_lie_where_they_are() -> None:
    filler = "The price of the goods rose again last month.\n" * 2000
    text = f"{filler}Dear Mr. Sample, your card was sent.\n{filler}"
    assert ("person", "Sample") in said(text)


def test_the_shipped_weights_belong_to_this_code_and_are_small() -> None:
    weights.load()
    assert all(path.stat().st_size < 1 << 20 for path in (weights.FILE, weights.lists_beside(weights.FILE)))


def test_time_grows_with_the_length() -> None:
    """A line of sixteen times the text takes at most twice as long; by quadratic work, sixteen times as long."""
    line = "Dear Jane, the invoice of Sample Ltd for the second quarter is due, please pay it.\n"

    def seconds(lines: int) -> float:
        """The least of three, by the processor's time: another process on the machine can only add to it."""
        return min(_spent(line * lines) for _ in range(3)) / lines

    assert seconds(1600) < 2 * seconds(100)


def _spent(text: str) -> float:
    began = time.process_time()
    names([text], [""])
    return time.process_time() - began


def test_the_note_beside_the_weights_names_their_digest() -> None:
    assert f"SHA-256: {weights.digest()}" in weights.FILE.with_name("WEIGHTS.md").read_text("utf-8")
