"""Token lengths: the figures of known sizes, and who is over the limit."""

from finewright.data.lengths import lengths


def test_figures_of_one_to_a_hundred(record) -> None:
    rows = [record("x" * size, line=size) for size in range(100, 0, -1)]
    found = lengths(rows, lambda row: len(row.text), limit=98)
    assert (found.shortest, found.median, found.p95, found.longest) == (1, 50, 95, 100)
    assert [(row.line, size) for row, size in found.over] == [(100, 100), (99, 99)]


def test_one_record(record) -> None:
    found = lengths([record("abc")], lambda row: len(row.text), limit=3)
    assert (found.shortest, found.median, found.p95, found.longest, found.over) == (3, 3, 3, 3, [])
