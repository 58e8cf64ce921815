"""The finance corpus: drawn by seed alone, its spans slice to identifiers, and the targets hold on a draw of it."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from finewright.privacy.detector import Detector
from finewright.privacy.recognisers.catalogue import CATALOGUE


@pytest.fixture
def finance(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import finance_set

    return finance_set


def test_rows_are_drawn_by_seed_alone(finance: Any) -> None:
    drawn = list(finance.rows(200, 3))
    assert drawn == list(finance.rows(200, 3))
    assert drawn != list(finance.rows(200, 4))
    for row in drawn:
        assert all(row["text"][one["start"] : one["end"]].strip() for one in row["spans"])


def test_the_targets_hold(finance: Any) -> None:
    detector, right, missed, wrong = Detector(CATALOGUE), Counter[str](), Counter[str](), Counter[str]()
    for row in finance.rows(1500, 2026):
        wanted = {(one["start"], one["end"], one["kind"]) for one in row["spans"]}
        got = {(one.start, one.end, one.kind) for one in detector.find(row["text"], row.get("header", ""))}
        right.update(kind for *_, kind in wanted & got)
        missed.update(kind for *_, kind in wanted - got)
        wrong.update(kind for *_, kind in got - wanted)
    assert set(right) == {one.kind for one in CATALOGUE}
    checked = finance.CHECKSUM_KINDS
    hits = sum(right[kind] for kind in checked)
    assert hits / (hits + sum(missed[kind] for kind in checked)) >= 0.99, missed
    assert hits / (hits + sum(wrong[kind] for kind in checked)) >= 0.98, wrong
