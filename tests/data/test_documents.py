"""Documents from text files, folders of them and tables: what is read, what is refused and where, what leaks."""

import json
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from finewright.base.errors import DataError, RecipeError
from finewright.base.recipe import Data, Split
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Record
from finewright.data.curate import curate
from finewright.data.load import load
from finewright.data.sources.text import digest, rows
from finewright.data.split import split


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "minutes"
    made.mkdir()
    (made / "b-2016-01-27.txt").write_text("Second.\n\n  Indented.\n")
    (made / "a-20151216.TXT").write_text("First.", encoding="utf-8-sig")
    (made / "c.txt").write_text("Third, of no date.")
    (made / "SOURCE.md").write_text("Not a document.")
    (made / "sub").mkdir()
    (made / "sub" / "d.txt").write_text("Not in the folder itself.")
    return made


def read_folder(path: Path, **settings: object) -> list[Record]:
    return load(path, Data(train=path, **{"type": "text"} | settings)).records  # type: ignore[arg-type]


def test_a_folder_is_its_text_files_by_name(folder: Path) -> None:
    loaded = load(folder, Data(train=folder, type="text"))
    assert [(one.source, one.line, one.answer, one.time, one.messages) for one in loaded.records] == [
        ("a-20151216.TXT", 1, "First.", "2015-12-16", ()),
        ("b-2016-01-27.txt", 1, "Second.\n\n  Indented.\n", "2016-01-27", ()),
        ("c.txt", 1, "Third, of no date.", None, ()),
    ]
    assert loaded.recognised.said == (
        "minutes is a folder of text files, one document each, the date in a file's name is its time."
    )


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("20160127", "2016-01-27"),
        ("minutes_2016_01_27_final", "2016-01-27"),
        ("fomc-2016-01-27", "2016-01-27"),
        ("20161327", None),
        ("120160127", None),
        ("2016-0127", None),
        ("2016-01-27_to_2016-02-03", None),
        ("2016-01-27 (20160127)", "2016-01-27"),
        ("minutes", None),
    ],
)
def test_the_date_in_a_name(tmp_path: Path, name: str, time: str | None) -> None:
    (tmp_path / f"{name}.txt").write_text("text")
    (row,) = rows(tmp_path, Data(train=tmp_path))
    assert row.values.get("time") == time  # type: ignore[union-attr]


def test_one_file_is_one_document(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("a,b\n1,2\n")
    (record,) = read_folder(path)
    assert (record.answer, record.source) == ("a,b\n1,2\n", "book.txt")
    assert read_folder(path, type="auto", shape="documents") == [record]


def test_files_that_are_no_text_are_refused_by_name_and_line_and_the_others_come(folder: Path) -> None:
    (folder / "a.txt").write_bytes(b"line one\nline two\ncaf\xe9\n")
    (folder / "b.txt").write_bytes(b" \n\n")
    (folder / "d.txt").write_bytes(b"%PDF-1.7")
    loaded = load(folder, Data(train=folder, type="text"))
    assert len(loaded.records) == 3
    told = {(one.source, one.line): (one.reason, one.remedy) for one in loaded.refusals}
    assert told["a.txt", 3][0] == "byte 22 of the file is not utf-8 text"
    assert told["a.txt", 3][1] == "save it as UTF-8 or set `data.encoding: cp1252`"
    assert told["b.txt", 1][0] == "the text is empty"
    assert told["d.txt", 1][0] == "is a PDF"
    assert len(told) == 3


def test_a_single_file_in_another_encoding_stops(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"ok\ncaf\xe9\n")
    with pytest.raises(DataError, match=r"a\.txt:2: byte 7 of the file is not utf-8 text.*cp1252"):
        read_folder(path)
    assert read_folder(path, encoding="cp1252")[0].answer == "ok\ncafé\n"


def test_a_folder_without_text_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text")
    with pytest.raises(DataError, match=r"no \.txt files"):
        read_folder(tmp_path)
    with pytest.raises(DataError, match="is a folder, not a file"):
        load(tmp_path, Data(train=tmp_path))


def test_tables_with_a_text_column(tmp_path: Path) -> None:
    made = [{"id": 1, "text": " One\n", "date": "2020-01-01"}, {"id": 2, "text": "Two", "date": "2021-01-01"}]
    lines = tmp_path / "a.jsonl"
    lines.write_text("".join(json.dumps(one) + "\n" for one in made))
    table = tmp_path / "a.csv"
    table.write_text('id,text,date\n1," One\n",2020-01-01\n2,Two,2021-01-01\n')
    stored = tmp_path / "a.parquet"
    parquet.write_table(arrow.Table.from_pylist(made), stored)
    for path in (lines, table, stored):
        loaded = load(path, Data(train=path, shape="documents"))
        assert [(one.answer, one.time, one.messages) for one in loaded.records] == [
            (" One\n", "2020-01-01", ()),
            ("Two", "2021-01-01", ()),
        ]
        assert "documents: each is the text of 'text', the time is 'date'" in loaded.recognised.said


def test_a_row_without_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "x"}\n{"text": ""}\n{"body": "y"}\n')
    loaded = load(path, Data(train=path, shape="documents"))
    assert [(one.line, one.reason) for one in loaded.refusals] == [
        (2, "the text is empty"),
        (3, "the row has no 'text'"),
    ]


