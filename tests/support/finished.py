"""The folder of a finished run, written by hand: two arms' answers to a few rows, and no model."""

from dataclasses import asdict
from pathlib import Path

from finewright.base.files import write_json, write_jsonl
from finewright.base.records import Message, Prediction, Record
from finewright.base.results import ArmResult, Figure, Measured, Results, Verdict
from finewright.evaluate.results_file import write as write_results
from finewright.flows.folder import RunFolder


def finished_run(root: Path, answers: dict[str, list[str]], asked: list[str] | None = None) -> RunFolder:
    """A run whose arms gave these answers, row by row."""
    folder = RunFolder(root)
    count = len(next(iter(answers.values())))
    texts = asked or [f"Question {number}" for number in range(count)]
    ids = [f"{number:016x}" for number in range(count)]
    rows = [Record(name, (Message("user", text),), "wanted") for name, text in zip(ids, texts, strict=True)]
    write_jsonl(folder.part("test"), (asdict(row) for row in rows))
    write_json(folder.resolved, [{"key": "evaluate.confidence", "value": 0.95, "origin": "default"}])
    for place, (arm, said) in enumerate(answers.items()):
        done = [asdict(Prediction(name, text)) for name, text in zip(ids, said, strict=True)]
        write_json(folder.answers(arm, "test"), {"seconds": 1.25 + place, "rows": done})
    figure = Figure(0.0, 0.0, 1.0, count)
    test = Measured(count, {"exact": figure}, dict.fromkeys(ids, False), 1.0, 0.0, 0.0)
    arms = tuple(ArmResult(arm, arm, arm == "tuned", validation=test, test=test) for arm in answers)
    verdict = Verdict("not compared", "Nothing.", "Nothing.")
    write_results(folder.results, Results("letters", "ab" * 32, "text", "exact", arms, verdict))
    return folder
