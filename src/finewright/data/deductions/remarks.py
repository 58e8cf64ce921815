"""One remark about a short payment and the record it stands for, from a seed and a row number.

Knows the shapes of mails and remittance lines; not how many rows there are or where they go. The record is drawn
first and the text is written from it, so the two agree by construction.
"""

from dataclasses import dataclass
from typing import TypeVar

from finewright.data.deductions.customers import CUSTOMERS, Customer, customer
from finewright.data.deductions.draw import Draw
from finewright.data.deductions.lookalikes import ALIKES, alike
from finewright.data.deductions.noise import cased, shortened, slipped
from finewright.data.deductions.reasons import REASONS, Reason

T = TypeVar("T")

TEMPLATES = {
    "mail": (
        "{greeting} we have deducted {money} from {inv} because {clause}. {Alike}. {signature}",
        "{greeting} {clause}. We therefore paid {inv}, {alike2}, less {money} ({alike}). {signature}",
        "{greeting} please note that {inv} was short paid by {money}: {clause}. {Alike}. {signature}",
        "{greeting} regarding {alike}: {clause}, so {money} was taken off {inv}. {signature}",
        "{greeting} we keep back {money}. Reason: {clause}. It concerns {inv}, {alike}, {alike2}. {signature}",
    ),
    "remittance": (
        "SHRT PD {inv} LESS {money} {terse} {alike}",
        "{inv} ded {money} {terse} / {alike}",
        "RMT {alike} {inv} -{money} {terse}",
        "{terse} {money} ded ex {inv} {alike} {alike2}",
        "{alike} {inv} {terse} LESS {money}",
    ),
    "forwarded": (
        "Fwd: {inv} > see below, AP took {money}, {clause}. {alike} > can you check?",
        "FW: {terse} > pls book {money} against {inv} ({alike}). {signature}",
        "> who can confirm? {clause}. > {inv}, {alike}, {alike2}. They kept {money}. {signature}",
        "RE: RE: {alike} > from the buyer: {clause}. So {inv} comes in {money} lower.",
    ),
    "table": (
        "{inv} | {alike} | {alike2} | ded. {money} | {terse}",
        "{alike}; {inv}; deduction {money}; {terse}",
        "ref {inv} / reason {terse} / amt {money} / {alike}",
        "Deduction: {money}. Document: {inv}. Text: {terse}. {Alike}.",
    ),
    "note": (
        "short {money} on {inv}, {terse}, {alike}",
        "{clause} - {money} off {inv} - {alike}",
        "pls credit {money}, {clause}, see {inv} and {alike}. {signature}",
        "{terse}: {money}. {inv}. {alike}, {alike2}",
        "{alike}: took {money}, {clause}. {inv}",
    ),
}

_ASIDES = (
    "The rest was fine.",
    "Price was ok.",
    "No complaint about quality.",
    "Freight is settled.",
    "Goods came on time.",
)
# fmt: off
_ITEMS = (
    "tomato passata", "oat biscuits", "dish soap", "olive spread", "apple juice", "hand cream", "cat food",
    "ground coffee", "rice crackers", "laundry gel", "herbal tea", "pasta sauce", "face wipes", "energy bars",
    "soy milk", "mustard", "frozen peas", "baby cereal",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Remark:
    """A row: the customer's text, the record wanted, and the phrase that gives the reason away (before noise)."""

    customer: str
    prompt: str
    reason_code: str
    invoice: str
    cents: int
    currency: str
    cue: str

    @property
    def completion(self) -> str:
        """The record as compact JSON, the amount with two decimals."""
        return (
            f'{{"reason_code":"{self.reason_code}","invoice":"{self.invoice}",'
            f'"amount":{self.cents / 100:.2f},"currency":"{self.currency}"}}'
        )


def remark(seed: int, row: int) -> Remark:
    """Row number `row` (from 0) of the corpus of this seed; it does not depend on any other row."""
    draw = Draw(seed, f"row {row}")
    reason = _in_turn(seed, row, "reasons", REASONS)
    index = _in_turn(seed, row, "customers", tuple(range(len(CUSTOMERS))))
    who = customer(seed, index, tuple(TEMPLATES), ALIKES)
    invoice, cents = _invoice(draw), _cents(draw)
    style = draw.pick("style", who.styles) if draw.chance("usual style", 0.85) else draw.pick("style", tuple(TEMPLATES))
    template = draw.pick("template", TEMPLATES[style])
    cue = _cue(draw, reason, who, terse="{terse}" in template)
    written = _written(draw, template, who, invoice, cents, cue)
    return Remark(who.name, written, reason.code, invoice, cents, who.money.currency, cue)


def _in_turn(seed: int, row: int, what: str, options: tuple[T, ...]) -> T:
    """Each option once per round, every round in another order: balanced without looking at other rows."""
    turn, place = divmod(row, len(options))
    return Draw(seed, f"{what} {turn}").some("order", options, len(options))[place]


def _invoice(draw: Draw) -> str:
    """An invoice number in one of the supplier's five series."""
    form = draw.pick("series", ("SI-{six}", "{four}-{two}", "9{seven}", "RE24{five}", "{two}/{five}"))
    return form.format(
        two=draw.digits("inv 2", 2),
        four=draw.digits("inv 4", 4),
        five=draw.digits("inv 5", 5),
        six=draw.digits("inv 6", 6),
        seven=draw.digits("inv 7", 7),
    )


def _cents(draw: Draw) -> int:
    """An amount from 3.00 to 9,999.99, small ones more often; one in eight without cents."""
    whole = draw.number("whole", *draw.pick("size", ((3, 99), (100, 999), (100, 999), (1000, 9999))))
    return whole * 100 + (0 if draw.chance("round", 0.125) else draw.number("cents", 1, 99))


def _cue(draw: Draw, reason: Reason, who: Customer, terse: bool) -> str:
    item, other = draw.some("items", _ITEMS, 2)
    phrase = draw.usual("phrase", reason.terse if terse else reason.clauses)
    return phrase.format(
        n=draw.number("quantity", 2, 48),
        unit=who.units[0],
        one=who.units[1],
        item=item,
        other=other,
        pct=draw.number("percent", 4, 12),
        p=draw.pick("terms", ("2", "3", "1.5", "2.5")),
        days=draw.pick("days", (8, 10, 14)),
        d=draw.number("late", 2, 9),
        week=draw.number("promo week", 2, 51),
        q=draw.number("quarter", 1, 4),
    )


def _written(draw: Draw, template: str, who: Customer, invoice: str, cents: int, cue: str) -> str:
    first, second = draw.some("alike", who.alikes, 2)
    beside = alike(draw, first, who.money, cents)
    aside = draw.pick("aside text", _ASIDES) if draw.chance("aside", 0.2) else ""
    text = template.format(
        greeting=who.greeting,
        signature=f"{aside} {who.signature}",
        money=who.money.text(cents),
        inv=f"{who.label} {invoice.replace('-', ' ') if who.spaced else invoice}",
        clause=cue,
        terse=cue,
        alike=beside,
        Alike=beside[0].upper() + beside[1:],
        alike2=alike(draw, second, who.money, cents),
    )
    return _worn(draw, who, " ".join(text.split()))


def _worn(draw: Draw, who: Customer, text: str) -> str:
    text = shortened(text) if who.short else text
    text = slipped(draw, text) if draw.chance("slip", who.typos) else text
    return cased(text, who.case)
