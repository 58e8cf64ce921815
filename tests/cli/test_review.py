"""`finewright review` as a person types it, and the name that `run --as` keeps."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.flows.review.export import export
from finewright.flows.trainers import require_name
from support.command import Call
from support.finished import finished_run


def test_export_and_import_as_typed(tmp_path: Path, call: Call) -> None:
    run = finished_run(tmp_path / "run", {arm: [f"{arm} says {n}" for n in range(8)] for arm in ("ab", "cd", "ef")})
    words = ["review", "export", run.root, "--arms", "ab", "cd", "--also", "ef", "--raters", "Ann, Ben"]
    told = call(*words, "--items", "4", "--out", tmp_path / "out")
    assert told.code == 0
    assert told.out.splitlines() == [str(tmp_path / "out" / "1-ann"), str(tmp_path / "out" / "2-ben")]
    assert "12 items for each of 2" in told.err
    assert "does not say who trained it" in told.err

    (sheet,) = (tmp_path / "out" / "1-ann").glob("*.csv")
    taken = ("review", "import", run.root, sheet, "--as", "Eve")
    empty = call(*taken)
    assert empty.code == 2
    assert "12 of 12 items have no answer" in empty.err.replace("\n", " ")
    sheet.write_text(sheet.read_text("utf-8-sig").replace(',"","","",', ',"tie","","",'), "utf-8")
    found = call(*taken, "--json")
    assert found.code == 0
    assert [one["ties"] for one in json.loads(found.out)["findings"]["pairs"]] == [4, 4, 4]
    shown = call(*taken)
    assert shown.code == 0
    assert "It cannot be told whether people prefer ab or cd" in shown.out


WATCHED = (
    "import sys; from finewright.cli.main import main\n"
    "try: main()\n"
    "except SystemExit as left: code = left.code or 0\n"
    "print('loaded', [name for name in ('torch', 'transformers') if name in sys.modules], code)"
)


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A finished run, and a sheet of its answers that was filled in."""
    folder = tmp_path_factory.mktemp("rated")
    run = finished_run(folder / "run", {arm: [f"{arm} says {n}" for n in range(8)] for arm in ("ab", "cd")})
    export(run.root, [("ab", "cd")], folder / "out", items=4, raters=["Ann"])
    (sheet,) = (folder / "out").rglob("*.csv")
    sheet.write_text(sheet.read_text("utf-8-sig").replace(',"","","",', ',"tie","","",'), "utf-8")
    return run.root, sheet


@pytest.mark.parametrize(
    "words",
    [
        ["export", "--help"],
        ["import", "RUN", "SHEET", "--as", "Eve"],
        ["export", "RUN", "--arms", "ab", "cd", "--out", "OUT"],
    ],
)
def test_people_do_not_wait_for_a_model_library(words: list[str], rated: tuple[Path, Path], tmp_path: Path) -> None:
    places = {"RUN": str(rated[0]), "SHEET": str(rated[1]), "OUT": str(tmp_path / "out")}
    command = [sys.executable, "-c", WATCHED, "review", *(places.get(word, word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "loaded [] 0", done.stderr


def test_a_name_is_more_than_spaces() -> None:
    with pytest.raises(InputError, match="the name is empty"):
        require_name(" \t")
