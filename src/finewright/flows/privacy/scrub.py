"""The stage between reading and splitting: each row searched, then kept, changed or refused. Nothing is lost.

What decides the outcome is digested into a key. Where a run beside this one has sealed a version of that key, it is
read; otherwise one is made, under a secret key that is gone when this is done, and `seal` keeps it. Splitting comes
after: what is learned is held against what is tested as both are then. Examples to replay go into the weights too,
and so through the same stage: as a version of their own, so that a run with them has the rows of a run without.
"""

import tempfile
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from finewright.base.errors import DataError, Place
from finewright.base.files import digest_array, digest_json
from finewright.base.packed import Records
from finewright.base.progress import progress
from finewright.base.recipe import Data, Recipe
from finewright.base.records import Record, TaskKind
from finewright.base.views import Chosen
from finewright.data.identity import Identify, numbering
from finewright.data.load import Loaded, load, refuse
from finewright.data.sources import text
from finewright.flows.privacy.columns import Columns, columns_of
from finewright.flows.privacy.dataset import REPLAY, Change, DataSet, Originals, as_read
from finewright.flows.privacy.scrubbing import Scrubbing, scrubbing
from finewright.flows.privacy.sealed import Sealed, damaged, sealed_beside, version_of
from finewright.flows.privacy.told import Tally, card_of
from finewright.privacy.admission.policy import Policy, policy_of
from finewright.privacy.admission.quarantine import Quarantined, check_reconciled
from finewright.privacy.edition import EDITION
from finewright.privacy.scrubber import Found, Scrubbed
from finewright.privacy.subjects.index import SUBJECTS

LABELS: frozenset[TaskKind] = frozenset({"classes", "labels", "numbers"})
"""Kinds of task whose answers are no texts: nothing in them is replaced."""


def scrub(recipe: Recipe, loaded: dict[str, Loaded], kind: TaskKind, files: Mapping[str, Path]) -> DataSet:
    """The rows as they may be learned from. Writes nothing; `seal` keeps what this made.

    Raises InputError where the policy names a column that is not there, DataError where no row is left, StorageError
    where a sealed version was changed.
    """
    data = _scrubbed(recipe, loaded, kind, files)
    return data if recipe.train.replay.file is None else replace(data, replay=_replayed(recipe, kind))


def _scrubbed(recipe: Recipe, loaded: dict[str, Loaded], kind: TaskKind, files: Mapping[str, Path]) -> DataSet:
    if not recipe.privacy.enabled:
        return as_read(loaded)
    key = _key(recipe, kind, files)
    there = sealed_beside(recipe.output.runs, key)
    data = _made(recipe, loaded, kind, files, key) if there is None else _restored(loaded, key, there)
    for part, one in loaded.items():
        if one.records and not data.loaded[part].records:
            raise _all_refused(part, one, data)
    return data


def _replayed(recipe: Recipe, kind: TaskKind) -> DataSet | None:
    """The file of `train.replay`, which goes into the weights as the rows do; None where nothing is trained."""
    path, learned = recipe.train.replay.file, recipe.train.enabled and recipe.arms.tuned.enabled
    if path is None or not learned:
        return None
    texts = kind == "documents" and path.suffix.casefold() == text.ENDING
    reading = Data(train=path, type="text") if texts else Data(train=path)
    loaded = load(path, reading)
    if texts or recipe.data.on_bad == "stop":
        refuse(loaded.refusals)
    of = recipe.model_copy(update={"data": reading})
    return _scrubbed(of, {REPLAY: loaded}, "documents" if texts else "text", {REPLAY: path})


def _key(recipe: Recipe, kind: TaskKind, files: Mapping[str, Path]) -> str:
    reading = recipe.data.model_dump(mode="json", exclude={"train", "validation", "test", "on_bad", "too_long"})
    contents = {part: text.digest(path) for part, path in files.items()}
    return digest_json([EDITION, recipe.privacy.model_dump(mode="json"), reading, kind, contents])


