"""`finewright scrub review`: what is drawn and shown, what is read back, what it makes of recall and precision."""

import csv
import io
import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finewright.base.errors import DataError, InputError
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Privacy
from finewright.cli.main import app
from finewright.evaluate.statistics.intervals import wilson
from finewright.flows.privacy.review import export, receive
from finewright.flows.privacy.reviewed import Marked, reviewed
from finewright.flows.report.scrubbed import card_in
from finewright.flows.sheet.page import page
from finewright.flows.sheet.sheet import Choice, Item, Sheet

LINES = [json.dumps({"n": number, "mail": f"x{number}@example.com", "note": "5 € []"}) for number in range(40)]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


def filled(folder: Path, answers: dict[int, tuple[str, str]]) -> Path:
    """The sheet's table, filled in: all right but for the items by place that `answers` names."""
    text = (folder / "scrub-review.csv").read_text(encoding="utf-8-sig")
    cells = list(csv.reader(io.StringIO(text)))
    for place, row in enumerate(cells[1:]):
        row[2:4] = answers.get(place, ("right", ""))
    path = folder.parent / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(cells)
    return path


def test_a_sample_is_drawn_marked_and_kept_to_oneself(tmp_path: Path, rows: Path) -> None:
    done = export(rows, Data(train=rows), Privacy(), tmp_path / "one", rows=10, seed=1)
    again = export(rows, Data(train=rows), Privacy(), tmp_path / "two", rows=10, seed=1)
    other = export(rows, Data(train=rows), Privacy(), tmp_path / "three", rows=10, seed=2)
    assert done.sheet == again.sheet
    assert set(done.places.values()) != set(other.places.values())
    assert (len(done.places), done.total) == (10, 40)
    for item in done.sheet.items:
        line = int(done.places[item.id].rpartition(":")[2])
        assert item.blocks[0].text == LINES[line - 1].replace('"mail": "', '"mail": "⟦1 email: ').replace(
            ".com", ".com⟧"
        )
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "one").iterdir()} == {0o600}
    with pytest.raises(InputError, match="is there already"):
        export(rows, Data(train=rows), Privacy(), tmp_path / "one", rows=10, seed=1)


def test_a_smaller_sample_is_the_beginning_of_a_larger_one(tmp_path: Path, rows: Path) -> None:
    few = export(rows, Data(train=rows), Privacy(), tmp_path / "few", rows=5, seed=0)
    many = export(rows, Data(train=rows), Privacy(), tmp_path / "many", rows=400, seed=0)
    assert list(few.places.values()) == list(many.places.values())[:5]
    assert len(many.places) == 40


def test_lines_of_a_text_are_shown_as_they_are_scrubbed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\nwrite to ann@example.com\nthree\n")
    done = export(path, Data(train=path), Privacy(), tmp_path / "s", rows=3, seed=0)
    assert {item.blocks[0].text for item in done.sheet.items} == {"one", "write to ⟦1 email: ann@example.com⟧", "three"}


def test_answers_become_estimates_in_the_report(tmp_path: Path, rows: Path) -> None:
    export(rows, Data(train=rows), Privacy(), tmp_path / "s", rows=20, seed=0)
    said = {0: ("missed", "Person: Jane Roe\nACME"), 1: ("wrong", "#1"), 2: ("both", ""), 3: ("4", "#1\ntax id: x")}
    answers = filled(tmp_path / "s", said)
    runner = CliRunner()
    report = tmp_path / "r.html"
    assert (
        runner.invoke(app, ["scrub", str(rows), "--out", str(tmp_path / "o.jsonl"), "--report", str(report)]).exit_code
        == 0
    )
    assert (
        runner.invoke(
            app, ["scrub", "review", "import", str(tmp_path / "s"), str(answers), "--report", str(report)]
        ).exit_code
        == 0
    )
    found = card_in(report)["review"]
    assert (found["rows"], found["found"], found["wrong"], found["missed"]) == (20, 20, 3, 4)
    assert found["recall"]["value"] == pytest.approx(17 / 21)
    assert found["precision"]["value"] == pytest.approx(17 / 20)
    assert (found["unmissed"]["low"], found["unmissed"]["high"]) == pytest.approx(wilson(17, 20, 0.95))
    kinds = {one["kind"]: one for one in found["kinds"]}
    assert list(kinds) == ["email", "person", "tax_id", ""]
    assert [(one["found"], one["wrong"], one["missed"]) for one in kinds.values()] == [
        (20, 3, 0), (0, 0, 1), (0, 0, 1), (0, 0, 2),
    ]  # fmt: skip
    assert kinds["email"]["precision"]["value"] == pytest.approx(17 / 20)
    assert kinds["person"]["recall"]["value"] == 0
    assert kinds[""]["recall"] is None
    assert "Recall: 81.0%" in report.read_text()
    assert "Of 2 the kind was not told" in report.read_text()
    assert re.search(r"<th scope=.row.>tax id</th>.*>0.0% \(0.0% to 79", report.read_text())


