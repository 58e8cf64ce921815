"""Invoice numbers, by their words in the languages of the larger markets, or by a prefix such as `INV-2024-0042`."""

from finewright.privacy.recognisers.named import named

_WORDS = (
    "invoice|inv|tax invoice|bill no|bill number|credit note|rechnung|rechnungsnummer|rechnungsnr|"
    "rechnungs-nr|rg|rg.-nr|re-nr|"
    "faktura|gutschrift|facture|factura|fattura|fatt|fatura|nota fiscal|factuur|factuurnummer|faktur|"
    "fv"
)
_HEADERS = (
    "invoice|invoiceno|invoicenumber|invoicenum|invoiceid|invoiceref|inv|invno|billno|billnumber|rechnung|"
    "rechnungsnummer|rechnungsnr|facture|numerofacture|factura|numerofactura|fattura|numerofattura|fatura|"
    "factuur|factuurnummer"
)

INVOICES = named("invoice", _WORDS, _HEADERS, "INV|RE|RG|FAC|FACT|RECH|FV|CN|BILL")
