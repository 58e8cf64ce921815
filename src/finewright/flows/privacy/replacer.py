"""What one process needs to scrub pieces, made anew in each: recognisers, a scope, a policy. Reads no data file.

The scope is seen as it was when the run began (`Issuing`): which process was quicker decides nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from finewright.base.files import canonical_json
from finewright.base.recipe_privacy import Admission, Privacy
from finewright.flows.privacy.piece import Done, Piece
from finewright.flows.privacy.reading import Reading
from finewright.flows.privacy.rewriting import Rewriting
from finewright.flows.privacy.scrubbing import detector
from finewright.privacy.admission.policy import policy_of
from finewright.privacy.cells import Ahead, Replace
from finewright.privacy.encrypted import Unlocking, write_encrypted
from finewright.privacy.finding import Finding
from finewright.privacy.issuing import Issuing, NeverIssued
from finewright.privacy.recognisers.own import own
from finewright.privacy.replacing import Replacing
from finewright.privacy.scope import Scope, open_scope
from finewright.privacy.scrubber import Scrubber

Note = tuple[str, str, str]
"""A kind, a surrogate, and what it stands for."""


@dataclass(frozen=True, slots=True)
class Work:
    """How pieces are scrubbed; goes to each process.

    today    the day on which embargoes are judged
    folder   where the run keeps what it issues; None: nothing is kept, and no scope is needed
    scope    the scope's folder; None beside a folder: there is none
    kept     whether the scope outlives the run, so that what is issued has to be known again
    scrubbed whether this very file came out of this scope: then it stays as it is
    vault    whether what surrogates stand for is noted
    """

    privacy: Privacy
    reading: Reading
    today: date
    folder: Path | None = None
    scope: Path | None = None
    kept: bool = False
    scrubbed: bool = False
    vault: bool = False


def worker(work: Work) -> Callable[[Piece], Done]:
    """What a process does with a piece."""
    notes: list[Note] = []
    scope = _scope(work)
    rewriting = rewriting_of(work, _surrogates(work, scope, notes))

    def done(piece: Piece) -> Done:
        notes.clear()
        made = rewriting.done(piece)
        if scope is not None:
            scope.issued.flush()
        return replace(made, notes=list(dict.fromkeys(notes)))

    return done


def rewriting_of(work: Work, surrogate: Replace) -> Rewriting:
    """What rewrites pieces, with this in the place of what is found."""
    privacy = work.privacy
    if work.scrubbed:
        never = privacy.model_copy(update={"policy": Admission(sets=[]), "quarantine": [], "own": []})
        return Rewriting(work.reading, Scrubber(_nothing, surrogate, privacy.mode), policy_of(never, work.today))
    scrubber = Scrubber(Ahead(detector(privacy).find_all), surrogate, privacy.mode, privacy.allow)
    return Rewriting(work.reading, scrubber, policy_of(privacy, work.today))


def notes_key(scope: Scope) -> Unlocking:
    """The key of notes that wait for a vault, which ends with the scope's."""
    return Unlocking(key=scope.keyed.digest("notes for a vault"))


def keep_notes(path: Path, notes: list[Note], scope: Scope) -> None:
    """Write what a piece's surrogates stand for, encrypted."""
    write_encrypted(path, canonical_json(notes).encode("utf-8", "surrogatepass"), notes_key(scope))


def _scope(work: Work) -> Scope | None:
    if work.scope is None or work.folder is None:
        return None
    scope = open_scope(work.scope)
    path = work.folder / "issued.sqlite"
    scope.issued = (Issuing(scope.issued, path, scope.keyed)) if work.kept else NeverIssued(path, scope.keyed)
    return scope


def _surrogates(work: Work, scope: Scope | None, notes: list[Note]) -> Replace:
    if scope is None:
        return _blank

    def note(finding: Finding, surface: str, surrogate: str) -> None:
        notes.append((finding.kind, surrogate, surface))

    recognisers = [own(one.name, one.pattern, *one.context) for one in work.privacy.own]
    patterns = {one.kind: one.pattern for one in recognisers}
    return Replacing(scope, patterns, note if work.vault else None).surrogate


def _blank(finding: Finding, surface: str) -> str:  # noqa: ARG001 - stands where a surrogate would be made
    """Nobody sees it: without a scope only counts are asked for."""
    return ""


def _nothing(text: str, header: str = "") -> list[Finding]:  # noqa: ARG001 - stands where a detector would look
    return []
