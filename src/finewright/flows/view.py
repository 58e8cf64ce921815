"""What the report of any run shows besides its results, read from the run folder. Knows no models.

write_report(folder.report, results, view_of(folder, results))       at the end of a run
rewrite(folder)                                                     when something about it was found later
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from finewright.base.files import read_json
from finewright.base.records import Prediction, TaskKind
from finewright.base.results import ArmResult, Results
from finewright.evaluate.coverage import best_scores, probabilities
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder
from finewright.flows.held_out import judged_in, lines_in, replies_in
from finewright.flows.later import decision_in, judgements_in, reviews_in
from finewright.flows.passages import kept_passages
from finewright.flows.privacy import sampled
from finewright.flows.report.page import RunView, write_report
from finewright.flows.slices import slices_in
from finewright.flows.stored import answers_to_test, rows_of_test
from finewright.train.rounds import Round, read_round, rounds_in


def view_of(folder: RunFolder, results: Results) -> RunView:
    """The run's log, data card and settings, what was found when it ended, and what was found since."""
    log = folder.metrics.read_text(encoding="utf-8").splitlines() if folder.metrics.exists() else []
    sample, left_out = sampled.kept(folder.root, results.data)
    decision, edited = decision_in(folder, results.run)
    shown = _SHOWN.get(results.kind, _arms)(folder, results)
    shown["left_out"] = [*shown.get("left_out", ()), *edited, *left_out]
    return RunView(
        metrics=[json.loads(line) for line in log],
        card=results.data,
        sample=sample,
        recipe=[(row["key"], row["value"], row["origin"]) for row in read_json(folder.resolved)],
        decision=decision,
        **({"records": (), "predictions": {}} | shown),
    )


def rewrite(folder: RunFolder) -> None:
    """Write the page of a finished run anew, with what judges, people and the gate have said since.

    Raises InputError where the folder holds no finished run.
    """
    results = finished(folder)
    write_report(folder.report, results, view_of(folder, results))


def _arms(folder: RunFolder, results: Results) -> dict[str, Any]:
    """Of a run with arms: the rows, what each arm said to them, and what judges and people said since."""
    arms = [arm for arm in results.arms if arm.test is not None]
    said = {arm.name: answers_to_test(folder, arm.name) for arm in arms}
    asked = {one.record for predictions in said.values() for one in predictions}
    records = [record for record in rows_of_test(folder) if record.id in asked]
    judgements, edited = judgements_in(folder, results.run)
    reviews, edited_too = reviews_in(folder, results.run)
    return {
        "records": records,
        "predictions": {name: {one.record: one.answer for one in of} for name, of in said.items()},
        "rounds": _first_and_last(folder),
        "sure": {arm.name: sure for arm in arms if (sure := _sure(folder, arm, said[arm.name]))},
        "judgements": judgements,
        "reviews": reviews,
        "slices": slices_in(folder, results, records),
        "left_out": [*edited, *edited_too],
    }


def _documents(folder: RunFolder, _: Results) -> dict[str, Any]:
    return {"documents": lines_in(folder)}


def _preferences(folder: RunFolder, _: Results) -> dict[str, Any]:
    return {"judged": judged_in(folder), "compliance": replies_in(folder)}


_SHOWN: dict[TaskKind, Callable[[RunFolder, Results], dict[str, Any]]] = {
    "documents": _documents,
    "preferences": _preferences,
    "feedback": _preferences,
}
"""What the page shows of runs without arms."""


def _sure(folder: RunFolder, arm: ArmResult, said: Sequence[Prediction]) -> dict[str, float | None]:
    """How sure the arm is of each answer: by its probabilities, or by its passages; nothing where it has neither."""
    found: Sequence[float | None] | None = probabilities(said)
    if found is None and arm.test is not None and "answered" in arm.test.figures:  # an arm that may abstain and cite
        found = best_scores(said, kept_passages(folder.passages))
    return {one.record: sure for one, sure in zip(said, found, strict=True)} if found else {}


def _first_and_last(folder: RunFolder) -> list[Round]:
    """Of the rounds of rollouts, where there are any, those that show most."""
    every = rounds_in(folder.rollouts)
    return [read_round(path) for path in dict.fromkeys([*every[:1], *every[-1:]])]
