"""`finewright scrub`: a data file or a folder of texts, and the same with made-up values in the place of personal ones.

The file is cut into pieces, processes work on them, and what comes of it is kept piece by piece, in order. Memory does
not grow with the file but with its longest row. Whatever stops the run, the same command goes on where it was and ends
with the same bytes; nothing appears under its final name before it is whole.
"""

import json
import os
import shutil
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from finewright.base.errors import FinewrightError, InputError, Place
from finewright.base.files import digest_json
from finewright.base.progress import Advance
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Privacy
from finewright.data.sources import text
from finewright.flows.folder import RunFolder, alone
from finewright.flows.privacy.kilobytes import by_bytes
from finewright.flows.privacy.ledger import Entry, Ledger
from finewright.flows.privacy.output import Targets, put, report
from finewright.flows.privacy.piece import Done, Piece
from finewright.flows.privacy.reading import pieces, reading_of
from finewright.flows.privacy.replacer import Work, keep_notes, notes_key, worker
from finewright.flows.privacy.scrubbing import detector
from finewright.flows.privacy.totals import Totals
from finewright.privacy.admission.policy import policy_of
from finewright.privacy.edition import EDITION
from finewright.privacy.encrypted import Unlocking, read_encrypted
from finewright.privacy.pool import mapped
from finewright.privacy.scope import Scope, open_scope, seal
from finewright.privacy.vault import Vault, adding

_SMALL = 1 << 20
"""Bytes up to which starting further processes would take longer than the work."""
_MOST = 8
_SPACE = 1e300


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted.

    targets    what is written where; without `targets.out` nothing but a report
    scope      the folder of a scope that is kept; none: one of the run's own, whose key ends with it
    seal       whether the key of that scope is destroyed when the file is done
    vault      a file that keeps what each surrogate stands for, and what unlocks it
    who        who asks for it, for the report
    today      the day on which embargoes are judged; none: this day
    processes  how many processes work; none: one, or of a larger file as many as there are cores
    """

    path: Path
    targets: Targets
    privacy: Privacy
    data: Data
    scope: Path | None = None
    seal: bool = False
    vault: tuple[Path, Unlocking] | None = None
    who: str = ""
    today: date | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What became of a file: the card of a report, where refused rows are, and what became of the key."""

    card: Mapping[str, Any]
    quarantine: Path | None
    sealed: str | None
    resumed: int


def scrub_file(asked: Asked) -> Scrubbed:
    """Write the file scrubbed, or where no file to write is named only look.

    Raises InputError or DataError where it cannot be read, would be written over, or lacks a column by which rows are
    admitted; FinewrightError where rows do not add up; StorageError where it cannot be written.
    """
    find = detector(asked.privacy).find
    reading = reading_of(asked.path, asked.data, find)
    asked.targets.check(asked.path, reading.kind)
    work = Work(asked.privacy, reading, _today(asked))
    cut = pieces(asked.path, reading, find)
    if asked.targets.out is None:
        return _only_looked(asked, work, cut)
    if asked.vault is not None:
        Vault(*asked.vault)  # told now, and not after the last row, where it does not open
    ledger = Ledger(asked.targets.out)
    with _alone(ledger):
        try:
            return _written(asked, work, cut, ledger)
        except InputError:  # there is nothing to go on with
            ledger.remove()
            raise
        finally:
            ledger.close()


def _only_looked(asked: Asked, work: Work, cut: Iterator[Piece]) -> Scrubbed:
    totals = Totals()
    with by_bytes(asked.path, work.reading) as advance:
        for piece, done in _mapped(work, cut, advance, _processes(asked)):
            totals.add(Entry.of(piece, done, b"", b""))
    _check(totals, asked)
    card = _card(asked, totals)
    report(asked.targets.report, card)
    return Scrubbed(card, None, None, 0)


def _written(asked: Asked, work: Work, cut: Iterator[Piece], ledger: Ledger) -> Scrubbed:
    taken = text.digest(asked.path)
    entries = ledger.opened(_identity(asked, work, taken))
    folder = asked.scope or ledger.folder / "scope"
    scope = open_scope(folder)
    settings = digest_json([EDITION, asked.privacy.model_dump(mode="json")])
    work = replace(
        work,
        folder=ledger.folder,
        scope=folder,
        kept=asked.scope is not None,
        scrubbed=asked.scope is not None and scope.issued.knows(_file(taken, settings)),
        vault=asked.vault is not None,
    )
    resumed = len(entries)
    totals = _done(asked, work, cut, ledger, entries)
    try:
        _check(totals, asked)
        ledger.check(totals.quarantined)
    except FinewrightError:
        ledger.remove()
        raise
    _keep(asked, work, ledger, scope, len(entries))
    card = _card(asked, totals)
    quarantine, digest = put(asked.targets, asked.path, work.reading.kind, ledger, entries, card)
    if work.kept:
        scope.issued.add(_file(digest, settings), "file", _SPACE)
        scope.issued.close()
    sealed = seal(folder) if asked.seal or not work.kept else None
    ledger.remove()
    return Scrubbed(card, quarantine, sealed, resumed)