def test_documents_have_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label\nx,y\n")
    data = Data.model_validate({"train": path, "shape": "documents", "columns": {"answer": "label"}})
    with pytest.raises(DataError, match=r"a document has no answer; remove `data\.columns\.answer`"):
        load(path, data)


def test_the_digest_is_that_of_the_documents(folder: Path) -> None:
    before = digest(folder)
    (folder / "SOURCE.md").write_text("another")
    assert digest(folder) == before
    (folder / "c.txt").write_text("Third, of no date!")
    changed = digest(folder)
    (folder / "c.txt").rename(folder / "e.txt")
    assert len({before, changed, digest(folder)}) == 3


def documents(*texts: str) -> list[Record]:
    return [Record(f"{number}", (), text, "a.jsonl", number + 1) for number, text in enumerate(texts)]


def test_a_document_leaves_for_a_held_out_one_that_it_is_near_to() -> None:
    body = " ".join(f"word{number}" for number in range(300))
    train = documents(f"{body} end", "quite another text about other things", f"{body}  END")
    held_out = [Record("t", (), f"{body} end.", "test.jsonl", 1)]
    validation = [Record("v", (), "something else entirely, and long enough", "v.jsonl", 1)]
    parts = split(train, validation, held_out, Split(), 0, "documents")
    assert [one.id for one in parts.train] == ["1"]
    assert [(one.record, one.near_to) for one in parts.left] == [("0", "t"), ("2", "t")]


def test_repeated_documents_are_told() -> None:
    found = curate(documents("one text of some length", "another text altogether", "one text of some length"))
    assert [(a.id, b.id) for a, b in found.duplicates] == [("0", "2")]


RECIPES = {
    "data: {train: minutes}": r"data\.train names the folder 'minutes'.*`data\.type: text`",
    "data: {train: minutes, type: text}\ntask: {kind: classes}": r"task\.kind: classes does not go with documents",
    "data: {train: a.csv, shape: labelled}\ntask: {kind: documents}": r"data\.shape: labelled does not go with",
}


@pytest.mark.parametrize("written", RECIPES)
def test_recipes_that_ask_for_two_things(folder: Path, written: str) -> None:
    (folder.parent / "a.csv").write_text("text,label\nx,y\n")
    recipe = folder.parent / "recipe.yaml"
    recipe.write_text(written + "\n")
    with pytest.raises(RecipeError, match=RECIPES[written]):
        read_recipe(recipe)


@pytest.mark.parametrize(
    "written", ["data: {train: minutes, type: text}", "data: {train: minutes}\ntask: {kind: documents}"]
)
def test_a_folder_of_documents_is_taken(folder: Path, written: str) -> None:
    recipe = folder.parent / "recipe.yaml"
    recipe.write_text(written + "\n")
    assert read_recipe(recipe).recipe.data.train == folder
