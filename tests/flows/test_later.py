"""The page of a finished run with what was found later: shown once it is there, by everybody's figures, and by no
edited file's."""

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from finewright.base.errors import InputError, StorageError
from finewright.base.files import digest_json, write_json
from finewright.base.recipe_judge import Criterion, Judge
from finewright.base.results import Results
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.results_file import as_stored, read, write
from finewright.evaluate.scorers.abstention import risk_coverage
from finewright.flows.examiner import Examiner
from finewright.flows.folder import RunFolder
from finewright.flows.judge import case_of, judge_case
from finewright.flows.report.sureness_chart import Curve, points_of, sureness_chart
from finewright.flows.review.export import export
from finewright.flows.review.receive import receive
from finewright.flows.slices import slices_in
from finewright.flows.stored import rows_of_test
from finewright.flows.view import rewrite
from support.finished import finished_run

ROWS = 24
ARMS = ("tuned", "few_shot")
NEW = ("sureness", "slices", "reviewed", "judged")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """The tuned arm says `good`, the other `poor`; nobody has said anything about them yet."""
    return finished_run(
        tmp_path / "run", {"tuned": [f"good {n}" for n in range(ROWS)], "few_shot": [f"poor {n}" for n in range(ROWS)]}
    )


def sections(folder: RunFolder) -> list[str]:
    return [name for name in NEW if f'id="{name}"' in folder.report.read_text()]


def judged(folder: RunFolder, human: Path | None = None) -> Path:
    """The judgement of one who likes what is good, whichever side it stands on."""

    def likes_good(asked: object) -> str:
        said = asked.messages[-1].content  # type: ignore[attr-defined]
        if "Answer A:" not in said:
            return "yes" if "good" in said.split("Answer:")[1] else "hmm"
        return "A" if "good" in said.split("Answer A:")[1].split("Answer B:")[0] else "B"

    completer = FakeCompleter(likes_good)
    examiner = Examiner({"base": "wise-1"}, True, lambda requests: enumerate(completer.complete(requests)))
    settings = Judge(criteria=[Criterion(name="right")])
    return judge_case(folder, case_of(folder, ARMS), settings, examiner, human=human, say=lambda _: None).path


def reviewed(folder: RunFolder, out: Path, raters: Sequence[str] = ("Ann Ode", "Ben Ode")) -> Path:
    """A review in which everybody prefers the good answer, but for each one's first item."""
    done = export(folder.root, [ARMS], out, items=ROWS, raters=raters)
    files = []
    for place in done.raters.values():
        (sheet,) = place.glob("*.csv")
        rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))))
        for number, row in enumerate(rows):
            row["answer"] = "left" if row["Left"].startswith("good") == (number > 0) else "right"
        files.append(place / "filled.csv")
        with files[-1].open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    return receive(folder.root, files, "Carla").path


def test_each_section_comes_with_what_it_shows(run: RunFolder, tmp_path: Path) -> None:
    rewrite(run)
    assert sections(run) == []
    review = reviewed(run, tmp_path / "out")
    assert sections(run) == ["reviewed"]
    text = run.report.read_text()
    found = json.loads(review.read_text())["findings"]["pairs"][0]
    assert f"Krippendorff&#39;s alpha {found['agreement']['value']:.2f}" in text
    assert f"tuned was preferred in {found['contrast']['won']}" in text
    judged(run, next(run.reviews.glob("*.csv")))
    assert sections(run) == ["reviewed", "judged"]
    text = run.report.read_text()
    for part in ("judged by wise-1", "50.0%</td>", "kappa is", "sways the judge"):
        assert part in text, part
    assert ("The judge may decide" in text) != ("informs and does not decide" in text)


def test_the_page_names_no_rater(run: RunFolder, tmp_path: Path) -> None:
    reviewed(run, tmp_path / "out")
    assert "rated by 2 people" in run.report.read_text()
    assert "All raters together" in run.report.read_text()
    reviewed(run, tmp_path / "alone", ["Ann Ode"])
    assert "The one rater: left preferred" in run.report.read_text()
    assert not re.search("Ann|Ben|Ode|Carla", run.report.read_text())


@pytest.mark.parametrize("spoilt", ["edited", "damaged", "of another run"])
def test_what_cannot_be_relied_on_is_named_and_not_shown(run: RunFolder, tmp_path: Path, spoilt: str) -> None:
    for path in (judged(run), reviewed(run, tmp_path / "out")):
        stored = json.loads(path.read_text())
        if spoilt == "edited":
            held = stored.get("judgement", stored)
            held["confidence" if "confidence" in held else "imported_by"] = "0.5"
            write_json(path, stored)
        elif spoilt == "damaged":
            path.write_text(path.read_text()[:-20])
        else:
            held = stored.get("judgement") or {key: one for key, one in stored.items() if key != "digest"}
            held["run"] = "cd" * 32
            stamped = {"judgement": held} if "judgement" in stored else held
            write_json(path, stamped | {"digest": digest_json(held)})
        rewrite(run)
        told = f"<code>{path.parent.name}/{path.name}</code> was edited, is damaged or belongs to another run"
        assert told in run.report.read_text()
    assert sections(run) == []