@pytest.mark.parametrize(
    ("answer", "said"),
    [(("wrong", "#2"), "has no brackets #2"), (("", ""), "have no answer"), (("perhaps", ""), "none of the choices")],
)
def test_answers_that_cannot_be_are_told(tmp_path: Path, rows: Path, answer: tuple[str, str], said: str) -> None:
    export(rows, Data(train=rows), Privacy(), tmp_path / "s", rows=4, seed=0)
    with pytest.raises(DataError, match=said):
        receive(tmp_path / "s", filled(tmp_path / "s", {2: answer}), None)
    assert not (tmp_path / "s" / "review.json").exists()


def test_intervals_count_rows_that_hang_together() -> None:
    """One identifier a row: Wilson's interval. The same ten times over in each row: hardly narrower than that."""
    alone = reviewed([Marked(("iban",))] * 18 + [Marked((), (), ("iban",))] * 2, 20)
    assert (alone.recall.low, alone.recall.high) == pytest.approx(wilson(18, 20, 0.95))
    together = reviewed([Marked(("iban",) * 10)] * 18 + [Marked((), (), ("iban",) * 10)] * 2, 20)
    assert together.recall.value == alone.recall.value
    width = alone.recall.high - alone.recall.low
    assert 0.95 * width < together.recall.high - together.recall.low < 1.25 * width
    assert reviewed([Marked(())], 1).recall.value is None


def test_kinds_are_estimated_apart() -> None:
    """Of each kind what a review of rows with that kind alone finds."""
    mails = [Marked(("email",) * 3, ("email",), ())] * 4
    names = [Marked(("person",), (), ("person",))] * 6
    both = reviewed([*mails, *names], 99)
    assert [one.kind for one in both.kinds] == ["email", "person"]
    for one, rows in zip(both.kinds, (mails, names), strict=True):
        alone = reviewed(rows, 99)
        assert (one.recall, one.precision) == (alone.recall, alone.precision)
        assert (one.found, one.wrong, one.missed) == (alone.found, alone.wrong, alone.missed)


def test_another_use_of_the_comment_is_shown_and_old_sheets_keep_their_digest() -> None:
    usual = Sheet("s", "T", "I", "Q", (Choice("a", "A", "1"),), (Item("x", ()),))
    assert usual.digest == "e48a9e680c62dd5704f2a69272654535f5f42329bf28e9ccc9d1bd5ea963cbe4"
    other = Sheet("s", "T", "I", "Q", (Choice("a", "A", "1"),), (Item("x", ()),), "What was missed")
    assert other.digest != usual.digest
    assert "What was missed" in page(other)
    assert "Comment, optional" in page(usual)


def test_a_file_called_like_no_command_is_scrubbed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mail\nann@example.com\n")
    runner = CliRunner()
    told = runner.invoke(app, ["scrub", str(path), "--dry-run", "--json"])
    assert json.loads(told.stdout)["rows"] == {"in": 1, "kept": 1, "quarantined": 0, "changed": 1}
    shown = runner.invoke(app, ["scrub", str(path), "--out", str(tmp_path / "o.csv")])
    assert shown.exit_code == 0
    assert "1 in 1 rows, replaced" in shown.stdout
    assert "ann@" not in shown.stdout
    assert "The key was destroyed" in shown.stdout
    assert isinstance(runner.invoke(app, ["scrub", str(path)]).exception, InputError)
    assert isinstance(runner.invoke(app, ["scrub", str(path), "--out", "x.csv", "--seal"]).exception, InputError)
