"""One kind of attack on a product, as the audit carries them all out: the same way for each. Knows none of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from finewright.audit.report import Report
from finewright.flows.audit.audited import Audited

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Attack:
    """A kind of attack.

    asked       all that decides its findings besides the product: a report with the same is not made anew
    carry_out   makes the report; raises InputError with place and remedy where what it needs is not there
    why_not     why it does not apply to this product; None where it does
    """

    kind: str
    asked: Callable[[Audited], Mapping[str, Any]]
    carry_out: Callable[[Audited, Say], Report]
    why_not: Callable[[Audited], str | None]