def test_a_page_written_now_is_the_page_written_later(run: RunFolder, tmp_path: Path) -> None:
    results = read(run.results)
    assert as_stored(results) == results
    reviewed(run, tmp_path / "out")
    first = run.report.read_bytes()
    run.report.unlink()
    rewrite(run)
    assert run.report.read_bytes() == first


def test_a_run_without_an_end_has_no_page(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished run"):
        rewrite(RunFolder(tmp_path))


def test_a_missing_answer_file_is_told_and_the_page_stays(run: RunFolder) -> None:
    rewrite(run)
    before = run.report.read_bytes()
    run.answers("tuned", "test").write_text("{}")
    with pytest.raises(StorageError, match="holds no answers"):
        rewrite(run)
    assert run.report.read_bytes() == before


# how sure


def test_probabilities_of_an_old_run_are_drawn_from_its_answers(run: RunFolder) -> None:
    """Results that know no calibration error: the curve is there, the figure a dash."""
    path = run.answers("tuned", "test")
    stored = json.loads(path.read_text())
    for place, row in enumerate(stored["rows"]):
        row["probability"] = place / ROWS
    path.write_text(json.dumps(stored))
    results = read(run.results)
    (tuned, other) = results.arms
    assert tuned.test is not None
    right = {name: int(name, 16) >= ROWS // 2 for name in tuned.test.correct}  # the surer half
    write(run.results, replace(results, arms=(replace(tuned, test=replace(tuned.test, correct=right)), other)))
    rewrite(run)
    assert sections(run) == ["sureness"]
    text = run.report.read_text()
    section = text[text.index('id="sureness"') : text.index("</section>", text.index('id="sureness"'))]
    assert '<span class="figure">0.0%</span></span>' in section
    assert section.count("<tr") == 2, "a heading and the one arm that says how sure it is"
    assert "tuned: 0.0% wrong of the surest 50.0%, 50.0% of all 100.0% answered" in section


def test_a_chart_stays_in_its_frame_and_a_perfect_order_climbs() -> None:
    curve = risk_coverage([at / 200 for at in range(200)], [at >= 60 for at in range(200)])
    points = points_of(curve)
    assert [coverage for coverage, _ in points] == sorted(coverage for coverage, _ in points)
    assert points[0][1] == 0
    assert points[-1] == pytest.approx((1.0, 0.3))
    for width in (860, 360):
        drawn = str(sureness_chart([Curve("<b>", "s0", curve)], width))
        assert "<b>" not in drawn
        pairs = re.findall(r"([\d.-]+) ([\d.-]+)", re.findall(r'd="M([^"]*)"', drawn)[0])
        assert all(0 <= float(x) <= width and 0 <= float(y) <= 320 for x, y in pairs)
    assert sureness_chart([]) == ""
    assert len(points_of(risk_coverage([0.5] * 4, [True] * 4))) == 2, "all equally sure: a line for one point"


# slices


def with_groups(folder: RunFolder, size: int) -> Results:
    """Rows in groups of this size, and results whose tuned arm is right in the first."""
    rows = [json.loads(line) for line in folder.part("test").read_text().splitlines()]
    for place, row in enumerate(rows):
        row["group"] = f"firm {place // size}"
    folder.part("test").write_text("".join(json.dumps(row) + "\n" for row in rows))
    results = read(folder.results)
    (tuned, other) = results.arms
    assert tuned.test is not None
    right = {row["id"]: row["group"] == "firm 0" for row in rows}
    changed = replace(tuned, test=replace(tuned.test, correct=right))
    verdict = replace(results.verdict, challenger="few_shot")
    return replace(results, arms=(changed, other), verdict=verdict)


def test_groups_are_shown_where_they_are_large_enough_to_compare(tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run", {name: ["good"] * 40 for name in ARMS})
    for size, shown in ((20, True), (10, False)):
        results = with_groups(folder, size)
        found = slices_in(folder, results, list(rows_of_test(folder)))
        assert [one.column for one in found] == (["group"] if shown else [])
        if shown:
            assert [(one.name, one.figures["tuned"].value) for one in found[0].slices] == [("firm 0", 1), ("firm 1", 0)]
            write(folder.results, results)
            rewrite(folder)
            assert sections(folder) == ["slices"]
            assert "ahead in firm 0" in folder.report.read_text()


def test_kept_values_that_were_edited_are_refused(run: RunFolder) -> None:
    ids = [one.id for one in rows_of_test(run)]
    columns = {"country": dict.fromkeys(ids, "AT")}
    write_json(run.slices, {"digest": digest_json(columns), "columns": columns})
    rewrite(run)
    assert "By country" in run.report.read_text()
    columns["country"][ids[0]] = "DE"
    write_json(run.slices, {"digest": "0", "columns": columns})
    with pytest.raises(StorageError, match="was changed after it was written"):
        rewrite(run)
