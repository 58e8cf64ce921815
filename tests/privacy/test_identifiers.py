"""Identifiers with a form: published values are found, broken ones and what only looks like one are not."""

from collections.abc import Iterator

import pytest

from finewright.privacy.detector import Detector
from finewright.privacy.recognisers.catalogue import CATALOGUE

DETECTOR = Detector(CATALOGUE)


def found(text: str, header: str = "") -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in DETECTOR.find(text, header)]


PUBLISHED = [  # as the schemes' own documents, their registries or their card schemes' test pages give them
    ("iban", "Pay to {} now", "DE89 3704 0044 0532 0130 00"),
    ("iban", "{}", "GB29NWBK60161331926819"),
    ("iban", "IBAN: {}, Herr", "FR14 2004 1010 0505 0001 3M02 606"),
    ("iban", "IBAN {} for rent 2024", "NO93 8601 1117 947"),
    ("iban", "{} xx", "mt84malt011000012345mtlcast001s"),
    ("iban", "von {} an", "SA03-8000-0000-6080-1016-7519"),
    ("payment_card", "{}", "4111111111111111"),
    ("payment_card", "card {} exp 12/27", "4012 8888 8888 1881"),
    ("payment_card", "Amex {}", "3782-822463-10005"),
    ("payment_card", "a,{},b", "5555555555554444"),
    ("payment_card", "{}", "2223003122003222"),
    ("payment_card", "Diners {}", "30569309025904"),
    ("payment_card", "UnionPay card {}", "6205500000000000004"),
    ("lei", "{}", "529900T8BM49AURSDO55"),
    ("lei", "LEI {}.", "5493001KJTIIGC8Y1R12"),
    ("isin", "bought {} at", "US0378331005"),
    ("isin", "{}", "AU0000XVGZA3"),
    ("isin", "{}", "GB0002634946"),
    ("cusip", "CUSIP {}", "037833100"),
    ("cusip", "CUSIP: {}", "38259P508"),
    ("sedol", "SEDOL {}", "0263494"),
    ("sedol", "SEDOL: {}", "B0YBKJ7"),
    ("aba", "ABA routing number {}", "111000025"),
    ("aba", "routing {}", "021000021"),
    ("bic", "BIC {}", "DEUTDEFF500"),
    ("bic", "SWIFT code: {}", "CHASUS33"),
    ("bic", "via {} today", "COBADEFFXXX"),
    ("ssn", "his number is {}", "219-09-9999"),
    ("ssn", "SSN {}", "078 05 1120"),
    ("itin", "ITIN {}", "912-90-3456"),
    ("ein", "EIN: {}", "91-1144442"),
    ("sort_code", "sort code {}", "20-00-00"),
    ("account", "account number: {}", "31926819"),
    ("account", "Kontonummer {}", "532013000"),
    ("tax_id", "CPF {}", "390.533.447-05"),
    ("tax_id", "{}", "16.727.230/0001-97"),
    ("tax_id", "CUIT {}", "20-05536168-2"),
    ("tax_id", "TFN {}", "123 456 782"),
    ("tax_id", "{}", "83 914 571 673"),
    ("tax_id", "SIN: {}", "123 456 782"),
    ("tax_id", "{}", "11010519491231002X"),
    ("tax_id", "NIR {}", "2 95 10 99 126 111 93"),
    ("tax_id", "Steuer-ID {}", "36 574 261 809"),
    ("tax_id", "Aadhaar {}", "2341 2341 2346"),
    ("tax_id", "PAN {}", "ACUPA7085R"),
    ("tax_id", "NIK {}", "3171011708450001"),
    ("tax_id", "{}", "RCCMNL83S18D969H"),
    ("tax_id", "My Number {}", "6214 9832 0257"),
    ("tax_id", "{}", "971013-9019902"),
    ("tax_id", "{}", "BOXW310820HNERXN09"),
    ("tax_id", "ИНН {}", "7707083893"),
    ("tax_id", "ID number {}", "7503305044089"),
    ("tax_id", "TC Kimlik No: {}", "17291716060"),
    ("tax_id", "NINO {}", "AB 12 34 56 C"),
    ("tax_id", "UTR {}", "1955839661"),
    ("tax_id", "DNI {}", "54362315K"),
    ("tax_id", "BSN {}", "111222333"),
    ("tax_id", "PESEL {}", "44051401359"),
    ("tax_id", "{}", "131052-308T"),
    ("tax_id", "{}", "756.9217.0769.85"),
    ("vat", "{}", "DE136695976"),
    ("vat", "VAT reg no {}", "GB 980 7806 84"),
    ("vat", "{}", "NL004495445B01"),
    ("vat", "{}", "ATU13585627"),
    ("vat", "{}", "FR40303265045"),
    ("vat", "Partita IVA {}", "00743110157"),
    ("vat", "GSTIN {}", "27AAPFU0939F1ZV"),
    ("vat", "{}", "CHE-100.155.212"),
    ("vat", "{}", "PL8567346215"),
    ("wallet", "{}", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("wallet", "{}", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("wallet", "{}", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("wallet", "{}", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("ip", "from {} port 22", "192.0.2.17"),
    ("ip", "host {}", "2001:db8::ff00:42:8329"),
    ("phone", "call {} now", "+44 20 7946 0958"),
    ("phone", "{}", "(212) 555-0123"),
    ("phone", "{}", "+1-541-754-3010"),
    ("phone", "Tel. {}", "030 901820"),
    ("phone", "Fax: {}", "0049 30 901820"),
    ("email", "write to {}.", "jo.o'hara+x@mail.example.co.uk"),
    ("secret", "{}", "AKIAIOSFODNN7EXAMPLE"),
    ("secret", "password: {}", "hunter2!"),
    ("secret", "Kennwort = {}", "Blau-47-Wal"),
    ("secret", "key ghp_ is {}", "ghp_" + "a1B2" * 9),
    ("secret", "{}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    ("secret", "{}", "-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJB\n-----END RSA PRIVATE KEY-----"),
    ("invoice", "invoice no. {}", "4711"),
    ("invoice", "see {} please", "INV-2024-0042"),
    ("invoice", "Rechnungsnummer: {}", "2024/118-A"),
    ("order", "PO #{}", "88231"),
    ("order", '{{"order_id": "{}"}}', "A-5512"),
    ("customer", "Kundennummer {}", "10442"),
    ("case", "ticket #{}", "88213"),
]


@pytest.mark.parametrize(("kind", "text", "value"), PUBLISHED)
def test_published_values_are_found(kind: str, text: str, value: str) -> None:
    assert (kind, value) in found(text.format(value))


COLUMNS = [
    ("iban", "IBAN", "DE89370400440532013000"),
    ("account", "acct", "12345678"),
    ("account", "Account No.", "0012 3456 78"),
    ("sort_code", "Sort Code", "200000"),
    ("bic", "swift_code", "CHASUS33"),
    ("aba", "Routing Number", "021000021"),
    ("ssn", "SSN", "219099999"),
    ("cusip", "CUSIP", "037833100"),
    ("tax_id", "Tax ID", "36574261809"),
    ("vat", "VAT No", "136695976"),
    ("invoice", "Invoice No", "4711"),
    ("customer", "customer_id", "C-77120"),
    ("phone", "Telefon", "030 901820"),
    ("secret", "api_key", "0d7f6e5c4b3a"),
]


@pytest.mark.parametrize(("kind", "header", "value"), COLUMNS)
def test_a_column_says_what_its_cells_are(kind: str, header: str, value: str) -> None:
    assert found(value, header) == [(kind, value)]
    assert kind in ("iban", "secret") or kind not in dict(found(value)) or kind == "phone"


PROVED = {"payment_card", "iban", "aba", "isin", "cusip", "sedol", "lei", "vat"}


@pytest.mark.parametrize(("kind", "text", "value"), [one for one in PUBLISHED if one[0] not in ("tax_id", "wallet")])
def test_what_has_a_checksum_is_proved(kind: str, text: str, value: str) -> None:
    (one,) = (one for one in DETECTOR.find(text.format(value)) if one.kind == kind)
    assert one.proved == (kind in PROVED)
    assert one.score == 1 or kind not in ("iban", "lei")


LUHN_BLIND = {frozenset("09")}
FIVES = {frozenset((str(one), str(one + 5))) for one in range(5)}
CHECKED = [  # with the pairs of neighbours whose exchange the scheme cannot see
    ("iban", "{}", "DE89370400440532013000", set()),
    ("lei", "{}", "529900T8BM49AURSDO55", set()),
    ("payment_card", "card {}", "4012888888881881", LUHN_BLIND),
    ("isin", "ISIN {}", "US0378331005", LUHN_BLIND),
    ("cusip", "CUSIP {}", "037833100", LUHN_BLIND),
    ("sedol", "SEDOL {}", "0263494", FIVES),
    ("aba", "ABA {}", "021000021", FIVES),
    ("tax_id", "{}", "11010519491231002X", set()),
    ("vat", "{}", "DE136695976", set()),
    ("wallet", "{}", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", set()),
    ("wallet", "{}", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", set()),
]


def broken(value: str, blind: set[frozenset[str]]) -> Iterator[str]:
    """With each digit raised by one, and with each two unequal neighbouring digits exchanged."""
    for at, digit in enumerate(value):
        if digit.isdigit():
            yield value[:at] + str((int(digit) + 1) % 10) + value[at + 1 :]
            after = value[at + 1 : at + 2]
            if after.isdigit() and after != digit and frozenset((digit, after)) not in blind:
                yield value[:at] + after + digit + value[at + 2 :]


@pytest.mark.parametrize(("kind", "text", "value", "blind"), CHECKED)
def test_a_digit_changed_or_exchanged_is_none(kind: str, text: str, value: str, blind: set[frozenset[str]]) -> None:
    assert (kind, value) in found(text.format(value))
    assert [one for one in broken(value, blind) if (kind, one) in found(text.format(one))] == []


def test_the_case_of_an_ethereum_address_is_its_checksum() -> None:
    value = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    wrong = value.replace("Ae", "aE", 1)
    assert found(wrong) == []
    proved = {one.proved for text in (value, value.lower()) for one in DETECTOR.find(text)}
    assert proved == {True, False}


LOOK_ALIKES = [
    "This DOCUMENT and the TRANSACTION are described in the STANDARD.",
    "Order 66 was given in 2024, page 12 of 300, at 10:30:15.",
    "On 12-05-24 and 2024-03-01 we met; the sum was 1,234,567.89 EUR.",
    "invoice of 12.03.2024 over 450.00 EUR",
    "DE00 3704 0044 0532 0130 00 was printed on the form",
    "The account was closed in 2023.",
    "version 1.2.3.4 and std::vector<int> a::b",
    "550e8400-e29b-41d4-a716-446655440000",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "batch 021000021 and part 037833100 and lot 0263494",
    "0.4111111111111111 is a ratio; ratio 0,4111111111111111",
    "ABC4111111111111111 41111111111111112",
    "000-12-3456, 666-12-3456 and 123-00-4567 name nobody",
    "password reset is required; the token expired",
    "EAN 4006381333931",
    "account: 2024-03-01, invoice no. 12/03/2024, customer number 2024",
    "so 10/100 of the boys; Bill and 1/4 of them; Phoenix, AZ 85018",
    "I do not know what my PIN is?,and what my password is.,passcode_forgotten",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("before", ["invoice", "Rechnungsnummer:", "order no.", "tracking", "reference"])
def test_a_number_of_a_thing_that_passes_luhn_is_no_card(before: str) -> None:
    assert "payment_card" not in dict(found(f"{before} 4111111111111111"))
    assert "payment_card" in dict(found(f"{before} 88 was paid by card 4111111111111111"))


def test_every_kind_is_of_the_catalogue_once_and_gated() -> None:
    kinds = {one.kind for one in CATALOGUE}
    assert kinds == {
        *("email", "phone", "ip", "payment_card", "iban", "bic", "account", "sort_code", "aba", "ssn", "itin", "ein"),
        *("tax_id", "vat", "isin", "cusip", "sedol", "lei", "invoice", "order", "customer", "case", "wallet", "secret"),
    }
    assert all(one.pattern.search("") is None for one in CATALOGUE)
