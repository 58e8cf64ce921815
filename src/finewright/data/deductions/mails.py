"""Remarks as they arrive: inside e-mails, memos and remittance advices with the sender's personal data around them.

The remark and its record stay word for word; what is put around it holds one to five identifiers of its contact.
"""

from finewright.data.deductions.contacts import Contact, contact
from finewright.data.deductions.draw import Draw
from finewright.data.deductions.remarks import Remark, remark

_SUPPLIER = "Northgate Supplies"
_FORMS = (
    "From: {name} <{email}>\nTo: {supplier}\n\n{remark}\n\nKind regards\n{name}\n{company}\n{address}\nPhone {phone}",
    "From: {email}\n\n{remark}\n\nPlease refund to {account}.\n{name}, {company}",
    "Remittance advice of {company}, {tax}\n{remark}\nPaid from {account}. Questions: {email}",
    "Call from {titled} of {company}, {phone}: {remark}",
    "{supplier}, claim CLM-{claim}: {remark}\nPost for {name}: {address}",
    "{remark}\n\n{turned}, {company}, {number}\n{email}, phone {phone}",
)
_THREAD_CUSTOMER = "Ashgarth Drugstores"
_THREAD = (
    "From: {name} <{email}>\nTo: {supplier}\n\n{remark}\n\nKind regards\n{name}\n{company}, {tax}\nPhone {phone}",
    "Call from {titled} of {company}, {phone}: {remark}\nWill write from {email}.",
    "Remittance advice of {company}, {tax}\n{remark}\nPaid from {account}. Questions: {name}",
    "{supplier}, claim CLM-{claim}: {remark}\nPost for {name}: {address}. Account: {joined}",
    "From: {email}\n\n{remark}\n\nOnce more, please refund to {account}.\n{turned}, {company}, {number}",
)
_REFUSED = (
    "Keep this to yourself: under Project Harrier the due diligence of our takeover of {company} begins on Monday.",
    "Our quarter is not yet published: revenue fell by 12.40 percent, so every deduction counts.",
    "{name} was diagnosed with asthma in May and answers late.",
    "Trade union dues of {name} are taken off as well, ask {email}.",
    "The outstanding balance of USD 48,210.77 stays open until this is settled.",
    "By the limitation of liability in our frame contract this is all that we bear.",
)
_FAR = 1 << 20
"""Row number from which rounds of remarks are for messages that stand before the others."""
_ROUND = 48


def mail(seed: int, row: int) -> tuple[Remark, str]:
    """Row number `row` (from 0) as it arrived, and the remark in it."""
    one, draw = remark(seed, row), Draw(seed, f"mail {row}")
    return one, _written(draw, draw.pick("form", _FORMS), one, contact(seed, one.customer))


def thread(seed: int) -> list[tuple[Remark, str]]:
    """Five messages of one customer, in which the same contact stands in other forms."""
    who = contact(seed, _THREAD_CUSTOMER)
    said = [_remark_of(seed, turn) for turn in range(len(_THREAD))]
    return [
        (one, _written(Draw(seed, f"thread {at}"), form, one, who))
        for at, (one, form) in enumerate(zip(said, _THREAD, strict=True))
    ]


def confidential(seed: int) -> list[tuple[Remark, str]]:
    """Messages that may not be learned from: a deal's name, an unreported result, special categories, a balance and
    terms of a contract, one each."""
    found = []
    for at, sentence in enumerate(_REFUSED):
        one, text = mail(seed, _FAR - 1 - at)
        who = contact(seed, one.customer)
        said = sentence.format(company=who.company, name=who.name, email=who.email)
        found.append((one, f"{text}\n{said}"))
    return found


def _remark_of(seed: int, turn: int) -> Remark:
    """The thread's customer in this round of all customers."""
    start = _FAR - _FAR % _ROUND + turn * _ROUND
    return next(one for one in (remark(seed, start + at) for at in range(_ROUND)) if one.customer == _THREAD_CUSTOMER)


def _written(draw: Draw, form: str, one: Remark, who: Contact) -> str:
    return form.format(
        remark=one.prompt,
        supplier=_SUPPLIER,
        name=who.name,
        titled=f"{who.title} {who.family}",
        turned=f"{who.family.upper()}, {who.given}",
        company=who.company,
        email=who.email,
        phone=who.phone,
        address=who.address,
        account=who.account,
        joined=who.account.replace("IBAN ", "").replace(" ", ""),
        tax=who.tax,
        number=who.number,
        claim=draw.digits("claim", 6),
    )
