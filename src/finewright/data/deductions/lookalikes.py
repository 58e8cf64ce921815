"""Numbers that are not the one wanted: orders, delivery notes, accounts, totals paid, dates, telephone extensions."""

from finewright.data.deductions.draw import Draw
from finewright.data.deductions.money import Money

ALIKES = ("order", "delivery", "account", "paid", "gross", "date", "extension", "cheque", "claim", "week")

_FORMS = {
    "order": ("PO {eight}", "our order 45{six}", "P.O. {five}-{two}"),
    "delivery": ("DN {six}", "delivery note {six}", "POD {five}"),
    "account": ("acct {six}", "vendor no. {five}", "customer {five}"),
    "paid": ("total paid {paid}", "payment {paid}", "net {paid}"),
    "gross": ("gross {gross}", "billed {gross}", "full amount {gross}"),
    "date": ("{day}.{month}.2025", "2025-{month}-{day}", "dated {day}/{month}/25"),
    "extension": ("ext. {three}", "tel. ext {four}", "call me on -{three}"),
    "cheque": ("check {five}", "chq {five}", "wire ref {six}"),
    "claim": ("claim {five}", "debit note {six}", "our ref {four}"),
    "week": ("wk {week}", "CW{week}", "week {week}"),
}
_DIGITS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8}


def alike(draw: Draw, kind: str, money: Money, cents: int) -> str:
    """A look-alike of this kind; sums are written as the customer writes them, without currency half of the time."""
    gross = cents + draw.number("rest", 20_000, 900_000)
    written = money.text if draw.chance("currency shown", 0.5) else money.plain
    digits = {word: draw.digits(f"{kind} {word}", count) for word, count in _DIGITS.items()}
    return draw.pick(f"form {kind}", _FORMS[kind]).format(
        **digits,
        paid=written(gross - cents),
        gross=written(gross),
        day=f"{draw.number('day', 1, 28):02}",
        month=f"{draw.number('month', 1, 12):02}",
        week=draw.number("week", 1, 52),
    )
