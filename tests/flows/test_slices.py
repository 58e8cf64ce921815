"""A run's figures by a column: from its own files and the data file, which must be the one that it was measured on."""

from dataclasses import asdict
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.base.files import write_json, write_jsonl
from finewright.base.recipe import Data
from finewright.base.records import Prediction
from finewright.base.results import ArmResult, Results, Verdict
from finewright.data.load import load
from finewright.data.sources import text
from finewright.evaluate.measure import measure
from finewright.evaluate.results_file import write
from finewright.evaluate.task import Task
from finewright.flows.folder import RunFolder
from finewright.flows.slices import slices_of

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
