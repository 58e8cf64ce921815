"""Spacing under a limit by a clock that the test turns, and waits before asking again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from finewright.engine.rate import Pace
from finewright.engine.retry import Failure, delay, retry_after
from finewright.engine.wire import matched

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@given(some.lists(some.floats(0, 5), min_size=1, max_size=60), some.integers(1, 120))
def test_no_minute_sees_more_than_its_limit(gaps, limit):
    clock = Clock()
    pace, starts = Pace(limit, clock), []
    for gap in gaps:
        clock.time += gap
        starts.append(clock.time + pace.book())
    assert starts == sorted(starts)
    within = [sum(1 for other in starts if start <= other < start + 60 - 1e-6) for start in starts]
    assert max(within) <= limit


def test_uses_foreseen_wrongly_are_settled_and_a_hold_holds_all():
    clock = Clock()
    pace = Pace(60, clock)  # one a second
    assert pace.book(10) == 0
    assert pace.book() == 10
    pace.settle(-5)  # 11 seconds were booked, 6 are left
    assert pace.book() == 6
    pace.hold(30)
    assert pace.book() == 30
    unlimited = Pace(None, clock)
    assert [unlimited.book() for _ in range(3)] == [0, 0, 0]
    unlimited.hold(2)
    assert unlimited.book() == 2


def test_waits_double_within_bounds_are_the_same_again_and_differ_by_request():
    failure = Failure("", "", again=True)
    waits = [delay(failure, attempt, 0, "a") for attempt in range(9)]
    assert all(min(30, 0.5 * 2**n) / 2 <= wait <= min(30, 0.5 * 2**n) for n, wait in enumerate(waits))
    assert waits == [delay(failure, attempt, 0, "a") for attempt in range(9)]
    assert waits != [delay(failure, attempt, 0, "b") for attempt in range(9)]
    assert delay(Failure("", "", True, after=45), 0, 0, "a") == 45


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("3", 3), ("0.5", 0.5), ("-4", 0), ("soon", 0), ("", 0), ("nan", 0), ("inf", 0),
        (format_datetime(NOW + timedelta(seconds=90)), 90),
        (format_datetime(NOW - timedelta(seconds=90)), 0),
        ("Thu, 01 Jan 2026 00:00:10", 0),
    ],
)  # fmt: skip
def test_retry_after_as_seconds_or_as_a_date(written, seconds):
    assert retry_after({"retry-after": written}, NOW) == seconds


@given(some.lists(some.text(min_size=1), min_size=1, max_size=5, unique=True), some.data())
def test_a_label_given_back_is_that_label(labels, data):
    label = data.draw(some.sampled_from(labels))
    assert matched(label, labels) == label
    assert matched(f' "{label}." ', labels) in (label, None) or f' "{label}." ' in labels
