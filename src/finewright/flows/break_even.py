"""What a distillation cost and what it saves: figures from a run's stored answers and outcome, no model.

In tokens: `asking` counts every prompt and answer of the teacher's whole, as a caller would, and what was read again
for its distributions. A token trained on counts as three that are read, for going backwards takes twice as long as
going forwards; one of a validation counts once. `before` and `after` are the mean prompts of a call, of teacher and
student over the same rows: answers are as long with either. In seconds: wall times as they were measured, of a call
the mean over the rows that were answered together.
"""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from finewright.base.break_even import BreakEven, break_even
from finewright.base.distillation import Distillation
from finewright.base.files import read_json
from finewright.base.results import ArmResult
from finewright.engine.local import LocalCompleter
from finewright.flows.distil import reading_file
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared
from finewright.flows.teacher import Teacher, Told, arm_alike, teacher_of, told
from finewright.model.batch import Example

_LEARNING = 3
"""Tokens read that a token trained on counts as: forwards, and backwards twice."""


def distillation_of(
    prepared: Prepared, folder: RunFolder, training: Mapping[str, Any], arms: Sequence[ArmResult]
) -> Distillation:
    """The figures of a finished distillation: `training` is its outcome, `arms` are what was measured.

    Raises StorageError where an answer that it rests on was removed or is damaged.
    """
    teacher = teacher_of(prepared)
    learning, choosing = told(prepared, teacher, folder, _not_asked)
    match = prepared.recipe.train.distil.match
    read: dict[str, Any] = read_json(reading_file(folder)) if match == "tokens" else {"tokens": 0, "seconds": 0.0}
    agreed = _agreed(prepared, teacher, folder)
    return Distillation(
        teacher=teacher.base.name,
        match=match,
        rows=len(learning.answers.predictions),
        right=learning.right,
        empty=learning.empty,
        cut=learning.cut,
        long=learning.long,
        tokens=_tokens(prepared, learning, choosing, training, read["tokens"]),
        seconds=_seconds(learning, choosing, training, read["seconds"], arms),
        agreed=agreed,
        compared=0 if agreed is None else len(prepared.shared),
    )


def _tokens(prepared: Prepared, learning: Told, choosing: Told, training: Mapping[str, Any], read: int) -> BreakEven:
    lessons = learning.lessons
    validations = 1 + min(training["steps"], floor(training["epochs"] * prepared.recipe.train.evaluations))
    validated = validations * sum(len(one.student.tokens) for one in choosing.lessons)
    return break_even(
        asking=learning.tokens + choosing.tokens + read,
        training=_LEARNING * training["tokens"] + validated,
        before=sum(_prompt(one.asked) for one in lessons) / len(lessons),
        after=sum(_prompt(one.student) for one in lessons) / len(lessons),
    )


def _prompt(example: Example) -> int:
    """Tokens of an example before its answer."""
    return len(example.tokens) - example.targets


def _seconds(
    learning: Told, choosing: Told, training: Mapping[str, Any], read: float, arms: Sequence[ArmResult]
) -> BreakEven | None:
    tuned = next((arm.test for arm in arms if arm.trained and arm.test is not None), None)
    if tuned is None:
        return None
    return break_even(
        asking=learning.answers.seconds + choosing.answers.seconds + read,
        training=training["seconds"],
        before=learning.answers.seconds / len(learning.answers.predictions),
        after=tuned.seconds / tuned.rows,
    )


def _agreed(prepared: Prepared, teacher: Teacher, folder: RunFolder) -> int | None:
    """Of how many test rows student and teacher gave the same answer, where an arm was asked as the teacher is."""
    arm = arm_alike(prepared, teacher)
    paths = [folder.answers(name, "test") for name in (arm, "tuned") if name is not None]
    if arm is None or not all(path.exists() for path in paths):
        return None
    answers = [{row["record"]: row["answer"].strip() for row in read_json(path)["rows"]} for path in paths]
    return sum(bool(answers[0][row.id] == answers[1][row.id]) for row in prepared.shared)


def _not_asked() -> LocalCompleter:
    raise ValueError("the teacher is asked before the student learns")
