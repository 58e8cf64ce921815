"""`judge` on a finished run: nothing is asked twice; nothing edited, foreign or unreadable becomes a score."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from finewright.base.errors import DataError, InputError, StorageError
from finewright.base.files import write_json, write_jsonl
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.recipe_judge import Criterion, Judge
from finewright.base.records import CompletionRequest, Message, Prediction, Record
from finewright.base.results import ArmResult, Results, Verdict
from finewright.cli.show_judge import judgement_parts
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.judge.judgement import read
from finewright.evaluate.judge.words import sentences
from finewright.evaluate.measure import measure
from finewright.evaluate.results_file import write as write_results
from finewright.evaluate.task import Task
from finewright.flows.case import case_of
from finewright.flows.examiner import Examiner, examiner_of
from finewright.flows.folder import RunFolder
from finewright.flows.judge import JudgeOutcome, judge, judge_case
from support.tiny import tiny_base

ROWS = 24
TASK = Task("text", "Answer.", (), (), 20)
SETTINGS = Judge(criteria=[Criterion(name="right"), Criterion(name="tone", levels=["rude", "plain", "kind"])])
RECORDS = [Record(f"r{at}", (Message("user", f"What is {at}?"),), f"It is {at}.") for at in range(ROWS)]


def finished_run(root: Path, base: str = "fake", **arms: Sequence[str]) -> RunFolder:
    """The folder of a run whose arms gave these answers."""
    folder, results = RunFolder(root), []
    write_jsonl(folder.part("test"), (asdict(record) for record in RECORDS))
    for name, answers in arms.items():
        said = [Prediction(record.id, answer) for record, answer in zip(RECORDS, answers, strict=False)]
        write_json(folder.answers(name, "test"), {"seconds": 1.0, "rows": [asdict(one) for one in said]})
        measured = measure(TASK, RECORDS[: len(said)], said, 1.0, 0.95)
        results.append(ArmResult(name, name, name == "tuned", test=measured))
    verdict = Verdict("not compared", "No.", "None.")
    write_results(folder.results, Results("try", "0" * 64, "text", "exact", tuple(results), verdict))
    rows = {"base": base, "evaluate.confidence": 0.95, "arms.endpoints": []}
    write_json(folder.resolved, [{"key": key, "value": value, "origin": "default"} for key, value in rows.items()])
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    tuned = [record.answer if at % 4 else "No idea." for at, record in enumerate(RECORDS)]
    return finished_run(tmp_path / "run", tuned=tuned, zero_shot=["No idea."] * ROWS)


def prefers_knowing(request: CompletionRequest) -> str:
    """A judge that tells an answer from none, and in both orders alike."""
    said = request.messages[-1].content
    if "Answer A:" in said:
        return "A" if "It is" in said.split("Answer A:")[1].split("Answer B:")[0] else "B"
    knows = "It is" in said.split("Answer:")[1]
    return ("kind" if knows else "plain") if "rude" in said else ("yes" if knows else "no")


def examiner(completer: FakeCompleter, written: bool = True) -> Examiner:
    return Examiner({"fake": 1}, written, lambda requests: enumerate(completer.complete(requests)))


def judged(folder: RunFolder, by: Callable[[CompletionRequest], str], **more: Any) -> tuple[JudgeOutcome, int]:
    """The outcome, and how many questions were put to the judge."""
    completer = FakeCompleter(by)
    case = case_of(folder, ("tuned", "zero_shot"))
    found = judge_case(folder, case, SETTINGS, examiner(completer), say=lambda line: None, **more)
    return found, len(completer.requests)


def test_every_row_is_judged_and_equal_answers_are_not_compared(folder: RunFolder) -> None:
    found, asked = judged(folder, prefers_knowing)
    of = found.judgement.compared
    assert (of.rows, of.won, of.lost, of.equal) == (24, 18, 0, 6)
    assert asked == found.asked == 2 * (24 + 18) + 2 * 18  # zero-shot's and the equal answers of a row are one question
    right, tone = found.judgement.rated
    assert right.counts["tuned"] == {"no": 6, "yes": 18, "inconclusive": 0}
    assert tone.counts["zero_shot"] == {"rude": 0, "plain": 24, "kind": 0, "inconclusive": 0}
    assert read(found.path) == found.judgement
    assert found.judgement.outcome is None
    assert "informs and does not decide" in sentences(found.judgement)[-1]
    assert list(judgement_parts(found))


def test_nothing_is_asked_twice_and_the_same_command_says_the_same(folder: RunFolder) -> None:
    first, _ = judged(folder, prefers_knowing)
    again, asked = judged(folder, lambda request: "no")
    assert (asked, again.asked) == (0, 0)
    assert again == replace(first, asked=0)


def test_what_was_answered_before_a_fault_is_kept(folder: RunFolder) -> None:
    whole, _ = judged(finished_copy(folder), prefers_knowing)
    completer, came = FakeCompleter(prefers_knowing), []

    def breaks_off(requests: Sequence[CompletionRequest]) -> Any:
        for place, done in enumerate(completer.complete(requests)):
            if len(came) == 45:
                raise ConnectionError
            came.append(place)
            yield place, done

    case = case_of(folder, ("tuned", "zero_shot"))
    with pytest.raises(ConnectionError):
        judge_case(folder, case, SETTINGS, Examiner({"fake": 1}, True, breaks_off), say=lambda line: None)
    assert not list(folder.judge.glob("*.json"))
    found, asked = judged(folder, prefers_knowing)
    assert asked == whole.asked - 45
    assert found.judgement == whole.judgement


def finished_copy(folder: RunFolder) -> RunFolder:
    tuned, other = (
        [row["answer"] for row in json.loads(folder.answers(name, "test").read_text())["rows"]]
        for name in ("tuned", "zero_shot")
    )
    return finished_run(folder.root.parent / "copy", tuned=tuned, zero_shot=other)


def test_a_judge_that_never_parses_is_told_after_one_batch_and_never_scored(folder: RunFolder) -> None:
    asked = []

    def mute(request: CompletionRequest) -> str:
        asked.append(request)
        return "It depends."

    for _ in range(2):  # the second time nobody is asked
        with pytest.raises(InputError, match=r"gave no reply that can be read, such as 'It depends\.'; take another"):
            judged(folder, mute)
    assert len(asked) == 32
    assert not list(folder.judge.glob("*.json"))


def test_some_that_cannot_be_read_are_inconclusive_and_counted(folder: RunFolder) -> None:
    def seldom(request: CompletionRequest) -> str:
        said = prefers_knowing(request)
        return "Well..." if said == "A" and "What is 1" in request.messages[-1].content else said

    found, _ = judged(folder, seldom)
    of = found.judgement.compared
    assert of.inconclusive == 9  # rows 1 and 10 to 19, but for 12 and 16, whose answers are equal
    assert of.won + of.equal + of.inconclusive == 24


def test_a_reply_that_was_edited_is_refused(folder: RunFolder) -> None:
    judged(folder, prefers_knowing)
    path = sorted((folder.judge / "replies").glob("*.jsonl"))[0]
    path.write_text(path.read_text().replace('"text":"no"', '"text":"yes"', 1).replace('"text":"B"', '"text":"A"', 1))
    with pytest.raises(StorageError, match=r"jsonl:\d+: holds a reply that was edited or damaged"):
        judged(folder, prefers_knowing)


def test_a_judgement_that_was_edited_is_refused_and_not_written_over(folder: RunFolder) -> None:
    found, _ = judged(folder, prefers_knowing)
    edited = found.path.read_text().replace('"decides": false', '"decides": true')
    found.path.write_text(edited)
    with pytest.raises(StorageError, match="it was edited or damaged"):
        judged(folder, prefers_knowing)
    assert found.path.read_text() == edited


def test_people_who_agree_let_it_decide(folder: RunFolder, tmp_path: Path) -> None:
    lines = [f"r{at},preferred,,{'tuned' if at % 4 else 'tie'}" for at in range(ROWS)]
    (tmp_path / "people.csv").write_text("\n".join(["record,criterion,arm,level", *lines]) + "\n")
    found, _ = judged(folder, prefers_knowing, human=tmp_path / "people.csv")
    assert (found.judgement.decides, found.judgement.outcome) == (True, "better")
    assert sentences(found.judgement)[-1] == "The judge may decide, and finds that tuned is better than zero_shot."


def test_labels_of_other_rows_are_told_before_anything_is_asked(folder: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("record,criterion,arm,level\nr99,right,tuned,yes\n")
    with pytest.raises(DataError, match=r"people\.csv:2: labels the record 'r99', which is none that was judged"):
        judged(folder, lambda request: pytest.fail("somebody was asked"), human=tmp_path / "people.csv")
    assert not folder.judge.exists()


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        (("tuned", "tuned"), "both arms are tuned; name two different arms"),
        (("tuned", "zero_short"), "has no measured arm 'zero_short'; did you mean 'zero_shot'"),
        (("tuned", "shorter"), "the arms tuned and shorter did not answer the same test rows"),
    ],
)
def test_arms_that_cannot_be_compared_are_told(arms: tuple[str, str], said: str, tmp_path: Path) -> None:
    folder = finished_run(tmp_path / "run", tuned=["x"] * ROWS, zero_shot=["y"] * ROWS, shorter=["z"] * (ROWS - 1))
    with pytest.raises(InputError, match=said):
        case_of(folder, arms)


def test_a_run_that_is_not_finished_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no finished run"):
        judge(tmp_path, ("tuned", "zero_shot"), say=lambda line: None)


def test_a_base_on_this_machine_judges_by_its_probabilities(tmp_path: Path) -> None:
    """A random base: whatever it says is a choice, none is inconclusive, and asking again asks nobody."""
    base = tiny_base(tmp_path / "base")
    folder = finished_run(tmp_path / "run", str(base), tuned=["It is."] * ROWS, zero_shot=["No idea at all."] * ROWS)
    found = judge(folder.root, ("tuned", "zero_shot"), say=lambda line: None)
    assert found.asked == 4 * ROWS
    (right,) = found.judgement.rated
    assert right.counts["tuned"]["inconclusive"] == found.judgement.compared.inconclusive == 0
    assert found.judgement.judge["digest"] == digest_of(base)
    assert judge(folder.root, ("tuned", "zero_shot"), say=lambda line: None).asked == 0


def digest_of(base: Path) -> str:
    from finewright.model.hub import find

    return find(str(base)).digests.combined


def test_an_endpoint_judges_by_name_and_its_key_and_what_leaves_the_machine_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    far = Endpoint(name="far", url="https://judge.example/v1", model="m", key_env="JUDGE_KEY", leaves_machine=True)
    with pytest.raises(InputError, match=r"there is no 'fat' among `arms\.endpoints`; did you mean far"):
        examiner_of(Judge(endpoint="fat"), "fake", [far], said.append)
    with pytest.raises(InputError, match="an endpoint gives no probabilities of choices"):
        examiner_of(Judge(endpoint="far", reply="choices"), "fake", [far], said.append)
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    with pytest.raises(InputError, match="JUDGE_KEY"):
        examiner_of(Judge(endpoint="far"), "fake", [far], said.append)
    monkeypatch.setenv("JUDGE_KEY", "secret")
    found = examiner_of(Judge(endpoint="far"), "fake", [far], said.append)
    assert found.written
    assert "secret" not in json.dumps(found.identity)
    assert said[-1] == "DATA LEAVE THIS MACHINE: questions and answers of the test rows go to judge.example"
