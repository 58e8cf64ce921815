"""The data manifest: which files, what was read, refused and left out, and what the parts hold. A plain JSON value.

It names files without their folders, so the same data gives the same card on any machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finewright.base.files import digest_array
from finewright.base.packed import ascending
from finewright.base.records import Record, TaskKind
from finewright.data.curate import Curation, label_counts
from finewright.data.load import Loaded
from finewright.data.marks import thumb_of
from finewright.data.sources import text
from finewright.data.split import Parts

_PARTS = ("train", "validation", "test")


def card(
    files: Mapping[str, Path], loaded: Mapping[str, Loaded], curation: Curation, parts: Parts, kind: TaskKind
) -> dict[str, Any]:
    """The manifest of one run's data; `files` and `loaded` are by part, `train` among them.

    `labels` counts rows by part and label, or of feedback by thumb. `test_digest` names the test rows whatever their
    order.
    """
    records: dict[str, Sequence[Record]] = {name: getattr(parts, name) for name in _PARTS}
    recognised = loaded["train"].recognised
    return {
        "kind": kind,
        "said": [one.recognised.said for one in loaded.values()],
        "recognised": {"data.type": recognised.type, "data.shape": recognised.shape},
        "columns": dict(recognised.columns),
        "files": {name: _file(path, loaded[name]) for name, path in files.items()},
        "parts": {name: {"rows": len(rows), "digest": part_digest(rows)} for name, rows in records.items()},
        "test_digest": part_digest(parts.test),
        "labels": {name: counts for name, rows in records.items() if (counts := label_counts(rows, kind))},
        "refusals": [asdict(refusal) for one in loaded.values() for refusal in one.refusals],
        "departures": [asdict(departure) for departure in parts.left],
        **_oddities(curation),
    }


def part_digest(records: Sequence[Record]) -> str:
    """SHA-256 of the records' ids, hence of their contents, in no order."""
    return digest_array(ascending(record.id for record in records))


def _file(path: Path, loaded: Loaded) -> dict[str, Any]:
    return {
        "name": path.name,
        "digest": text.digest(path),
        "rows": len(loaded.records),
        "refused": len(loaded.refusals),
    }


def _oddities(curation: Curation) -> dict[str, Any]:
    return {
        "duplicates": [[_where(first), _where(later)] for first, later in curation.duplicates],
        "near_duplicates": [[_where(a), _where(b), round(alike, 4)] for a, b, alike in curation.near_duplicates],
        "contradictions": [[_where(row) | _said(row) for row in rows] for rows in curation.contradictions],
    }


def _said(record: Record) -> dict[str, Any]:
    """The answer, and how it was judged."""
    rejected = {} if record.rejected is None else {"rejected": record.rejected.text}
    return {"answer": record.answer} | rejected | ({"thumb": thumb} if (thumb := thumb_of(record)) else {})


def _where(record: Record) -> dict[str, Any]:
    return {"record": record.id, "source": record.source, "line": record.line}