def _done(asked: Asked, work: Work, cut: Iterator[Piece], ledger: Ledger, entries: list[Entry]) -> Totals:
    """All pieces done, those of `entries` before; the others are added to them."""
    totals = Totals()
    for entry in entries:
        totals.add(entry)
    scope = open_scope(work.scope) if work.vault and work.scope else None
    with by_bytes(asked.path, work.reading) as advance:
        _skip(asked.path, cut, entries, advance)
        for piece, done in _mapped(work, cut, advance, _processes(asked)):
            if scope is not None:
                keep_notes(ledger.note(len(entries)), list(done.notes), scope)
            entry = ledger.keep(piece, done, first=not totals.kept)
            entries.append(entry)
            totals.add(entry)
    return totals


def _skip(path: Path, cut: Iterator[Piece], entries: Iterable[Entry], advance: Advance) -> None:
    """Pass over what is done, and see that it is still what it was."""
    for entry in entries:
        piece = next(cut, None)
        if piece is None or piece.digest != entry.taken:
            raise InputError(
                "was changed while it was scrubbed", place=Place(path), remedy="run the same command again"
            )
        advance(piece.size)


def _mapped(work: Work, cut: Iterator[Piece], advance: Advance, processes: int) -> Iterator[tuple[Piece, Done]]:
    """Each piece and what became of it, in order."""
    sent: deque[Piece] = deque()

    def noted() -> Iterator[Piece]:
        for piece in cut:
            sent.append(piece)
            yield piece

    for done in mapped(worker, (work,), noted(), processes):
        piece = sent.popleft()
        advance(piece.size)
        yield piece, done


def _keep(asked: Asked, work: Work, ledger: Ledger, scope: Scope, pieces: int) -> None:
    """Add what the run issued to its scope, and what its surrogates stand for to the vault."""
    if work.kept and ledger.issued.exists():
        scope.issued.take(ledger.issued)
    if asked.vault is None:
        return
    with adding(*asked.vault) as vault:
        for path in (ledger.note(number) for number in range(pieces)):
            for kind, surrogate, original in json.loads(read_encrypted(path, notes_key(scope))):
                vault.add(kind, surrogate, original)


def _check(totals: Totals, asked: Asked) -> None:
    """Rows add up, and every column by which rows are admitted was there."""
    totals.check(asked.path)
    wanted = policy_of(asked.privacy, _today(asked)).columns
    for name in sorted(wanted - totals.columns):
        remedy = "name one that is there in `privacy.policy`"
        raise InputError(f"there is no column '{name}' to admit rows by", place=Place(asked.path), remedy=remedy)


def _card(asked: Asked, totals: Totals) -> dict[str, Any]:
    policy = asked.privacy.policy
    dated = bool(policy.embargo or any(rule.until for rule in policy.rules))
    return {
        "file": str(asked.path),
        "out": str(asked.targets.out) if asked.targets.out else None,
        **totals.card(asked.privacy),
        **({"judged_on": _today(asked).isoformat()} if dated else {}),
        **({"by": asked.who} if asked.who else {}),
        "key": _said_of_key(asked),
    }


def _said_of_key(asked: Asked) -> str:
    if asked.targets.out is None:
        return "Nothing was written, so that there is no key."
    gone = "nobody can tell any more what a surrogate stands for"
    if asked.scope is None:
        return f"The key was destroyed when the file was done: {gone}, and another file gets other surrogates."
    if asked.seal:
        return f"The scope {asked.scope} is sealed and its key destroyed: {gone}, and no further file can share them."
    return (
        f"The key is kept in {asked.scope / 'scope.key'} (mode 600): files scrubbed with this scope share their "
        "surrogates, and whoever has the key can test a guess. `--seal` with the last file destroys it."
    )


def _identity(asked: Asked, work: Work, taken: str) -> dict[str, Any]:
    """What a run is of: with another of these, what was done so far is of no use."""
    asks = {
        "edition": EDITION,
        "taken": taken,
        "reading": asdict(work.reading),
        "privacy": asked.privacy.model_dump(mode="json"),
        "today": _day(asked),
        "scope": str(asked.scope.resolve()) if asked.scope else "",
        "vault": str(asked.vault[0].resolve()) if asked.vault else "",
    }
    return {"format": 1, "of": digest_json(asks)}


def _day(asked: Asked) -> str:
    """The day, where anything hangs on it."""
    policy = asked.privacy.policy
    dated = bool(policy.embargo or any(rule.until for rule in policy.rules))
    return _today(asked).isoformat() if dated else ""


def _today(asked: Asked) -> date:
    return asked.today or datetime.now(UTC).date()


def _file(digest: str, settings: str) -> str:
    """A whole file as a scope issues it: scrubbed again under the same settings it stays as it is."""
    return f"file {digest} {settings}"


def _processes(asked: Asked) -> int:
    if asked.processes is not None:
        return asked.processes
    size = sum(file.stat().st_size for file in text.documents(asked.path))
    return 1 if size < _SMALL else min(_MOST, len(os.sched_getaffinity(0)))


@contextmanager
def _alone(ledger: Ledger) -> Iterator[None]:
    """One process at a time writes a file."""
    lock = ledger.folder.with_name(f"{ledger.folder.name}.lock")
    with alone(RunFolder(lock)):
        try:
            yield
        finally:
            shutil.rmtree(lock, ignore_errors=True)
