"""`finewright data synthetic` and `data demo --personal` as a person calls them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from finewright.cli.main import main

Call = Callable[..., int | str | None]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    def called(*arguments: object) -> int | str | None:
        monkeypatch.setattr(sys, "argv", ["finewright", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        return leaving.value.code or 0

    return called


def test_rows_are_made_and_told(tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"Please write about item {at} to anna{at}@northwind.com today.,{'ab'[at % 2]}" for at in range(40)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    (tmp_path / "recipe.yaml").write_text("data: {train: rows.csv}\n")
    made = tmp_path / "made"
    assert call("data", "synthetic", tmp_path / "recipe.yaml", "--out", made, "--by", "surrogate", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    [count] = done["counts"]
    rows = (made / "synthetic.jsonl").read_text("utf-8").splitlines()
    assert len(rows) == count["made"] == count["asked"] - sum(count["dropped"].values()) > 0
    assert {path.name for path in made.iterdir()} == {
        *("synthetic.jsonl", "train.jsonl", "validation.jsonl", "test.jsonl", "report.json")
    }


@pytest.mark.parametrize("given", [["--by", "paraphrase"], ["--base", "smollm2-135m"], ["--endpoint", "there"]])
def test_a_paraphrase_and_whoever_makes_it_go_together(
    tmp_path: Path, call: Call, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("data", "synthetic", tmp_path / "recipe.yaml", "--out", tmp_path / "made", *given) == 2
    assert "needs a base or an endpoint" in capsys.readouterr().err


def test_an_endpoint_that_is_not_there_is_told(tmp_path: Path, call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("data", "demo", tmp_path, "--personal", "--rows", 48) == 0
    asked = ("--by", "paraphrase", "--endpoint", "nobody")
    assert call("data", "synthetic", tmp_path / "recipe.yaml", "--out", tmp_path / "made", *asked) == 2
    assert "no 'nobody'" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


def test_the_plain_demo_leaves_the_personal_one_alone(tmp_path: Path, call: Call) -> None:
    assert call("data", "demo", tmp_path, "--personal", "--rows", 48) == 0
    before = (tmp_path / "deductions.jsonl").read_bytes()
    assert call("data", "demo", tmp_path, "--rows", 48) == 2
    assert (tmp_path / "deductions.jsonl").read_bytes() == before
    assert call("data", "demo", tmp_path, "--personal", "--rows", 48) == 0
