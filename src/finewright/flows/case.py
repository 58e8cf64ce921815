"""Two arms of a finished run beside each other, row by row, for whoever judges them. Reads files, runs no model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import read_json
from finewright.base.nearest import nearest
from finewright.base.records import Record
from finewright.base.results import ArmResult, Results
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder
from finewright.flows.stored import answers_to_test, rows_of_test


@dataclass(frozen=True, slots=True)
class Case:
    """What is put before a judge: records in order, both arms' answers to each, and which of these are right."""

    run: str
    arms: tuple[str, str]
    records: tuple[Record, ...]
    answers: Mapping[str, tuple[str, str]]
    right: Mapping[str, tuple[bool, bool]]
    confidence: float


def case_of(folder: RunFolder, arms: tuple[str, str]) -> Case:
    """The shared test rows of two arms. Raises InputError where they are not the same rows, or an arm has none."""
    results = finished(folder)
    if arms[0] == arms[1]:
        raise InputError(f"both arms are {arms[0]}", place=Place(folder.root), remedy="name two different arms")
    mine, theirs = (_arm(results, name, folder) for name in arms)
    said = [{one.record: one.answer for one in answers_to_test(folder, name)} for name in arms]
    right = [arm.test.correct if arm.test else {} for arm in (mine, theirs)]
    if not (said[0].keys() == said[1].keys() == right[0].keys() == right[1].keys()):
        raise InputError(
            f"the arms {arms[0]} and {arms[1]} did not answer the same test rows",
            place=Place(folder.root),
            remedy="run the recipe again, into another folder",
        )
    records = {record.id: record for record in rows_of_test(folder) if record.id in said[0]}
    if records.keys() != said[0].keys():
        raise StorageError(
            "lacks rows that the arms answered", place=Place(folder.part("test")), remedy="run the recipe again"
        )
    return Case(
        run=results.run,
        arms=arms,
        records=tuple(records.values()),
        answers={name: (said[0][name], said[1][name]) for name in records},
        right={name: (right[0][name], right[1][name]) for name in records},
        confidence=float(settings_of(folder)["evaluate.confidence"]),
    )


def settings_of(folder: RunFolder) -> dict[str, Any]:
    """Every setting of a run, by its dotted key."""
    return {row["key"]: row["value"] for row in read_json(folder.resolved)}


def _arm(results: Results, name: str, folder: RunFolder) -> ArmResult:
    measured = {arm.name: arm for arm in results.arms if arm.test is not None}
    if name not in measured:
        like = nearest(name, sorted(measured))
        there = f"it has {', '.join(measured)}" if measured else "its rows have no answers to judge"
        what = f"has no measured arm {name!r}"
        raise InputError(what, place=Place(folder.root), remedy=f"did you mean {like!r}" if like else there)
    return measured[name]
