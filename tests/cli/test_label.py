"""`finewright label` and `finewright show` as they are called: what they print, and where a fault leads."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from finewright.base.results import Figure
from finewright.cli.main import main
from finewright.cli.show_label import adopted_parts, curve_parts, errors_parts
from finewright.evaluate.label_errors import Suspect, Suspects
from finewright.evaluate.label_words import curve_sentence, curve_told, suspects_sentence
from finewright.evaluate.learning_curve import Check, Curve, More
from finewright.flows.label.adopt import Adopted
from finewright.flows.label.curve import CurveFound
from finewright.flows.label.errors import ErrorsFound
from support.topics import topic_records


def printed(parts) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    for part in parts:
        console.print(part)
    return console.export_text()


def laid(more: More, *, known: bool, held: bool = True) -> Curve:
    figure = Figure(0.8, 0.75, 0.85, 100)
    check = Check(400, Figure(0.79, 0.77, 0.81, 100), figure, held)
    return Curve(500, 0.95, 5, ((100, figure), (400, figure)), 0.1, 0.1, 0.5, check, figure, more, known)


def test_a_curve_is_told() -> None:
    curve = laid(More(118, 90, 160), known=True)
    told = printed(curve_parts(CurveFound("TF-IDF classifier", curve, curve_sentence(curve), curve_told(curve))))
    assert "80.0% (75.0 to 85.0)" in told
    assert "one point more takes about 120 more rows (95% interval 90 to 160)" in told
    assert "from up to half of them it foretold 79.0% (77 to 81) for 400 rows" in told
    assert "which agrees with the 80.0% (75 to 85) measured." in told


@pytest.mark.parametrize(
    ("curve", "said"),
    [
        (laid(More(None, 900, None), known=False), "at least 900 (95% interval 900 to no end)"),
        (laid(More(1000, 90, 90_000), known=False), "at least 90 (95% interval 90 to 90,000)"),
        (laid(More(None, None, None), known=False), "more rows of this kind do not buy one point"),
        (
            laid(More(118, 90, 160), known=False, held=False),
            "the curve foretold 79.0% (77 to 81) for 400, and 80.0% were",
        ),
    ],
)
def test_what_cannot_be_told_is_told_so(curve: Curve, said: str) -> None:
    assert said in curve_sentence(curve)


def test_suspects_and_adopted_answers_are_told(tmp_path: Path) -> None:
    (record,) = topic_records([("a \x1b[31m text", "login")])
    found = Suspects((Suspect(record, "refund", 0.9, 0.05),), 40, 1.4, ())
    told = printed(errors_parts(ErrorsFound("TF-IDF classifier", found, suspects_sentence(found))))
    assert "topics.csv:2" in told
    assert "login (0.05)" in told
    assert "refund (0.90)" in told
    assert "\x1b" not in told
    lines = printed(adopted_parts(Adopted(5, 0, 0, 3, {"data.train": tmp_path / "train.csv"})))
    assert "Labels: 5 added, 3 left open." in lines
    assert f"  train: {tmp_path / 'train.csv'}" in lines


def test_a_fault_is_one_sentence_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["label", "import", str(tmp_path), "answers.csv", "--out", str(tmp_path / "new")], "holds no labelling job"),
        (["show", str(tmp_path), "--by", "country"], "holds no finished run"),
        (["show", str(tmp_path)], "holds no finished run"),
    ):
        monkeypatch.setattr(sys, "argv", ["finewright", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        assert leaving.value.code == 2
        assert said in capsys.readouterr().err.replace("\n", " ")
