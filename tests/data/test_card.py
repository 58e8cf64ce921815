"""The data manifest: plain JSON, the same on any machine, with everything that was read and left out."""

import json
from pathlib import Path

from finewright.base.files import canonical_json, digest_file
from finewright.base.recipe import Data, Split
from finewright.data.card import card, part_digest
from finewright.data.curate import curate
from finewright.data.load import load
from finewright.data.split import split

ROWS = [(f"the card number {n * 7919} is {word}", word) for n in range(20) for word in ("lost", "late")]


def made(folder: Path) -> dict:
    path = folder / "train.csv"
    extra = ["the card number 0 is LOST,lost", "the card number 0 is lost,late", ",lost", "one cell"]
    path.write_text("\n".join(["text,label", *(",".join(row) for row in ROWS), *extra]))
    loaded = {"train": load(path, Data(train=path))}
    records = loaded["train"].records
    parts = split(records, None, None, Split(), 0, "classes")
    return card({"train": path}, loaded, curate(records), parts, "classes")


def test_the_card_tells_all(tmp_path: Path) -> None:
    told = made(tmp_path)
    assert json.loads(canonical_json(told)) == told
    assert told["files"] == {
        "train": {"name": "train.csv", "digest": digest_file(tmp_path / "train.csv"), "rows": 42, "refused": 2}
    }
    assert [(row["line"], row["reason"]) for row in told["refusals"]] == [
        (44, "the text is empty"),
        (45, "the row has 1 cell where the header has 2"),
    ]
    assert told["columns"] == {"input": "text", "answer": "label"}
    assert told["recognised"] == {"data.type": "csv", "data.shape": "labelled"}
    rows = {name: part["rows"] for name, part in told["parts"].items()}
    assert sum(rows.values()) + len(told["departures"]) == 42
    assert {name: sum(counts.values()) for name, counts in told["labels"].items()} == rows
    assert [(first["line"], later["line"]) for first, later in told["duplicates"]] == [(2, 42)]
    assert [[row["line"] for row in rows] for rows in told["contradictions"]] == [[2, 42, 43]]
    assert told["test_digest"] == told["parts"]["test"]["digest"]


def test_the_card_is_the_same_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert made(tmp_path / "a") == made(tmp_path / "b")


def test_a_part_digest_is_of_contents_in_no_order(record) -> None:
    rows = [record("a"), record("b"), record("c")]
    assert part_digest(rows) == part_digest(rows[::-1]) != part_digest(rows[:2])
    assert part_digest(rows) != part_digest([record("a"), record("b"), record("c", "other answer")])
