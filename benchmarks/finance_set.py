"""A made-up finance corpus with every kind of identifier and what only looks like one, its spans known.

    python -m benchmarks.finance_set OUT.jsonl [--rows 6000] [--seed 7]

A row is {"text", "spans": [{"start", "end", "kind"}], "header" (of the column, for a cell), "form"}: sentences,
e-mails, remittance remarks, table rows, JSON and cells, in several languages. The same seed gives the same rows. All
values are drawn; none is a person's. Checksums are those of `finance_numbers`, which shares no code with the
recognisers.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import finance_numbers as made
else:
    from benchmarks import finance_numbers as made

Maker = Callable[[Random], str]

CHECKSUM_KINDS = ("payment_card", "iban", "aba", "tax_id", "vat", "isin", "cusip", "sedol", "lei", "wallet")
"""The kinds whose every value here has a checksum, but for `tax_id:plain`, `wallet` in small letters."""


def _date(rng: Random) -> str:
    year, month, day = rng.randint(2015, 2026), rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice(
        [
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
            f"{month}/{day}/{year}",
            f"{day} May {year}",
            f"{day:02d}/{month:02d}/{year % 100:02d}",
        ]
    )


def _amount(rng: Random) -> str:
    value = rng.randint(1, 9_999_999) / 100
    return rng.choice(
        [f"{value:,.2f} EUR", f"${value:,.2f}", f"EUR {value:.2f}", f"{value:.2f} USD", f"{int(value)} GBP"]
    )


def _phone(rng: Random) -> str:
    exchange = f"{rng.randint(2, 9)}{made.digits(rng, 2)}"
    return rng.choice([
        f"+49 30 {made.digits(rng, 7, '2345678')}", f"+44 20 7946 0{made.digits(rng, 3)}",
        f"+1-212-{exchange}-{made.digits(rng, 4)}",
        f"(415) {exchange}-{made.digits(rng, 4)}", f"312-{exchange}-{made.digits(rng, 4)}",
        f"+33 1 {made.grouped(made.digits(rng, 8, '4'), 2)}", f"+39 06 {made.digits(rng, 8, '4567')}",
    ])  # fmt: skip


def _email(rng: Random) -> str:
    name = made.letters(rng, rng.randint(3, 9), "abcdefghilmnoprstu") + rng.choice([".", "_", ""])
    host = rng.choice(["example.com", "example.org", "mail.example.co.uk", "bank.example.de"])
    return f"{name}{made.letters(rng, 5, 'abcdeimnorst')}@{host}"


def _ip(rng: Random) -> str:
    if rng.random() < 0.7:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    return ":".join(["2001", "db8", *(f"{rng.randint(1, 65535):x}" for _ in range(6))])


def _secret(rng: Random) -> str:
    name = "abcdefghijklmnopqrstuvwxyz" + made.CAPITALS + made.DIGITS
    return rng.choice(
        [
            f"AKIA{made.letters(rng, 16, made.CAPITALS + '234567')}",
            f"ghp_{made.letters(rng, 36, name)}",
            f"sk-proj-{made.letters(rng, 40, name)}",
            f"sk_live_{made.letters(rng, 24, name)}",
        ]
    )


def _paper(*prefixes: str) -> Maker:
    def maker(rng: Random) -> str:
        prefix = rng.choice(prefixes)
        return rng.choice(
            [
                f"{prefix}-{rng.randint(2019, 2026)}-{made.digits(rng, 5)}",
                f"{prefix}-{made.digits(rng, 6)}",
                made.digits(rng, rng.randint(5, 9), "123456789"),
                f"{rng.randint(2019, 2026)}/{made.digits(rng, 4)}",
            ]
        )

    return maker


MAKERS: dict[str, Maker] = {
    "email": _email, "phone": _phone, "ip": _ip, "payment_card": made.card, "iban": made.iban, "bic": made.bic,
    "account": lambda rng: made.digits(rng, rng.randint(7, 12), "123456789"),
    "sort_code": lambda rng: made.grouped(made.digits(rng, 6), 2, by="-"), "aba": made.aba, "ssn": made.ssn,
    "itin": made.itin, "ein": made.ein, "isin": made.isin, "cusip": made.cusip,
    "sedol": made.sedol, "lei": made.lei, "invoice": _paper("INV", "RE"), "order": _paper("PO", "SO"),
    "customer": _paper("CUST", "KD"), "case": _paper("CASE", "CLM"),
    "secret": _secret, "wallet:btc": made.bitcoin, "wallet:bech": made.bech32, "wallet:eth": made.ethereum,
    "tax_id:cpf": made.cpf, "tax_id:cnpj": made.cnpj, "tax_id:tfn": made.tfn, "tax_id:abn": made.abn,
    "tax_id:sin": made.sin, "tax_id:chinese": made.chinese, "tax_id:french": made.french,
    "tax_id:siren": made.siren, "tax_id:german": made.german, "tax_id:aadhaar": made.aadhaar,
    "tax_id:codice": made.codice, "tax_id:korean": made.korean, "tax_id:russian": made.russian,
    "tax_id:turkish": made.turkish, "tax_id:african": made.african, "tax_id:argentine": made.argentine,
    "tax_id:saudi": made.saudi, "tax_id:japanese": made.japanese, "tax_id:spanish": made.spanish,
    "tax_id:curp": made.curp, "tax_id:nino": made.nino, "tax_id:pan": made.pan, "tax_id:nik": made.nik,
    "vat:de": made.vat_de, "vat:gb": made.vat_gb, "vat:fr": made.vat_fr, "vat:it": made.vat_it,
    "vat:at": made.vat_at, "vat:be": made.vat_be, "vat:pl": made.vat_pl, "vat:dk": made.vat_dk,
    "vat:se": made.vat_se, "vat:gst": made.gstin,
}  # fmt: skip

NAMES: dict[str, tuple[str, ...]] = {
    "tax_id:cpf": ("CPF", "O CPF do titular é"), "tax_id:cnpj": ("CNPJ", "CNPJ da empresa:"),
    "tax_id:tfn": ("TFN", "Tax file number:"), "tax_id:abn": ("ABN", "our ABN is"),
    "tax_id:sin": ("SIN", "Social insurance number:"), "tax_id:chinese": ("身份证号:", "resident ID"),
    "tax_id:french": ("NIR", "Numéro de sécurité sociale :"), "tax_id:siren": ("SIREN", "SIREN :"),
    "tax_id:german": ("Steuer-ID:", "Steueridentifikationsnummer", "IdNr."),
    "tax_id:aadhaar": ("Aadhaar", "Aadhaar no."), "tax_id:codice": ("Codice fiscale", "C.F."),
    "tax_id:korean": ("주민등록번호", "RRN"), "tax_id:russian": ("ИНН", "INN"),
    "tax_id:turkish": ("TC Kimlik No", "TCKN:"), "tax_id:african": ("South African ID number", "ID number:"),
    "tax_id:argentine": ("CUIT", "CUIL:"), "tax_id:saudi": ("Iqama", "National ID"),
    "tax_id:japanese": ("マイナンバー:", "My Number"), "tax_id:spanish": ("DNI", "NIF:"),
    "tax_id:curp": ("CURP", "CURP:"),
    "tax_id:nino": ("NINO", "National Insurance number"), "tax_id:pan": ("PAN", "PAN no."),
    "tax_id:nik": ("NIK", "NIK:"),
    "vat:de": ("USt-IdNr.", "USt-ID:", "VAT ID"), "vat:gb": ("VAT reg. no.", "VAT number"),
    "vat:fr": ("N° TVA", "TVA intracommunautaire :"), "vat:it": ("Partita IVA", "P.IVA"),
    "vat:at": ("UID:", "USt-ID"),
    "vat:be": ("BTW", "TVA"), "vat:pl": ("VAT-UE", "NIP"), "vat:dk": ("VAT", "moms"), "vat:se": ("VAT", "Momsnr"),
    "vat:gst": ("GSTIN", "GST no."),
    "wallet:btc": ("BTC", "wallet"), "wallet:bech": ("BTC address", "wallet"),
    "wallet:eth": ("ETH", "Ethereum address"),
    "payment_card": ("card", "Visa", "Kreditkarte", "carte", "tarjeta", "card number:", "PAN"),
    "iban": ("IBAN", "IBAN:", "Kontoverbindung:", "account", "compte"),
    "bic": ("BIC", "BIC:", "SWIFT", "SWIFT code", "SWIFT/BIC:"),
    "account": ("account number", "acct no.", "account no:", "Kontonummer", "Kto.-Nr.", "A/C", "cuenta n°", "conto n."),
    "sort_code": ("sort code", "Sort Code:", "sort-code"),
    "aba": ("ABA", "routing number", "ABA routing no.", "RTN:"),
    "ssn": ("SSN", "SSN:", "social security number"), "itin": ("ITIN", "ITIN:"),
    "ein": ("EIN", "EIN:", "employer identification number"), "isin": ("ISIN", "ISIN:", "security", "WKN/ISIN"),
    "cusip": ("CUSIP", "CUSIP:", "CUSIP no."),
    "sedol": ("SEDOL", "SEDOL:"), "lei": ("LEI", "LEI:", "LEI code"),
    "invoice": ("invoice no.", "Invoice number:", "Rechnung Nr.", "Rechnungsnummer",
        "facture n°", "factura n.º", "fattura n."),
    "order": ("order no.", "purchase order number", "PO #", "Bestellung Nr.",
        "Auftragsnummer:", "commande n°", "pedido n.º"),
    "customer": ("customer no.", "customer number:", "client ID", "Kundennummer", "Kunden-Nr.", "n° client"),
    "case": ("case no.", "ticket #", "claim number", "Aktenzeichen", "Vorgangsnummer", "dossier n°"),
    "email": ("e-mail", "mail to", "Kontakt:"), "phone": ("phone", "call", "Tel.", "Tél.", "teléfono"),
    "ip": ("from IP", "client", "host"), "secret": ("api key:", "token =", "the key is", "secret:"),
}  # fmt: skip

SENTENCES = (
    "Please use {N} for the transfer of {A} due on {D}.", "Hello, could you confirm {N}? Thanks!",
    "We have updated {N} in our records on {D}.", "The statement of {D} shows {N} and a balance of {A}.",
    "Bitte überweisen Sie {A} bis {D}, {N}, danke.", "Guten Tag, hiermit teile ich Ihnen mit: {N}. Viele Grüße",
    "Veuillez noter {N} pour le paiement de {A}.", "Bonjour, voici {N}, merci de confirmer avant le {D}.",
    "Por favor, use {N} para el pago de {A} antes del {D}.", "Gentile cliente, {N} come da accordi del {D}.",
    "Segue {N} para pagamento de {A}.", "Graag {N} gebruiken, bedrag {A}.", "Client asked twice about {N}.",
)  # fmt: skip
REMARKS = (
    "/RFB/{D} {N} /AMT/{A}",
    "SEPA CREDIT {A} {N} VALUE {D}",
    "Remittance: {N}; {A}",
    "Verwendungszweck: {N} vom {D}",
    "{N} | {A} | paid",
    "PMT {D} {N}",
)
MAILS = (
    "Subject: payment details\n\nDear team,\n\nas agreed on {D}:\n{N}\nAmount: {A}\n\nKind regards\nAccounts payable",
    "Hi,\n\nattached is the form.\n{N}\n\nBest\nTreasury",
    "Sehr geehrte Damen und Herren,\n\n{N}\n\nBetrag: {A}\n\nMit freundlichen Grüßen",
)  # fmt: skip
TABLES = ("| {D} | {N} | {A} | open |", "{D};{N};{A};EUR", "{D}\t{N}\t{A}")
HEADERS = {
    "payment_card": ("card number", "Card No", "pan"), "iban": ("IBAN", "iban"), "bic": ("BIC", "swift_code"),
    "account": ("acct", "Account Number", "account_no", "Kontonummer"), "sort_code": ("Sort Code", "sort_code"),
    "aba": ("ABA", "Routing Number"), "ssn": ("SSN", "ssn"), "itin": ("ITIN", "itin"), "ein": ("EIN", "ein"),
    "tax_id": ("Tax ID", "tax_id", "taxNumber"), "vat": ("VAT No", "vat_number", "USt-IdNr"),
    "isin": ("ISIN", "isin"),
    "cusip": ("CUSIP", "cusip"), "sedol": ("SEDOL", "sedol"), "lei": ("LEI", "lei"),
    "invoice": ("Invoice No", "invoice_number", "Rechnungsnummer"), "order": ("Order ID", "PO Number", "order_no"),
    "customer": ("Customer ID", "customer_no", "Kundennummer"),
    "case": ("Case No", "ticket_id"), "wallet": ("wallet", "wallet_address"), "secret": ("api_key", "password"),
    "email": ("E-mail", "email"), "phone": ("Phone", "phone_number", "Telefon"), "ip": ("IP address", "client_ip"),
}  # fmt: skip

_WORDS = (
    "DOCUMENT",
    "TRANSACTION",
    "INTEREST",
    "PAYMENTS",
    "STANDARD",
    "OVERDRAFT",
    "CUSTOMER",
    "INCREASE",
    "DATABASE",
    "APPROVED",
    "DOWNLOAD",
    "ABSOLUTE",
    "CALENDAR",
    "PURCHASE",
    "SECURITY",
    "VOLATILE",
    "STATEMENT",
)


def _luhn16(rng: Random) -> str:
    body = rng.choice("45") + rng.choice("12345") + made.digits(rng, 13)
    return body + made.luhn_digit(body)


LOOK_ALIKES: tuple[tuple[str, Maker], ...] = (
    ("Reference {V} was printed on the parcel.", lambda rng: _luhn16(rng)),
    ("Sendungsnummer {V} ist unterwegs.", lambda rng: _luhn16(rng)),
    ("tracking {V} delivered on {D}", lambda rng: _luhn16(rng)),
    ("The batch holds {V} units.", lambda rng: made.aba(rng)),
    ("Article {V} is out of stock.", lambda rng: made.aba(rng)),
    ("part {V} shipped {D}", lambda rng: made.cusip(rng)), ("SKU {V}, 4 pieces", lambda rng: made.sedol(rng)),
    ("Please read the {V} before {D}.", lambda rng: rng.choice(_WORDS)),
    ("{V} OF INTEREST RATES FOR {D}", lambda rng: rng.choice(_WORDS)),
    ("Old reference {V} is void.", made.iban_wrong), ("Mandate {V} expired on {D}.", made.iban_wrong),
    ("request-id {V}", lambda rng: str(UUID(bytes=rng.randbytes(16), version=4))),
    ("sha256 {V}", lambda rng: rng.randbytes(32).hex()),
    ("commit {V} merged on {D}", lambda rng: rng.randbytes(20).hex()),
    ("EAN {V} listed at {A}", lambda rng: "40" + made.digits(rng, 11)),
    ("The meeting on {D} lasted {V} minutes.", lambda rng: str(rng.randint(10, 120))),
    ("Revenue rose from {A} to {A} by {D}.", _amount),
    ("Total: {A}, paid {D}, page {V} of 12", lambda rng: str(rng.randint(1, 12))),
    ("Version {V} was released on {D}.", lambda rng: ".".join(made.digits(rng, 1) for _ in range(4))),
    ("Timestamp {V} in the log", lambda rng: f"20{made.digits(rng, 1, '12')}{made.born(rng)[1:]}{made.digits(rng, 6)}"),
    ("model {V} ships in May", lambda rng: f"{made.letters(rng, 2)}{made.digits(rng, 4)}X-{made.digits(rng, 2)}"),
    ("The population grew to {V} people in {D}.", lambda rng: made.digits(rng, 9, "123456789")),
    ("Lot {V}, best before {D}", lambda rng: made.digits(rng, 10, "123456789")),
    ("Ratio 0.{V} was computed.", lambda rng: made.digits(rng, 16)),
    ("build {V}: 12 tests failed", lambda rng: made.digits(rng, 11, "123456789")),
    ("{V}", lambda rng: f"{rng.randint(1000, 9999)} {rng.randint(1000, 9999)} {rng.randint(10, 99)}"),
    ("Room {V}, floor 3, from {D}", lambda rng: made.digits(rng, 3)),
    ("ISIN to follow; code {V} is internal.", lambda rng: f"ZZ{made.letters(rng, 9, made.DIGITS)}{rng.randint(0, 9)}"),
)  # fmt: skip
"""Texts without any identifier. `{V}` is what looks like one, `{A}` an amount, `{D}` a date."""


class _Writer:
    """A text written piece by piece, with the spans of its identifiers."""

    def __init__(self) -> None:
        self.text, self.spans = "", list[dict[str, Any]]()

    def plain(self, piece: str) -> None:
        self.text += piece

    def value(self, kind: str, piece: str) -> None:
        self.spans.append({"start": len(self.text), "end": len(self.text) + len(piece), "kind": kind})
        self.text += piece


def _write(rng: Random, template: str, named: Callable[[_Writer], None]) -> _Writer:
    out = _Writer()
    for piece in re.split(r"(\{[NAD]\})", template):
        if piece == "{N}":
            named(out)
        else:
            out.plain({"{A}": _amount, "{D}": _date}.get(piece, lambda _, piece=piece: piece)(rng))
    return out


def _named(rng: Random, kind: str) -> Callable[[_Writer], None]:
    """A name of the kind, its identifier, and, now and then, another with its own name behind it."""

    def write(out: _Writer) -> None:
        for turn, one in enumerate((kind, rng.choice(sorted(MAKERS)))[: 1 + (rng.random() < 0.25)]):
            out.plain(", " if turn else "")
            out.plain(rng.choice(NAMES[one]) + " ")
            out.value(one.split(":")[0], MAKERS[one](rng))

    return write


def _json(rng: Random, kind: str) -> _Writer:
    out, plain = _Writer(), kind.split(":")[0]
    out.plain(json.dumps({"id": rng.randint(1, 99), "date": _date(rng)})[:-1] + f', "{rng.choice(HEADERS[plain])}": "')
    out.value(plain, MAKERS[kind](rng))
    out.plain('", "amount": "' + _amount(rng) + '"}')
    return out


def _cell(rng: Random, kind: str) -> dict[str, Any]:
    plain, value = kind.split(":")[0], MAKERS[kind](rng)
    return {
        "text": value,
        "spans": [{"start": 0, "end": len(value), "kind": plain}],
        "header": rng.choice(HEADERS[plain]),
        "form": "cell",
    }


def _look_alike(rng: Random) -> dict[str, Any]:
    template, maker = rng.choice(LOOK_ALIKES)
    text = re.sub(r"\{([VAD])\}", lambda found: {"V": maker, "A": _amount, "D": _date}[found[1]](rng), template)
    return {"text": text, "spans": [], "form": "look-alike"}


_FORMS = {"sentence": SENTENCES, "remark": REMARKS, "mail": MAILS, "table": TABLES}


def _row(rng: Random, kind: str) -> dict[str, Any]:
    form = rng.choice(["sentence", "sentence", "remark", "mail", "table", "json", "cell"])
    if form == "cell":
        return _cell(rng, kind)
    out = _json(rng, kind) if form == "json" else _write(rng, rng.choice(_FORMS[form]), _named(rng, kind))
    return {"text": out.text, "spans": out.spans, "form": form}


def rows(count: int = 6000, seed: int = 7) -> Iterator[dict[str, Any]]:
    """So many rows, of every kind in turn, and a look-alike after every third."""
    rng, kinds = Random(seed), sorted(MAKERS)
    for at in range(count):
        yield _look_alike(rng) if at % 4 == 3 else _row(rng, kinds[(at - at // 4) % len(kinds)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with asked.out.open("w", encoding="utf-8") as file:
        for row in rows(asked.rows, asked.seed):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
