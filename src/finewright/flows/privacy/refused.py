"""Refused rows of a run as documents for `finewright corpus`: where most of them belong. Reads the quarantine alone.

    <folder>/<run>.jsonl     a row a line: its text, where it stands, why it was refused, and who may read it

Rows that belong nowhere, such as those with secrets, stay in quarantine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, read_json, read_jsonl, writing
from finewright.flows.folder import RunFolder
from finewright.flows.privacy.dataset import REPLAY
from finewright.flows.privacy.sealed import FOLDER
from finewright.privacy.admission.quarantine import Quarantined

READERS = "entitlements"
"""The column of the exported file that says who may read a row, for `finewright corpus add --column`."""
_OWNER_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Exported:
    """The file that was written (None: nothing to write), rows in it, and rows that belong nowhere."""

    file: Path | None
    rows: int
    kept_back: int
    entitled: bool


def export_refused(run: Path, folder: Path) -> Exported:
    """Write the run's refused rows to a file of this folder, with the entitlements that the rows came with.

    Raises StorageError where the quarantine cannot be read or the file not be written.
    """
    column = _column(RunFolder(run))
    places = [run / below / "quarantine.jsonl" for below in (FOLDER, FOLDER / REPLAY)]
    rows = [_read(path, row) for path in places if path.exists() for row in read_jsonl(path)]
    documents = [_document(row, column) for row in rows if _belongs(row)]
    if not documents:
        return Exported(None, 0, len(rows), column is not None)
    file = folder / f"{run.name}.jsonl"
    with writing(file) as temporary:
        temporary.chmod(_OWNER_ALONE)
        temporary.write_text("".join(canonical_json(row) + "\n" for row in documents), encoding="utf-8")
    return Exported(file, len(documents), len(rows) - len(documents), column is not None)


def _column(folder: RunFolder) -> str | None:
    """The column with entitlements, as the run's recipe has it."""
    settings = {row["key"]: row["value"] for row in read_json(folder.resolved)}
    return settings.get("privacy.policy.entitlements")


def _belongs(row: Quarantined) -> bool:
    return all(reason.belongs == "corpus" for reason in row.reasons)


def _document(row: Quarantined, column: str | None) -> Mapping[str, Any]:
    record = row.record
    turns = [*record.messages, record.turn]
    told = {
        "text": "\n".join(turn.text for turn in turns if turn.role != "system"),
        "source": f"{record.source}:{record.line}",
        "refused": [reason.rule for reason in row.reasons],
    }
    return told if column is None else told | {READERS: row.columns.get(column, "")}


def _read(path: Path, row: Any) -> Quarantined:
    try:
        return TypeAdapter(Quarantined).validate_python(row)
    except ValidationError as fault:
        remedy = "run the recipe again in another folder"
        raise StorageError("holds no refused rows that can be read back", place=Place(path), remedy=remedy) from fault
