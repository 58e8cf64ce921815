"""Blinded review from files: nothing gives an arm away, every edit is noticed, and the count is that of the ratings."""

import csv
import io
import json
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from finewright.base.errors import FinewrightError, InputError, StorageError
from finewright.evaluate.review.findings import Rating, findings
from finewright.evaluate.review.words import sentences
from finewright.flows.folder import RunFolder
from finewright.flows.review.export import Exported, export
from finewright.flows.review.receive import receive
from finewright.flows.trainers import note_trainer, trainers
from finewright.model.digests import BaseDigests
from finewright.model.manifest import Manifest, read_manifest, write_manifest
from support.finished import finished_run

ROWS = 24
ARMS = ("tuned", "few_shot")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Twenty-four rows; the arms say the same to four of them, and the tuned one says `good` to the rest."""
    good = [f"good {n}" if n % 6 else f"same {n}" for n in range(ROWS)]
    poor = [f"poor {n}" if n % 6 else f"same {n}" for n in range(ROWS)]
    return finished_run(tmp_path / "run", {"tuned": good, "few_shot": poor})


def exported(run: RunFolder, out: Path, *raters: str, items: int = 50) -> Exported:
    return export(run.root, [ARMS], out, items=items, raters=raters or ("Ann", "Ben"))


def rows_of(folder: Path) -> list[dict[str, str]]:
    (path,) = folder.glob("*.csv")
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def fill(folder: Path, answer: str, *, changed: int = 0) -> Path:
    """A rater's table filled in: `answer` is the word that the better text begins with, or a side; the first `changed`
    rows get the other side."""
    rows = rows_of(folder)
    for number, row in enumerate(rows):
        sides = {row["Left"].split()[0]: "left", row["Right"].split()[0]: "right"}
        row["answer"] = sides.get(answer, answer)
        if number < changed:
            row["answer"] = {"left": "right", "right": "left"}[row["answer"]]
    path = folder / "filled.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_what_raters_get_names_no_arm_and_differs_between_them(run: RunFolder, tmp_path: Path) -> None:
    done = exported(run, tmp_path / "out")
    assert (done.items, done.same) == (20, 4)
    handed = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in handed) == [".csv", ".csv", ".html", ".html"]
    for path in handed:
        assert not any(arm in str(path.relative_to(tmp_path)) + path.read_text("utf-8") for arm in ARMS)
    ann, ben = (rows_of(folder) for folder in done.raters.values())
    assert [row["Text"] for row in ann] != [row["Text"] for row in ben]
    assert not {row["item"] for row in ann} & {row["item"] for row in ben}
    assert {len(row["item"]) for row in ann + ben} == {12}
    for rows in (ann, ben):
        assert Counter(row["Left"].split()[0] for row in rows) == {"good": 10, "poor": 10}
    sides = [{row["Text"]: row["Left"].split()[0] for row in rows} for rows in (ann, ben)]
    assert sides[0] != sides[1]
    # Whether an arm stands left can be told neither from the place in the sheet nor from the order of ids.
    for order in (ann, sorted(ann, key=lambda row: row["item"])):
        first = Counter(row["Left"].split()[0] for row in order[:10])
        assert 2 <= first["good"] <= 8


def test_the_same_export_is_the_same_and_other_seconds_make_another(run: RunFolder, tmp_path: Path) -> None:
    first, again = exported(run, tmp_path / "one"), exported(run, tmp_path / "two")
    assert first.seal == again.seal
    assert [rows_of(path) for path in first.raters.values()] == [rows_of(path) for path in again.raters.values()]
    stored = json.loads(run.answers("tuned", "test").read_text())
    run.answers("tuned", "test").write_text(json.dumps(stored | {"seconds": 1.5}))
    other = exported(run, tmp_path / "three")
    assert other.seal != first.seal, "the key hangs on what no sheet shows"
    assert rows_of(other.raters["Ann"]) != rows_of(first.raters["Ann"])


def test_ratings_are_unblinded_and_counted(run: RunFolder, tmp_path: Path) -> None:
    done = exported(run, tmp_path / "out")
    files = [fill(done.raters["Ann"], "good"), fill(done.raters["Ben"], "good", changed=2)]
    found = receive(run.root, files, "Carla")
    (pair,) = found.findings.pairs
    assert (pair.contrast.won, pair.contrast.lost, pair.ties, pair.same) == (18, 0, 2, 4)
    assert pair.contrast.p == pytest.approx(2 * 0.5**18)
    assert found.sentences[0].startswith("People prefer tuned to few_shot. Of 20 items tuned was preferred in 18")
    assert pair.agreement is not None
    assert pair.agreement.value < 0.1, "two who always say `good` but for two slips agree no better than chance"
    ann = found.findings.pulls[0].share
    assert ann is not None
    assert ann.value == 0.5
    stored = json.loads(found.path.read_text())
    assert stored["imported_by"] == "Carla"
    assert len(stored["ratings"]) == 40
    labels = list(csv.DictReader(io.StringIO(found.labels[ARMS].read_text())))
    assert Counter(row["level"] for row in labels) == {"tuned": 18, "tie": 2}
    assert receive(run.root, files, "Carla").path == found.path


def test_a_rater_who_always_takes_the_left_is_seen(run: RunFolder, tmp_path: Path) -> None:
    done = exported(run, tmp_path / "out")
    found = receive(run.root, [fill(done.raters["Ann"], "left")], "Carla")
    (pull,) = found.findings.pulls
    assert (pull.left, pull.right) == (20, 0)
    assert "the left one is preferred too often" in found.sentences[-1]
    assert found.findings.pairs[0].contrast.won == 10, "sides are even, so a pull makes no winner"
    assert "It cannot be told" in found.sentences[0]


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("seal", "was edited or is damaged; nobody can say now whose answer stood where"),
        ("answers", "has changed since the review was exported"),
        ("rows", "has changed since the review was exported"),
        ("sheet", "'(Left|Right)' of the item [a-p]{12} is not what the sheet showed"),
        ("twice", "is a second sheet of Ann"),
        ("foreign", "answers no sheet of this run"),
        ("mixed", "belongs to another review"),
        ("name", "the name is empty"),
        ("trainer", "DANA lee trained this run and may not review it"),
        ("rater", "Ann trained this run and may not review it"),
    ],
)
def test_every_edit_and_mix_up_is_told_and_nothing_is_written(
    run: RunFolder, tmp_path: Path, fault: str, said: str
) -> None:
    done = exported(run, tmp_path / "out")
    files, name = [fill(done.raters["Ann"], "good")], "Carla"
    match fault:
        case "seal":
            edit(done.seal, '"left": "tuned"', '"left": "few_shot"')
        case "answers":
            edit(run.answers("tuned", "test"), "good 5", "good 6")
        case "rows":
            edit(run.part("test"), "Question 3", "Question 4")
        case "sheet":
            edit(files[0], ",good ", ",goood ")
        case "twice":
            files *= 2
        case "foreign":
            done.seal.unlink()
        case "mixed":
            files.append(fill(exported(run, tmp_path / "more", "Ben", "Eve").raters["Ben"], "good"))
        case "name":
            name = "  "
        case "trainer":
            note_trainer(run, "Dana Lee")
            name = "DANA  lee"
        case "rater":
            note_trainer(run, "ann")
    before = sorted(run.reviews.iterdir())
    with pytest.raises(FinewrightError, match=said):
        receive(run.root, files, name)
    assert sorted(run.reviews.iterdir()) == before


def test_an_export_that_cannot_be_is_told_before_anything_is_written(run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    note_trainer(run, "Dana")
    for out, raters, said in [
        ("full", ["Ann"], "is there already"),
        ("run/sheets", ["Ann"], "inside the run's folder"),
        ("out", ["Ann", " ANN"], "two raters are called"),
        ("out", ["dana"], "dana trained this run and may not rate it"),
        ("out", [""], "the name is empty"),
    ]:
        with pytest.raises(InputError, match=said):
            export(run.root, [ARMS], tmp_path / out, items=5, raters=raters)
    twins = finished_run(tmp_path / "twins", {"tuned": ["a", "b"], "few_shot": ["a ", "b"]})
    with pytest.raises(InputError, match="gave the same answer to all of 2 test rows"):
        export(twins.root, [ARMS], tmp_path / "out", items=5, raters=["Ann"])
    assert not (tmp_path / "out").exists()
    assert not run.reviews.exists()


def test_names_of_trainers_add_up_and_are_kept_once(run: RunFolder) -> None:
    assert trainers(run) == ()
    for name in ("Ann  Lee", "ann lee", None, "Ben"):
        note_trainer(run, name)
    assert trainers(run) == ("Ann Lee", "Ben")


def test_three_arms_are_compared_two_by_two_with_holms_p() -> None:
    pairs = [("a", "b"), ("a", "c")]
    ratings = [Rating("Ann", str(n), pair, "a", "left") for pair in pairs for n in range(6)]
    found = findings(ratings, dict.fromkeys(pairs, 0), 0.95)
    assert [one.contrast.p for one in found.pairs] == [0.03125] * 2
    assert [one.contrast.adjusted for one in found.pairs] == [0.0625] * 2
    assert "It cannot be told" in sentences(found)[0], "0.03 alone would tell, among two it does not"


def test_raters_who_differ_and_agree_by_the_hand_count() -> None:
    # Items 1 and 2: both a; 3: a and b, a tie of the item; 4: tie and b, so b.
    said = {"1": ("left", "left"), "2": ("left", "left"), "3": ("left", "right"), "4": ("tie", "right")}
    ratings = [
        Rating(rater, record, ("a", "b"), "a", which[place])  # type: ignore[arg-type]
        for record, which in said.items()
        for place, rater in enumerate(("Ann", "Ben"))
    ]
    (pair,) = findings(ratings, {("a", "b"): 0}, 0.95).pairs
    assert (pair.contrast.won, pair.contrast.lost, pair.ties) == (2, 1, 1)


def test_a_result_that_was_edited_shows_by_its_digest(run: RunFolder, tmp_path: Path) -> None:
    done = exported(run, tmp_path / "out")
    found = receive(run.root, [fill(done.raters["Ann"], "good")], "Carla")
    edit(found.path, '"won": 20', '"won": 19')
    with pytest.raises(StorageError, match="was edited"):
        receive(run.root, [done.raters["Ann"] / "filled.csv"], "Carla")


def test_a_manifest_keeps_the_names_and_one_without_them_is_read(run: RunFolder) -> None:
    digests = BaseDigests(*[""] * len(fields(BaseDigests)))
    write_manifest(run.adapter, Manifest("b", "p", digests, "d", "r", {}, {}, "", {}, {}))
    note_trainer(run, "Ann Lee")
    assert read_manifest(run.adapter).trained_by == ("Ann Lee",)
    run.trainers.unlink()
    assert trainers(run) == ("Ann Lee",), "the manifest alone tells it too"
    edit(run.adapter / "finewright.json", ',\n  "trained_by": [\n    "Ann Lee"\n  ]', "")
    assert read_manifest(run.adapter).trained_by == ()
