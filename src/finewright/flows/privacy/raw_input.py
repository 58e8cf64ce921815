"""The tuned arm on test rows as they were written: what surrogates in training cost where real names come in later.

Only rows that were changed are asked again. The answers, which may repeat what was asked, are measured and not kept:
the run folder holds figures alone.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.base.records import Record
from finewright.base.results import Contrast, Figure, Measured, RawInput
from finewright.data.split import Parts
from finewright.evaluate.contrast import right_contrast
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.words import level, p_value, percent, points
from finewright.flows.answers import Answers, measured
from finewright.flows.arms import Arm, Bench
from finewright.flows.prepare import Prepared, fit, in_words_of

_FILE = Path("privacy") / "raw-input.json"


def raw_input_of(bench: Bench, arm: Arm, scrubbed: Measured, answers: Answers) -> RawInput | None:
    """The arm on raw rows beside what it got on scrubbed ones; None where no shared test row was changed.

    Raises StorageError where stored figures are of other rows.
    """
    prepared = bench.prepared
    changed = {record.id for record in prepared.shared if record.id in prepared.dataset.originals}
    if not changed:
        return None
    path = bench.folder.root / _FILE
    if not path.exists():
        bench.say(f"{arm.title}: {len(changed):,} test rows as they were written")
        write_json(path, asdict(_measured(bench, arm, answers, changed)))
    raw = _read(path, scrubbed)
    return _compared(raw, scrubbed, len(changed), prepared)


def _measured(bench: Bench, arm: Arm, answers: Answers, changed: set[str]) -> Measured:
    prepared = bench.prepared
    rows = _as_written(prepared)
    given = dict(zip((one.record for one in answers.predictions), answers.predictions, strict=True))
    asked = [record for record in rows if record.id in changed]
    given |= {one.record: one for one in arm.fit(bench)(asked)}
    said = Answers(tuple(given[record.id] for record in rows), answers.seconds)
    return measured(prepared.task, rows, said, prepared.recipe.evaluate)


def _as_written(prepared: Prepared) -> Sequence[Record]:
    """The shared test rows with what was replaced back in its place, in the base's words, cut where too long."""
    rows = prepared.dataset.as_written(prepared.shared)
    cutting = prepared.recipe.data.model_copy(update={"too_long": "truncate"})
    recipe = prepared.recipe.model_copy(update={"data": cutting})
    parts = in_words_of(prepared.chat, Parts([], [], rows, []))
    return fit(parts, recipe, prepared.task, prepared.chat, prepared.base.context)[0].test


def _read(path: Path, scrubbed: Measured) -> Measured:
    try:
        found: Measured = TypeAdapter(Measured).validate_python(read_json(path))
    except ValidationError as fault:
        raise _foreign(path) from fault
    if found.correct.keys() != scrubbed.correct.keys():
        raise _foreign(path)
    return replace(found, groups=scrubbed.groups)


def _foreign(path: Path) -> StorageError:
    remedy = "remove it and run the same command again"
    return StorageError("holds figures of other rows", place=Place(path), remedy=remedy)


def _compared(raw: Measured, scrubbed: Measured, changed: int, prepared: Prepared) -> RawInput:
    figure, confidence = DECIDING[prepared.task.kind], prepared.recipe.evaluate.confidence
    found = right_contrast("raw", raw.correct, "scrubbed", scrubbed.correct, confidence, scrubbed.groups)
    before, after = raw.figures[figure], scrubbed.figures[figure]
    return RawInput(raw.rows, changed, after, before, found, _sentence(before, after, found, changed, confidence))


def _sentence(raw: Figure, scrubbed: Figure, found: Contrast, changed: int, confidence: float) -> str:
    low, high = (f"{100 * bound:.1f}" for bound in (found.difference.low, found.difference.high))
    return (
        f"On test rows as they were written, real names and numbers in {changed:,} of {found.rows:,}, the fine-tuned "
        f"model gets {percent(raw.value)} right, and {percent(scrubbed.value)} with surrogates in their place: "
        f"a difference of {points(found.difference.value)} points ({level(confidence)} interval {low} to {high}, "
        f"{found.test} {p_value(found.p)})."
    )
