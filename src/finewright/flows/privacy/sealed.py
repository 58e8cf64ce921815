"""A sealed data set version as a file in the run folder: what changed and what was refused, to be read from then on.

    privacy/sealed.jsonl        first the key, version and what is told of it, then each changed or refused row
    privacy/quarantine.jsonl    the refused rows as they were (mode 600)
    privacy/subjects.index      which rows speak of whom, encrypted
    privacy/vault.bin           what each surrogate stands for, encrypted; only where the recipe asks for it
    privacy/review.json         what people found in a sample of it, once somebody has looked (`sampled`)
    privacy/replay/             the same of the examples that are replayed, where they come from a file

Rows that nothing was done to stay in the user's file alone, which the key names by its digest. A run on the same data
and settings takes the version over from a run beside it, so that all runs of a folder see the same surrogates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_json, read_jsonl, write_jsonl, writing
from finewright.base.home import home
from finewright.base.records import Record
from finewright.flows.folder import RunFolder
from finewright.flows.privacy.dataset import REPLAY, DataSet
from finewright.privacy.admission.quarantine import write_quarantine
from finewright.privacy.admission.rule import Reason
from finewright.privacy.encrypted import key_file
from finewright.privacy.own_key import make_key
from finewright.privacy.subjects.index import indexed, write_index
from finewright.privacy.subjects.key import subject_key
from finewright.privacy.vault import adding

SUBJECT_KEY, VAULT_KEY = Path("keys") / "subjects.key", Path("keys") / "vault.key"
"""Where the keys of subject indexes and of vaults lie below FINEWRIGHT_HOME: never in a folder with rows."""
FOLDER = Path("privacy")
"""Where it all lies in a run folder; below `REPLAY` there what is replayed."""
REVIEW = "review.json"
"""What people found in a sample, below it."""
_FILE = "sealed.jsonl"
_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a sealed file says: by part and place the changed records, and the refused rows with columns and reasons."""

    path: Path
    version: str
    card: dict[str, Any]
    changed: Mapping[tuple[str, int], Record]
    refused: Mapping[tuple[str, int], tuple[Mapping[str, str], tuple[Reason, ...]]]


def version_of(key: str, digests: Mapping[str, str]) -> str:
    """The name of the version of this key whose parts have these digests."""
    return digest_json([key, dict(digests)])[:16]


def sealed_beside(runs: Path, key: str) -> Sealed | None:
    """The version of this key that a run in this folder has sealed, the first by name; None where none has.

    Raises StorageError where the file is damaged.
    """
    path = _of_key(runs, key)
    return None if path is None else _read(path)


def version_in(run: Path) -> str:
    """The version that a run learned from; empty where nothing was searched for, or the run has not come so far.

    Raises StorageError where its file cannot be read.
    """
    path = run / FOLDER / _FILE
    return str(_head(path).get("version", "")) if path.exists() else ""


def seal(data: DataSet, folder: RunFolder, *, subjects: bool) -> None:
    """Keep this version in the run's folder, where it is not there yet; it is sealed once its own file is there.

    Raises InputError where another run has sealed another version of the same data since this one was made.
    """
    for version, into in ((data.replay, folder.root / FOLDER / REPLAY), (data, folder.root / FOLDER)):
        if version is not None and version.key and not (into / _FILE).exists():
            _seal(version, into, folder.root.parent, subjects)


def _seal(data: DataSet, into: Path, runs: Path, subjects: bool) -> None:
    there = data.sealed or _of_key(runs, data.key)
    if there is not None and _head(there).get("version") != data.version:
        remedy = "run the same command again: it takes over what that run sealed"
        raise InputError("another run has just sealed the same data", place=Place(there.parent.parent), remedy=remedy)
    if data.refused:
        write_quarantine(into / "quarantine.jsonl", (row for _, row in data.refused))
    if there is None:
        _index(data, into / "subjects.index", subjects)
        _vault(data, into / "vault.bin")
        write_jsonl(into / _FILE, _lines(data))
        return
    for name in ("subjects.index", "vault.bin", REVIEW):
        if (there.parent / name).exists():
            _write(into / name, (there.parent / name).read_bytes())
    _write(into / _FILE, there.read_bytes())


def _index(data: DataSet, path: Path, wanted: bool) -> None:
    if wanted and data.held:
        key = subject_key(home() / SUBJECT_KEY, make=True)
        write_index(path, indexed(data.version, data.held, key), key)


def _vault(data: DataSet, path: Path) -> None:
    if data.replaced:
        make_key(home() / VAULT_KEY)
        path.unlink(missing_ok=True)  # of a stage that was stopped before it sealed
        with adding(path, key_file(home() / VAULT_KEY)) as vault:
            for kind, surrogate, original in sorted(data.replaced):
                vault.add(kind, surrogate, original)


def _write(path: Path, content: bytes) -> None:
    with writing(path) as temporary:
        temporary.write_bytes(content)
        temporary.chmod(_OWNER_ALONE)


def _of_key(runs: Path, key: str) -> Path | None:
    found = (path for below in (FOLDER, FOLDER / REPLAY) for path in sorted(runs.glob(f"*/{below / _FILE}")))
    return next((path for path in found if _key(path) == key), None)


def _lines(data: DataSet) -> Iterator[dict[str, Any]]:
    yield {"key": data.key, "version": data.version, "card": data.card}
    for change in data.changes:
        record = data.loaded[change.part].records[change.kept]
        yield {"part": change.part, "at": change.at, "record": asdict(record)}
    for at, row in data.refused:
        yield {"part": row.part, "at": at, "columns": dict(row.columns), "reasons": list(map(asdict, row.reasons))}


def _key(path: Path) -> str | None:
    """The key that a file says it is of; None where it says none, which whoever reads it will tell."""
    try:
        return str(_head(path).get("key"))
    except StorageError:
        return None


def _head(path: Path) -> Mapping[str, Any]:
    head = next(read_jsonl(path), None)
    return head if isinstance(head, dict) else {}


def _read(path: Path) -> Sealed:
    records, reasons = TypeAdapter(Record), TypeAdapter(tuple[Reason, ...])
    changed: dict[tuple[str, int], Record] = {}
    refused: dict[tuple[str, int], tuple[Mapping[str, str], tuple[Reason, ...]]] = {}
    try:
        head, *rows = read_jsonl(path)
        for row in rows:
            place = (str(row["part"]), int(row["at"]))
            if "record" in row:
                changed[place] = records.validate_python(row["record"])
            else:
                refused[place] = row["columns"], reasons.validate_python(row["reasons"])
        return Sealed(path, head["version"], head["card"], changed, refused)
    except (KeyError, TypeError, ValueError, ValidationError) as fault:
        raise damaged(path) from fault


def damaged(path: Path) -> StorageError:
    """What is said of a sealed file that was changed since it was written."""
    remedy = "put it back from a backup, or remove the run folder and run the recipe again, with other surrogates"
    return StorageError("holds no data set version that can be read back", place=Place(path), remedy=remedy)
