"""The search of the product's answers to test rows for identifiers that nobody asked for. Knows no recogniser."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from finewright.audit.outputs.leaks import Leak, Said, by_kind, leaks, samples, unasked
from finewright.audit.report import Report
from finewright.base.errors import InputError, Place
from finewright.base.files import digest_json, read_json
from finewright.base.records import PREFERRED, Prediction, Record
from finewright.base.results import Figure
from finewright.evaluate.measure import Level, groups_of
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.privacy.scrubbing import detector
from finewright.flows.stored import answers_in
from finewright.privacy.edition import EDITION
from finewright.privacy.scrubber import Found, Scrubber

_ARM = "tuned"
_AGAIN = "run the recipe again"


@dataclass(frozen=True, slots=True)
class _Answered:
    """A test row and what the product said to it."""

    record: Record
    answer: str


def _why_not(audited: Audited) -> str | None:
    if audited.task.kind == "documents":
        return "what was trained continues texts and answers nobody"
    if audited.task.kind in PREFERRED and not _kept(audited).exists():
        return f"a run on {audited.task.kind} keeps answers to held-out prompts only where it has rules for them"
    return None


def _asked(audited: Audited) -> Mapping[str, Any]:
    privacy = audited.recipe.privacy
    return {
        "answers": digest_json([asdict(one) for one in _predictions(audited)]),
        "privacy": privacy.model_dump(mode="json", include={"keep", "replace", "quarantine", "allow", "own", "region"}),
        "confidence": audited.recipe.evaluate.confidence,
        "edition": EDITION,
    }


def _carry_out(audited: Audited, say: Say) -> Report:
    answered = _answered(audited)
    say(f"Outputs: searching {len(answered):,} answers for identifiers")
    found = leaks(_brought_up(audited, answered), (f"{one.text}\n{_wanted(one)}" for one in audited.members))
    level = Level(audited.recipe.evaluate.confidence, groups_of([one.record for one in answered]))

    def share(of: Sequence[Leak]) -> Figure:
        records = {one.record for one in of}
        return level.share([one.record.id in records for one in answered])

    learned = [one for one in found if one.learned]
    figures = {"identifiers": share(found), "from_training": share(learned)}
    details = {"answers": len(answered), "kinds": by_kind(found), "samples": samples(found)}
    return audited.report("outputs", _asked(audited), figures, details, _notes(audited))


OUTPUTS = Attack("outputs", _asked, _carry_out, _why_not)


def _brought_up(audited: Audited, answered: Sequence[_Answered]) -> Iterator[tuple[str, list[Found]]]:
    """By record, what its answer brings up by itself. Kinds that the recipe keeps name nobody and do not count."""
    privacy, task = audited.recipe.privacy, audited.task
    scrubber = Scrubber(detector(privacy).find, lambda _, surface: surface, privacy.mode, privacy.allow)
    beside = "\n".join((task.instruction, *task.labels))
    for one in answered:
        said = scrubber.scrub(_saying(one.record, one.answer)).found
        counted = [found for found in said if privacy.mode(found.kind) != "keep"]
        known = Said(f"{beside}\n{one.record.text}\n{_wanted(one.record)}")
        if left := [found for found in counted if not known.holds(found.surface)]:
            values = {found.value for found in scrubber.scrub(one.record).found}
            yield one.record.id, unasked(left, known, values)


def _saying(record: Record, answer: str) -> Record:
    """The row with another answer, alone: what its group is called is no part of what was said."""
    return replace(record, answer=answer, reply=None, rejected=None, group=None)


def _wanted(record: Record) -> str:
    return record.turn.text


def _answered(audited: Audited) -> list[_Answered]:
    """The test rows that were asked, with the answers."""
    records = {record.id: record for record in audited.held_out}
    predictions = _predictions(audited)
    if any(one.record not in records for one in predictions):
        raise _unusable(audited, "holds answers to other rows than the run's test rows")
    return [_Answered(records[one.record], one.answer) for one in predictions]


def _predictions(audited: Audited) -> list[Prediction]:
    """The answers. Raises InputError where they are gone or were changed since."""
    path = _kept(audited)
    if not path.exists():
        raise _unusable(audited, "is gone: the answers of what was trained to the test rows")
    found = answers_in(path)
    if not found or read_json(path).get("digest") != digest_json([asdict(one) for one in found]):
        raise _unusable(audited, "holds no answers, or was changed after it was written")
    return found


def _unusable(audited: Audited, what: str) -> InputError:
    return InputError(what, place=Place(_kept(audited)), remedy=_AGAIN)


def _kept(audited: Audited) -> Path:
    """Where the run keeps what the product said: to the test rows, or of preferences to their prompts."""
    folder = audited.folder
    return folder.compliance("after") if audited.task.kind in PREFERRED else folder.answers(_ARM, "test")


def _notes(audited: Audited) -> list[str]:
    if not audited.recipe.privacy.enabled:
        return ["The rows were learned as they are: an identifier from a training row is somebody's own."]
    return [
        "The rows were scrubbed before they were learned: an identifier from a training row is one that was put there "
        "in the place of another, or one that was not found."
    ]
