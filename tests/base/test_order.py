"""Order that belongs to the items: keyed, stable under removal, of its own for every purpose."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from finewright.base.order import rank, shuffled, unit

NAMES = st.lists(st.text(), unique=True, min_size=1)


def same(name: str) -> str:
    return name


def test_rank_is_pinned() -> None:
    """A change of this number would reshuffle every split that was ever made."""
    assert rank(0, "split", "a") == 9037933579363912322


def test_names_do_not_run_together() -> None:
    keys = [(0, "ab", "c"), (0, "a", "bc"), (0, "abc"), (0, 1), (0, "1"), (1, 0), (0, None), (0,)]
    assert len({rank(*key) for key in keys}) == len(keys)


@given(NAMES, st.integers(0, 9), st.data())
def test_removing_an_item_moves_no_other(names: list[str], seed: int, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(names))
    whole = shuffled(names, same, seed, "test")
    assert shuffled([name for name in reversed(names) if name != gone], same, seed, "test") == [
        name for name in whole if name != gone
    ]


def test_seed_and_purpose_both_decide() -> None:
    names = [str(number) for number in range(50)]
    orders = [shuffled(names, same, seed, purpose) for seed in (0, 1) for purpose in ("a", "b")]
    assert len({tuple(order) for order in orders}) == 4
    assert all(sorted(order) == sorted(names) for order in orders)


def test_unit_is_uniform() -> None:
    """10,000 draws into ten boxes: each within five standard deviations (30) of 1,000."""
    boxes = Counter(int(10 * unit(3, "boxes", number)) for number in range(10_000))
    assert set(boxes) == set(range(10))
    assert all(abs(count - 1000) < 150 for count in boxes.values())
