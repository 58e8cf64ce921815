"""Where what became of a scrubbed file goes: the file or folder, its quarantine, its report; each whole or absent."""

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import write_json, write_text, writing
from finewright.data.sources import text
from finewright.flows.privacy import tables
from finewright.flows.privacy.ledger import Entry, Ledger
from finewright.flows.report.scrubbed import page

_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Targets:
    """What is written where. The quarantine goes beside the file where it is not named, and only if a row is in it."""

    out: Path | None
    quarantine: Path | None = None
    report: Path | None = None
    vault: Path | None = None

    @property
    def refused(self) -> Path | None:
        """Where refused rows go."""
        beside = None if self.out is None else self.out.with_name(f"{self.out.name}.quarantine.jsonl")
        return self.quarantine or beside

    def check(self, path: Path, kind: str) -> None:
        """Raise InputError where something would be written over that is needed, or twice."""
        named = [one for one in (self.out, self.refused, self.report, self.vault) if one is not None]
        for number, one in enumerate(named):
            if _same(one, path) or (path.is_dir() and one.resolve().is_relative_to(path.resolve())):
                raise InputError("is the input, which is left as it is", place=Place(one), remedy="name another file")
            if any(_same(one, other) for other in named[:number]):
                raise InputError("is named twice", place=Place(one), remedy="name a file for each")
        folder = self.out is not None and self.out.is_dir()
        if folder and (not path.is_dir() or any(self.out.iterdir() if self.out else ())):
            what = "is there already" if path.is_dir() else f"is a folder, and the input a file of the kind {kind}"
            raise InputError(what, place=Place(str(self.out)), remedy="name a new one")
        if self.report is not None and self.report.suffix.casefold() not in (".json", ".html"):
            raise InputError("is no kind of report", place=Place(self.report), remedy="name a .json or an .html file")


def put(
    targets: Targets, path: Path, kind: str, ledger: Ledger, entries: Sequence[Entry], card: Mapping[str, Any]
) -> tuple[Path | None, str]:
    """Everything under its name, the file last: where refused rows are, if there are any, and the file's digest."""
    assert targets.out is not None
    quarantine = targets.refused if card["rows"]["quarantined"] else None
    if quarantine is not None:
        _copy(ledger.quarantine, quarantine)
    report(targets.report, card)
    try:
        if path.is_dir():
            _folder(targets.out, path, ledger, entries)
        elif kind == "parquet":
            _parquet(targets.out, path, ledger, entries, card["rows"])
        else:
            os.replace(ledger.content, targets.out)
            targets.out.chmod(0o666 & ~_umask())
    except OSError as fault:
        remedy = "choose another place, or free some disk space"
        raise StorageError(
            f"could not be written ({fault.strerror})", place=Place(targets.out), remedy=remedy
        ) from fault
    return quarantine, text.digest(targets.out)


def report(path: Path | None, card: Mapping[str, Any]) -> None:
    """Write the report, as JSON or as a page, by its ending."""
    if path is not None and path.suffix.casefold() == ".json":
        write_json(path, dict(card))
    elif path is not None:
        write_text(path, page(card))


def _copy(source: Path, path: Path) -> None:
    with writing(path) as temporary:
        temporary.chmod(_OWNER_ALONE)
        shutil.copyfile(source, temporary)


def _folder(out: Path, path: Path, ledger: Ledger, entries: Sequence[Entry]) -> None:
    """A file for each document; one of which nothing was kept is empty."""
    made = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        contents = ledger.contents(entries)
        for name, of in groupby(entries, key=lambda entry: entry.source):
            with (made / name).open("wb") as stream:
                for _ in of:
                    stream.write(next(contents))
        made.chmod(path.stat().st_mode & 0o777)
        if out.exists():
            out.rmdir()
        made.rename(out)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _parquet(out: Path, path: Path, ledger: Ledger, entries: Sequence[Entry], rows: Mapping[str, int]) -> None:
    """Where nothing was done to it the file itself."""
    with writing(out) as temporary:
        if rows["changed"] or rows["quarantined"]:
            tables.written(ledger.contents(entries), path, temporary)
        else:
            shutil.copyfile(path, temporary)
        temporary.chmod(0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (one.exists() and other.exists() and one.samefile(other))
