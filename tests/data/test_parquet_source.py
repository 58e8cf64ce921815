"""Parquet by batches: rows numbered through, damage named."""

from datetime import date
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from finewright.base.errors import DataError
from finewright.base.recipe import Data
from finewright.data.load import load
from finewright.data.sources.parquet import rows


def stored(path: Path, columns: dict[str, list[object]], group: int = 700) -> Path:
    parquet.write_table(arrow.table(columns), path, row_group_size=group)
    return path


def test_rows_are_numbered_over_row_groups_and_batches(tmp_path: Path) -> None:
    count = 3000
    path = stored(
        tmp_path / "a.parquet", {"text": [f"t{n}" for n in range(count)], "label": [n % 2 for n in range(count)]}
    )
    read = list(rows(path, Data(train=path)))
    assert [row.line for row in read] == list(range(1, count + 1))
    assert read[2500].values == {"text": "t2500", "label": 0}


def test_values_of_every_type_become_text(tmp_path: Path) -> None:
    columns = {"text": ["a", "b"], "label": [True, None], "date": [date(2025, 3, 1), None]}
    loaded = load(stored(tmp_path / "a.parquet", columns), Data(train=Path("a.parquet")))
    (kept,), (refused,) = loaded.records, loaded.refusals
    assert (kept.answer, kept.time, kept.line) == ("true", "2025-03-01", 1)
    assert (refused.line, refused.reason) == (2, "the label is empty")


def test_chats_in_parquet(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "tool_calls": None}]
    loaded = load(stored(tmp_path / "a.parquet", {"messages": [turns]}), Data(train=Path("a.parquet")))
    assert loaded.recognised.shape == "chat"
    assert loaded.records[0].answer == "a"


@pytest.mark.parametrize("content", [b"PAR1 and then nothing", b"text,label\na,b\n"])
def test_damage_is_named(write, content: bytes) -> None:
    path = write("a.parquet", content)
    with pytest.raises(DataError, match=r"a\.parquet: is not a readable Parquet file .*; export it again"):
        list(rows(path, Data(train=path)))
