"""Rows in are rows kept and rows quarantined, and the file with the latter is its owner's alone."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import DataError
from finewright.base.files import read_jsonl
from finewright.base.records import Message, Record
from finewright.privacy.admission.quarantine import Quarantined, check_reconciled, write_quarantine
from finewright.privacy.admission.rule import Reason

ROWS = [Record(str(at), (Message("user", f"text {at}"),), "a", "f.csv", at + 2) for at in range(6)]


@given(st.sets(st.integers(0, 5)))
def test_any_parting_of_the_rows_adds_up(refused: set[int]) -> None:
    check_reconciled("train", ROWS, set(range(6)) - refused, refused)


@pytest.mark.parametrize(
    ("kept", "refused", "told"),
    [
        ([0, 1, 2, 3, 4], [], "f.csv:7: of the 6 train rows one is neither kept nor refused"),
        ([0, 1, 2, 3, 4, 5], [2], "f.csv:4: of the 6 train rows one is kept and refused at once"),
        ([0, 1, 2, 3, 4, 5, 5], [], "f.csv:7: of the 6 train rows one is kept and refused at once"),
        ([0, 1, 2, 3, 4, 5, 6], [], "of the 6 train rows one is"),
    ],
)
def test_a_row_that_is_lost_or_there_twice_is_named(kept: list[int], refused: list[int], told: str) -> None:
    with pytest.raises(DataError, match="rows in are not rows kept and rows quarantined") as fault:
        check_reconciled("train", ROWS, kept, refused)
    assert told in str(fault.value)


def test_the_quarantine_is_its_owners_alone_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "q" / "quarantine.jsonl"
    write_quarantine(path, [Quarantined("train", ROWS[0], {"region": "EU"}, (Reason("r", "B.", "corpus"),))])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (row,) = read_jsonl(path)
    assert row["record"]["messages"][0]["content"] == "text 0"
    assert (row["columns"], row["reasons"]) == ({"region": "EU"}, [{"rule": "r", "because": "B.", "belongs": "corpus"}])
