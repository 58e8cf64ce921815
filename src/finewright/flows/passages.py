"""The passages that rows are answered from: found once, kept in the run folder with their places, read ever after.

So an answer's `[n]` can be followed to a source and a span long after the corpus has changed.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.recipe_arms import Rag
from finewright.base.records import Record
from finewright.flows.corpus import search
from finewright.retrieve.hit import Hit
from finewright.retrieve.index import Mode
from finewright.retrieve.store import load, read_head

if TYPE_CHECKING:
    from finewright.model.chat import Chat

_FEW = 50


def index_key(settings: Rag) -> str | None:
    """The state that the arm's index is in: digest of corpus, base and adapter; None where the arm is off.

    Raises InputError where the recipe names no index, or what it names is none.
    """
    if not settings.enabled:
        return None
    return read_head(_index(settings)).key


def check_passages(settings: Rag) -> None:
    """Raise InputError or StorageError where the index cannot be opened, or cannot be searched as the arm asks."""
    if settings.enabled:
        search(_index(settings), ["?"], held=settings.entitlements, mode=_mode(settings), k=1)


def passages_of(path: Path, settings: Rag, records: Sequence[Record]) -> list[list[Hit]]:
    """Each record's passages, the best first: those kept at `path`, and of other records those that are found now.

    The query is a record's last turn. Raises InputError where the index cannot be searched as asked, StorageError where
    what was kept was changed.
    """
    kept = _read(path)
    new = [record for record in records if record.id not in kept]
    if new:
        queries = [record.messages[-1].text for record in new]
        found = search(_index(settings), queries, held=settings.entitlements, mode=_mode(settings), k=settings.passages)
        kept |= {record.id: hits for record, hits in zip(new, found, strict=True)}
        rows = {name: [asdict(hit) for hit in hits] for name, hits in kept.items()}
        write_json(path, {"digest": digest_json(rows), "rows": rows})
    return [kept[record.id] for record in records]


def kept_passages(path: Path) -> dict[str, list[Hit]]:
    """The passages kept at `path`, by record, the best first; none where there is no such file.

    Raises StorageError where they were changed.
    """
    return _read(path)


def _mode(settings: Rag) -> Mode | None:
    return None if settings.mode == "auto" else settings.mode


def _index(settings: Rag) -> Path:
    if settings.index is None:
        raise InputError(
            "arms.rag names no index", remedy="make one with `finewright corpus add`, and give its folder as `index`"
        )
    return settings.index


def _read(path: Path) -> dict[str, list[Hit]]:
    if not path.exists():
        return {}
    stored: Any = read_json(path)
    if not isinstance(stored, dict) or stored.get("digest") != digest_json(stored.get("rows")):
        raise StorageError(
            "was changed after it was written",
            place=Place(path),
            remedy=f"remove the folder {path.parent} and run the same command again",
        )
    return {name: [Hit(**hit) for hit in hits] for name, hits in stored["rows"].items()}


def passage_tokens(settings: Rag, chat: "Chat") -> float:
    """Tokens of one of the index's passages, on average of some."""
    texts = [chunk.text for _, chunk in load(_index(settings)).corpus.chunks][:_FEW]
    return sum(len(chat.encode_answer(text)) for text in texts) / max(1, len(texts))