@dataclass
class _Making:
    """A version while it is made: what is known of the rows so far."""

    policy: Policy
    shown: frozenset[str]
    scrubbing: Scrubbing
    answers: bool
    tally: Tally = field(default_factory=Tally)
    originals: Originals = field(default_factory=Originals)
    changes: list[Change] = field(default_factory=list)
    refused: list[tuple[int, Quarantined]] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)
    written: dict[str, Sequence[Record]] = field(default_factory=dict)

    def part(self, name: str, one: Loaded, columns: Columns, advance: Callable[[], None]) -> Loaded:
        """One file's rows, in order."""
        identify, kept, places = numbering(), Records(), array("I")
        group = one.recognised.columns.get("group", "group")
        refused_before = len(self.refused)
        for at, record in enumerate(one.records):
            scrubbed = self.scrubbing.scrub(record, self.answers, group)
            told = columns.get((record.source, record.line), {})
            reasons = self.policy.reasons(_said(record), {found.kind for found in scrubbed.found}, told)
            if reasons:
                shown = {column: value for column, value in told.items() if column in self.shown}
                self.refused.append((at, Quarantined(name, record, shown, tuple(reasons))))
            else:
                after = _renamed(scrubbed.record, identify)
                if replace(after, id=record.id) != record:
                    self.originals.add(after.id, one.records, at)
                    self.changes.append(Change(name, at, len(kept)))
                self._note(scrubbed, after.id)
                kept.append(after)
                places.append(at)
            advance()
        check_reconciled(name, one.records, places, (at for at, _ in self.refused[refused_before:]))
        self.written[name] = Chosen(one.records, places)
        return replace(one, records=kept)

    def _note(self, scrubbed: Scrubbed, name: str) -> None:
        self.tally.add(scrubbed.found)
        self.held += ((found.value, name) for found in scrubbed.found if _names_somebody(found))


def _made(recipe: Recipe, loaded: dict[str, Loaded], kind: TaskKind, files: Mapping[str, Path], key: str) -> DataSet:
    privacy = recipe.privacy
    entitlements = frozenset({privacy.policy.entitlements} if privacy.policy.entitlements else ())
    policy = policy_of(privacy, datetime.now(UTC).date())
    count = sum(len(one.records) for one in loaded.values())
    with tempfile.TemporaryDirectory() as scope, progress("Looking for personal data", count) as advance:
        making = _Making(policy, policy.columns | entitlements, scrubbing(privacy, Path(scope)), kind not in LABELS)
        scrubbed = {
            part: making.part(part, one, columns_of(files[part], recipe.data, making.shown), advance)
            for part, one in loaded.items()
        }
        replaced = making.scrubbing.close()
    version = version_of(key, _digests(scrubbed))
    rows = {part: (len(one.records), len(scrubbed[part].records)) for part, one in loaded.items()}
    refused = [row for _, row in making.refused]
    return DataSet(
        key,
        version,
        scrubbed,
        card_of(privacy, making.tally, rows, len(making.changes), refused, version, _day(policy)),
        making.written,
        making.originals,
        making.refused,
        making.changes,
        making.held,
        replaced=replaced,
    )


def _restored(loaded: dict[str, Loaded], key: str, sealed: Sealed) -> DataSet:
    """The sealed version of these rows. Raises StorageError where it is not what it was when it was sealed."""
    originals = Originals()
    refused: list[tuple[int, Quarantined]] = []
    parts: dict[str, Loaded] = {}
    written: dict[str, Sequence[Record]] = {}
    for part, one in loaded.items():
        identify, kept, places = numbering(), Records(), array("I")
        for at, before in enumerate(one.records):
            if (part, at) in sealed.refused:
                refused.append((at, Quarantined(part, before, *sealed.refused[part, at])))
                continue
            after = _renamed(sealed.changed.get((part, at), before), identify)
            if (part, at) in sealed.changed:
                originals.add(after.id, one.records, at)
            kept.append(after)
            places.append(at)
        check_reconciled(part, one.records, places, (at for at, row in refused if row.part == part))
        parts[part], written[part] = replace(one, records=kept), Chosen(one.records, places)
    if version_of(key, _digests(parts)) != sealed.version:
        raise damaged(sealed.path)
    return DataSet(key, sealed.version, parts, sealed.card, written, originals, refused, sealed=sealed.path)


def _renamed(record: Record, identify: Identify) -> Record:
    """The record under the id of what it says now."""
    name = identify(record.messages, record.reply or record.answer, record.rejected, record.desirable)
    return record if name == record.id else replace(record, id=name)


def _digests(loaded: Mapping[str, Loaded]) -> dict[str, str]:
    return {part: digest_array(record.id for record in one.records) for part, one in loaded.items()}


def _said(record: Record) -> str:
    """All that is said in a row, for rules to read."""
    turns = [*record.messages, record.turn, *([record.rejected] if record.rejected else [])]
    return "\n".join(turn.text for turn in turns)


def _names_somebody(found: Found) -> bool:
    return found.kind in SUBJECTS


def _day(policy: Policy) -> str | None:
    """The day of judgement, where anything hangs on days: other runs are the same on any day."""
    dated = policy.embargo is not None or any(rule.until for rule in policy.rules)
    return date.isoformat(policy.today) if dated else None


def _all_refused(part: str, one: Loaded, data: DataSet) -> DataError:
    first = next(row for _, row in data.refused if row.part == part)
    return DataError(
        f"all {len(one.records):,} {part} rows are refused, the first by the rule '{first.reasons[0].rule}'",
        place=Place(first.record.source, first.record.line),
        remedy="give rows that may be learned from, or change `privacy.policy`",
    )
