"""Samples: seeded, nested, in file order, and with stratification every answer its share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from finewright.base.order import shuffled, unit
from finewright.base.records import Message, Record
from finewright.data.sample import sample


def made(counts: list[int]) -> list[Record]:
    named = [f"{label}-{number}" for label, count in enumerate(counts) for number in range(count)]
    return [Record(name, (Message("user", name),), name.split("-")[0]) for name in named]


SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=6)


@given(SIZES, st.integers(0, 250), st.integers(0, 9), st.booleans())
def test_so_many_rows_in_their_order_and_nested(counts: list[int], rows: int, seed: int, stratify: bool) -> None:
    records = made(counts)
    taken = sample(records, rows, seed, "test", stratify)
    assert len(taken) == min(rows, len(records))
    assert taken == [record for record in records if record in taken]
    assert set(taken) <= set(sample(records, rows + 1, seed, "test", stratify))


@given(SIZES, st.integers(0, 9), st.floats(0.05, 0.95))
def test_every_answer_keeps_its_share(counts: list[int], seed: int, share: float) -> None:
    """All answers are cut at one height; that height is the share to within the rows at which answers round."""
    records = made(counts)
    rows = round(share * len(records))
    taken = Counter(record.answer for record in sample(records, rows, seed, "test", True))
    height = rows / len(records)
    slack = 1 + len(counts) * max(counts) / len(records)
    assert all(abs(taken[str(label)] - height * count) <= slack for label, count in enumerate(counts))


def test_even_strata_are_even() -> None:
    taken = Counter(record.answer for record in sample(made([40] * 77), 300, 0, "shared", True))
    assert set(taken.values()) <= {3, 4}
    assert len(taken) == 77


def test_seed_and_purpose_decide() -> None:
    records = made([50, 50])
    samples = [sample(records, 20, seed, purpose, True) for seed in (0, 1) for purpose in ("a", "b")]
    assert len({tuple(record.id for record in one) for one in samples}) == 4
    assert samples[0] == sample(records, 20, 0, "a", True)


@given(SIZES, st.integers(0, 250), st.integers(0, 9), st.booleans())
def test_as_drawn_from_lists_of_records(counts: list[int], rows: int, seed: int, stratify: bool) -> None:
    """The plain way: every record in a list of its stratum's, and all of them sorted by where they stand and by id."""
    records = made(counts)
    strata: dict[str, list[Record]] = {}
    for record in records:
        strata.setdefault(record.answer if stratify else "", []).append(record)
    standing: list[tuple[float, str]] = []
    for answer, members in strata.items():
        start = unit(seed, "test", "start", answer)
        ordered = shuffled(members, lambda record: record.id, seed, "test")
        standing += [((k + start) / len(members), record.id) for k, record in enumerate(ordered)]
    taken = {name for _, name in sorted(standing)[:rows]}
    assert sample(records, rows, seed, "test", stratify) == [record for record in records if record.id in taken]
