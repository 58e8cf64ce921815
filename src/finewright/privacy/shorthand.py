"""The shorthand of orders, invoices and payments, which reads like names and is none: POD, cert, wk 19, CAD 88.12.

A tagger of names leans to taking too much, and remarks in the trade's shorthand have neither sentences nor letter case
for it to go by. What is left out here is never more than words of these lists, and the numbers beside them. Knows no
recogniser; English, with German and French short forms that stand in English files.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from finewright.privacy.finding import Finding
from finewright.privacy.names.tidying import written

_CODES = """
aed ars aud bgn brl cad chf clp cny cop czk dkk egp eur gbp hkd huf idr ils inr jpy krw kwd mad mxn myr nok nzd
php pkr pln qar rsd rub sar sek sgd thb try twd uah usd uyu vnd zar fr kr zl

ach acct asn cust awb bacs bol chaps chk chq ck cm cn coa dm dn eft grn inv mawb nr ord pod pop ref rfq
rma rmt rtv sepa si stmt swift trx txn wo xref

adj adv alw amt chg chgs cod cia cw cwo disc ded deds dmg dup eob eod eom eoy eta etd frt fy gst hst kw mfi moq
mtd nte ovr pd pmt ptd qst qtd qty shpt shrt sht srp ttl vat wk wks wht ytd

bbd bbe cs ctn ctns dc dlv dely ea edi ean fc gtin hs lb lbs ltl msds oos ooh pcs pk pkg plt plts pt sku skus
uom upc whs

ap ar asap attn bcc br cc csr eob fao fw fwd fyi hq nb oem pls plz qa qc re rgds rsvp sc sla tba tbc tbd thx tks
cfr cif cip cpt dap ddp exw fas fca fob incl excl approx
"""
CODES = frozenset(_CODES.split())
"""Short forms that are no part of a name and go from its edges as well. Currencies that are names, as RON, stay out."""

_WORDS = """
abzug account address adjustment advance advice agreed agreement allowance amount appeal approval approved
arrears article attached audit avoir balance bank batch bestellung betrag bill billed billing booked booking
bounced box boxes branch bulk buyer cancelled carrier carton cartons case cases cash category cert certificate
charge chargeback charged charges check cheque claim claimed claims clearance clearing code collection
commission company compliance concern concerns confirm confirmed consignment contract copy corrected cost
coupon courier cover credit credited creditor currency customer customs damage damaged date debit debited
deduct deducted deduction deductions defect defective delay delayed deliver delivered delivery demurrage
deposit discount dispatch display dispute disputed doc dock docs document documents driver due duplicate duty
early entry error exceed exempt exemption expired expiry express extension factoring facture fee fees finance
fine fines forwarded fracht freight fuel funding goods gross group gutschrift handling held hold import
incorrect instalment interest inventory invoice invoiced invoices issue item items label labels late ledger
less letter licence license lieferschein lieferung line lines load loading loss lot lower mahnung maker margin
market markup memo memos menge minimum missing month net no note notice number offset open order ordered orders
overage overcharge overdue overpaid overpayment pack packing paid pallet pallets parcel part partial parts
payable payables payee payer payment payments penalty pending period pick po price priced prices pricing processed
processing product products promo promos promotion promotional proof purchase quality quantity quarter quote
rabatt rate reason rebate rebates receipt receivable receivables received receiving rechnung reconcile recourse
reduced reference refund refused reject rejected release remark reminder remise remit remittance rent repayment
report request retail retailer return returned returns reversal review routing royalty sale sales scan scheme
seller service settle settled settlement shelf ship shipment shipped shipping short shortage shorted shortpaid
shorts skonto slotting spec statement status stock storage store stores supplier supply surcharge tariff tax
taxes term terms ticket total totals trade transfer transit transport truck unit units unloading unpaid value
variance vendor vendors version void volume voucher ware warehouse week weeks weight wholesale wire wires
withheld withholding write year zahlung
"""
WORDS = frozenset(_WORDS.split())
"""Words of trade in full: what consists of them alone is no name, and in a longer name they stay."""

_LEAST = 5
"""Letters from which on a word of the list is known with one letter too many, too few, wrong or exchanged."""
_WORD = re.compile(r"[^\W\d_]+")
_TITLED = re.compile(r"\b(?:mr|mrs|ms|miss|dr|prof|herrn?|frau|mme|monsieur|madame)\.? *$", re.IGNORECASE)
_TITLE_SPACE = 12


def without_shorthand(text: str, name: Finding, listed: Callable[[str], bool]) -> Finding | None:
    """The name without short forms at its edges; None where it consists of shorthand.

    `listed` tells whether a word is a given or family name. An address or place that is one listed name once short
    forms have gone is a person: "Luc, AP".
    """
    words = list(_WORD.finditer(text, name.start, name.end))
    if not words or _titled(text, name):
        return name
    if _is_shorthand([word[0].casefold() for word in words], name.kind, listed):
        return None
    kept = [word for word in words if word[0].casefold() not in CODES or (name.kind == "person" and word[0].istitle())]
    if len(kept) == len(words):
        return name
    if _is_shorthand([word[0].casefold() for word in kept], name.kind, listed):
        return None
    return _trimmed(text, name, words, kept, listed)


def _trimmed(
    text: str,
    name: Finding,
    words: list[re.Match[str]],
    kept: list[re.Match[str]],
    listed: Callable[[str], bool],
) -> Finding:
    """The name from its first to its last word that is no short form, numbers that stand there included."""
    kind, start, end = name.kind, name.start, name.end
    if kind in ("address", "place") and len(kept) == 1 and listed(kept[0][0]):
        kind, start, end = "person", *kept[0].span()
    else:
        if words[0] is not kept[0]:
            start = kept[0].start()
        if words[-1] is not kept[-1]:
            end = kept[-1].end()
    return replace(name, start=start, end=end, kind=kind, value=written(text[start:end]))


def _titled(text: str, name: Finding) -> bool:
    """Whether a title stands before it: Mrs Gross is somebody."""
    return _TITLED.search(text, max(0, name.start - _TITLE_SPACE), name.start) is not None


def _is_shorthand(words: list[str], kind: str, listed: Callable[[str], bool]) -> bool:
    """Whether nothing but shorthand is left. Firms are named after what they trade in, so of those of several words
    only short forms count."""
    together = "".join(words)  # P.O.
    if together in CODES or together in WORDS or all(word in CODES for word in words):
        return True
    return (kind != "company" or len(words) == 1) and all(_of_trade(word, listed) for word in words)


def _of_trade(word: str, listed: Callable[[str], bool]) -> bool:
    if word in CODES or word in WORDS:
        return True
    return len(word) >= _LEAST and any(one in _NEAR for one in _shortened(word)) and not listed(word)


def _shortened(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters: two words that share one are an edit apart, or nearly."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


_NEAR = frozenset(one for word in WORDS if len(word) >= _LEAST for one in _shortened(word))
