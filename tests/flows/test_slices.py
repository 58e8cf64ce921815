"""A run's figures by a column: from its own files and the data file, which must be the one that it was measured on."""

from dataclasses import asdict
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.base.files import read_jsonl, write_json, write_jsonl
from finewright.base.recipe import Data
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Prediction
from finewright.base.results import ArmResult, Results, Verdict
from finewright.data.load import load
from finewright.data.sources import text
from finewright.evaluate.measure import measure
from finewright.evaluate.results_file import write
from finewright.evaluate.task import Task
from finewright.flows.folder import RunFolder
from finewright.flows.identity import _settings
from finewright.flows.slices import asked_values, keep_slices, lacking, slices_of, write_values
from finewright.flows.view import rewrite

TASK = Task("classes", "Name it.", ("a", "b"), (), 4)
ROWS = 60


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run on every other row of a file; the tuned arm is right in Austria and not beyond."""
    lines = [f"text {at};a;{('AT', 'DE')[at % 4 // 2]};{at * 10}" for at in range(2 * ROWS)]
    file = tmp_path / "mail.csv"
    file.write_text("\n".join(["text;label;country;amount", *lines]))
    records = load(file, Data(train=file, delimiter=";")).records[::2]
    folder = RunFolder(tmp_path / "runs" / "mail-1")

    def arm(name: str, right: list[bool]) -> ArmResult:
        said = [Prediction(one.id, "a" if good else "b") for one, good in zip(records, right, strict=True)]
        found = measure(TASK, records, said, 1.0, 0.95)
        return ArmResult(name, name.upper(), name == "tuned", validation=found, test=found)

    arms = arm("tfidf", [False] * ROWS), arm("tuned", [at % 2 == 0 for at in range(ROWS)])
    card = {"files": {"train": {"name": "mail.csv", "digest": text.digest(file)}}}
    verdict = Verdict("better", "", "", challenger="tfidf")
    write(folder.results, Results("mail", "0" * 64, "classes", "accuracy", arms, verdict, card))
    write_jsonl(folder.part("test"), map(asdict, records))
    settings = {"data.train": str(file), "data.test": None, "data.delimiter": ";", "data.columns.input": "text"}
    settings |= {"evaluate.confidence": 0.95}
    rows = [{"key": key, "value": value, "origin": ""} for key, value in settings.items()]
    write_json(folder.resolved, rows)
    return folder.root


def test_a_column_that_no_arm_has_read(run: Path) -> None:
    found = slices_of(run, "country")
    assert [(one.name, one.rows, one.figures["tuned"].value) for one in found.slices] == [("AT", 30, 1), ("DE", 30, 0)]
    assert found.sentence == "TUNED against TFIDF in 2 slices, adjusted for their number: ahead in AT."
    quarters = slices_of(run, "amount").slices
    assert [one.rows for one in quarters] == [15] * 4
    assert all(one.small and one.contrast is None for one in quarters)


def test_what_does_not_fit_is_told(run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'country'"):
        slices_of(run, "contry")
    with pytest.raises(InputError, match="holds no finished run"):
        slices_of(tmp_path, "country")
    (tmp_path / "mail.csv").write_text("text;label;country\nother;a;AT\n")
    with pytest.raises(InputError, match="has changed since the run"):
        slices_of(run, "country")
    (tmp_path / "mail.csv").unlink()
    with pytest.raises(InputError, match="is gone"):
        slices_of(run, "country")


def test_kept_columns_are_shown_ever_after(run: Path, tmp_path: Path) -> None:
    folder = RunFolder(run)
    for arm in ("tfidf", "tuned"):
        rows = [asdict(Prediction(row["id"], "a")) for row in read_jsonl(folder.part("test"))]
        write_json(folder.answers(arm, "test"), {"seconds": 1.0, "rows": rows})
    assert keep_slices(run, "country") == slices_of(run, "country")
    (tmp_path / "mail.csv").unlink()
    rewrite(folder)
    text = folder.report.read_text()
    assert "By country" in text
    assert "ahead in AT." in text
    assert "By amount" not in text


def test_columns_of_the_recipe_are_read_before_anything_is_written(run: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "mail.yaml"
    recipe.write_text("data: {train: mail.csv, delimiter: ';'}\nevaluate: {slices: [country, amount]}\n")
    resolved = read_recipe(recipe)
    records = load(tmp_path / "mail.csv", resolved.recipe.data).records
    found = asked_values(resolved, "classes", records)
    assert {name: len(values) for name, values in found.items()} == {"country": 2 * ROWS, "amount": 2 * ROWS}
    assert found["amount"][records[7].id] == "70"
    with pytest.raises(InputError, match=r"evaluate\.slices: a run on preferences has no arms"):
        asked_values(resolved, "preferences", records)
    folder = RunFolder(run)
    assert lacking(folder, list(found)) == ["country", "amount"]
    write_values(folder, {"country": found["country"]})
    write_values(folder, {})
    assert lacking(folder, list(found)) == ["amount"]
    recipe.write_text("data: {train: mail.csv, delimiter: ';'}\nevaluate: {slices: [contry]}\n")
    with pytest.raises(InputError, match="did you mean 'country'"):
        asked_values(read_recipe(recipe), "classes", records)


def test_columns_to_show_make_no_other_run(tmp_path: Path) -> None:
    text = "data: {train: mail.csv}\n"
    found = []
    for more in ("", "evaluate: {slices: [country]}\n"):
        (tmp_path / "mail.csv").write_text("text,label\na,b\n")
        (tmp_path / "mail.yaml").write_text(text + more)
        found.append(_settings(read_recipe(tmp_path / "mail.yaml").recipe))
    assert found[0] == found[1]
