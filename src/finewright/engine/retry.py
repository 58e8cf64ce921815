"""A request that failed: whether to ask again, and after how long. Knows no network and draws nothing at random."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from finewright.base.order import unit

LONGEST_WAIT = 120.0
"""Seconds. Who is told to come back later than that is told so, and does not sit and wait."""

_FIRST, _LONGEST = 0.5, 30.0


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong and what a person can do; `again` whether asking once more may help, `after` how soon at best."""

    what: str
    remedy: str
    again: bool = False
    after: float = 0.0


def delay(failure: Failure, attempt: int, seed: int, name: str) -> float:
    """Seconds before the next attempt: doubled each time, less up to half of it, and never before `failure.after`.

    The half comes from a keyed hash of seed, request and attempt, so that requests that failed together do not come
    back together, and a repeated run waits as the first did.
    """
    doubled = min(_LONGEST, _FIRST * 2.0**attempt)
    return max(failure.after, doubled * (1 - unit(seed, "retry", name, attempt) / 2))


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds that a Retry-After header asks for, given as a number or as a date; 0 where there is none to read."""
    written = headers.get("retry-after", "").strip()
    try:
        seconds = float(written)
    except ValueError:
        return _until(written, now)
    return max(0.0, seconds) if math.isfinite(seconds) else 0.0


def _until(written: str, now: datetime) -> float:
    try:
        return max(0.0, (parsedate_to_datetime(written) - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0
