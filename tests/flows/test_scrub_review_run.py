"""What people found in a sample of a run's rows: in its own report and in those of runs on the same sealed version."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finewright.base.errors import InputError
from finewright.cli.main import app
from finewright.flows.folder import RunFolder
from finewright.flows.run import run
from finewright.flows.view import rewrite
from support.tiny import tiny_base

ROWS = 40


def recipe(folder: Path, base: Path, name: str, count: int = ROWS) -> Path:
    rows = folder / "rows.jsonl"
    if not rows.exists():
        lines = [{"prompt": f"from x{n}@example.org {n}", "completion": "ab"[n % 2]} for n in range(count)]
        rows.write_text("".join(json.dumps(line) + "\n" for line in lines))
    off = ("frozen", "encoder", "zero_shot", "few_shot", "neighbours", "tuned")
    arms = ", ".join(f"{arm}: {{enabled: false}}" for arm in off)
    path = folder / f"{name}.yaml"
    path.write_text(
        f"base: {base}\ndata: {{train: {rows.name}}}\nsplit: {{near: 1.0}}\ntask: {{kind: classes}}\n"
        f"arms: {{{arms}}}\nevaluate: {{forgetting: {{enabled: false}}}}\n"
    )
    return path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def first(tmp_path: Path, base: Path) -> Path:
    return run(recipe(tmp_path, base, "one"), say=lambda _: None).folder


def call(*arguments: object) -> None:
    done = CliRunner().invoke(app, ["scrub", "review", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output


def marked(folder: Path) -> Path:
    """The sheet filled in: one name missed in its first row, all else right."""
    rows = list(csv.reader(io.StringIO((folder / "scrub-review.csv").read_text(encoding="utf-8-sig"))))
    for place, row in enumerate(rows[1:]):
        row[2:4] = ("missed", "person: Jo") if place == 0 else ("right", "")
    path = folder / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_a_sample_reaches_the_report_of_its_run_and_of_a_later_one(first: Path, tmp_path: Path, base: Path) -> None:
    assert "What people found in a sample" not in (first / "report.html").read_text()
    call(first, "--rows", 20, "--out", tmp_path / "s")
    call("import", tmp_path / "s", marked(tmp_path / "s"), "--report", first, "--as", "Carla  Ruiz")
    later = run(recipe(tmp_path, base, "two"), say=lambda _: None).folder
    assert later != first
    version = json.loads((first / "data" / "card.json").read_text())["privacy"]["version"]
    for folder in (first, later):
        page = (folder / "report.html").read_text()
        assert "Recall: 95.2% of 21 identifiers that are there were replaced" in page
        assert "A person looked at 20 of 40 rows, drawn at random." in page
        assert '<th scope="row">person</th>' in page
        assert "Marked by Carla Ruiz." in page
        assert json.loads((folder / "privacy" / "review.json").read_text())["version"] == version
    assert "x1@example" not in (first / "privacy" / "review.json").read_text()


def test_a_sample_of_another_version_or_an_edited_one_is_refused(first: Path, tmp_path: Path, base: Path) -> None:
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    other = run(recipe(elsewhere, base, "one", count=ROWS + 2), say=lambda _: None).folder
    call(first, "--rows", 5, "--out", tmp_path / "s")
    answers = marked(tmp_path / "s")
    before = (other / "report.html").read_bytes()
    with pytest.raises(InputError, match=r"is not a sample of the data set version that .* learned from"):
        call("import", tmp_path / "s", answers, "--report", other)
    assert (other / "report.html").read_bytes() == before
    assert not (other / "privacy" / "review.json").exists()
    assert not (tmp_path / "s" / "review.json").exists()
    call("import", tmp_path / "s", answers, "--report", first)
    kept = first / "privacy" / "review.json"
    shutil.copy(kept, other / "privacy" / "review.json")
    kept.write_text(kept.read_text().replace('"missed": 1', '"missed": 0').replace('"missed":1', '"missed":0'))
    for folder in (first, other):
        rewrite(RunFolder(folder))
        page = (folder / "report.html").read_text()
        assert "What people found in a sample" not in page
        assert "<code>privacy/review.json</code> was edited, is damaged or belongs to another run" in page


def test_a_file_that_has_changed_since_is_not_drawn_from(first: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"prompt": "another", "completion": "a"}\n')
    with pytest.raises(InputError, match="has changed since the run learned from it"):
        call(first, "--out", tmp_path / "s")
    assert not (tmp_path / "s").exists()
    sheet = tmp_path / "t"
    call(tmp_path / "rows.jsonl", "--out", sheet)
    with pytest.raises(InputError, match="is not a sample"):
        call("import", sheet, marked(sheet), "--report", first)
