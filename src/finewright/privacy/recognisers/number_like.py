"""What looks like a number that names something, and what is only a date, a year or a sum. Knows no kind."""

import re

from finewright.privacy.recogniser import Check
from finewright.privacy.recognisers.standard import bare

_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])[-/.](?:0?[1-9]|[12][0-9]|3[01])[-/.](?:[0-9]{2}|(?:19|20)[0-9]{2})|(?:19|20)[0-9]{2})"
)

OTHER_NUMBERS = frozenset({
    "invoice", "inv", "order", "purchase order", "po", "rechnung", "rechnungsnummer", "rechnungsnr", "auftrag",
    "bestellung",
    "bestellnummer", "auftragsnummer", "facture", "commande", "factura", "pedido", "fattura", "ordine", "fatura",
    "factuur",
    "tracking", "parcel", "shipment", "sendung", "sendungsnummer", "article", "artikel", "artikelnummer", "sku", "ean",
    "gtin", "imei", "serial", "ticket", "case", "reference", "ref", "referenz", "transaction", "transaktion", "txn",
    "batch",
    "belegnummer", "beleg", "document", "voucher", "booking", "contract", "vertrag", "policy", "waybill", "timestamp",
    "tax", "tax id", "taxpayer", "nik", "ktp", "npwp", "aadhaar", "cnpj", "checksum", "hash", "uuid", "build", "part",
})  # fmt: skip
"""Words before a number that say that it numbers a thing: no card, no bank, no person."""


def dated(written: str) -> bool:
    """Whether it is written as a date or a year is: "2024-03-01", "1/3/24", "2024"."""
    return _DATE.fullmatch(written) is not None


def reference(digits: int) -> Check:
    """The check of a number without a checksum: at least so many digits, and no date."""

    def check(written: str) -> str | None:
        number = bare(written)
        return number if sum(map(str.isdigit, number)) >= digits and not dated(written) else None

    return check
