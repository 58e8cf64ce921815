"""`corpus`: files into an index of passages, out of it, and passages for a query. Knows no terminal.

Every change reads the index, works out the new one, and puts it in force whole.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.retrieve import store
from finewright.retrieve.build import counts_of, vectors_of
from finewright.retrieve.corpus import Change, Corpus, Settings, added, removed, ruled
from finewright.retrieve.encoder import Encoder, encoder
from finewright.retrieve.entitlements import Rules
from finewright.retrieve.hit import Hit
from finewright.retrieve.index import Index, Mode
from finewright.retrieve.store import Head, Stored


@dataclass(frozen=True, slots=True)
class Indexed:
    """What a change came to; `embedded` counts the texts that were embedded for it."""

    head: Head
    change: Change
    embedded: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An index at a glance: of each document its source, how many chunks it has and who may read it."""

    head: Head
    settings: Settings
    documents: tuple[tuple[str, int, tuple[str, ...]], ...]


def add(
    folder: Path,
    paths: Sequence[Path],
    *,
    base: str | None,
    settings: Settings,
    rules: Rules | None = None,
) -> Indexed:
    """Add files and folders to the index, which is made where there is none; `base` None makes one of words alone.

    `base` and `settings` hold for the index from its beginning; `rules` replace those in force, for every file.
    Raises InputError where the index was made otherwise, where nothing is at a path, or where nothing could be taken.
    """
    known = _found(base) if base is not None and not store.exists(folder) else None
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise InputError("there is no such file", place=Place(missing[0]), remedy="check the path")
    with store.alone(folder):
        before = _before(folder, settings)
        made_with = _encoder_of(before.head) if before else known
        start = before.corpus if before else Corpus(settings=settings)
        change = added(start, paths) if rules is None else _with_rules(start, paths, rules)
        _something(change, folder)
        return _in_force(folder, change, before, made_with)


def remove(folder: Path, paths: Sequence[Path]) -> Indexed:
    """Remove documents from the index. Raises InputError where one is not in it."""
    store.read_head(folder)
    with store.alone(folder):
        before = store.load(folder)
        return _in_force(folder, removed(before.corpus, paths), before, _encoder_of(before.head))


def search(
    folder: Path, queries: Sequence[str], *, held: Collection[str], mode: Mode | None, k: int, faiss: bool = False
) -> list[list[Hit]]:
    """The best passages for each query that a caller with these entitlements may read.

    Without a mode: both rankings fused, or words alone where the index has nothing else.
    """
    index = opened(folder, words_alone=mode == "bm25", faiss=faiss)
    usual: Mode = "bm25" if index.vectors is None else "fused"
    return index.search(queries, held=held, mode=mode or usual, k=k)


def opened(folder: Path, *, words_alone: bool = False, faiss: bool = False) -> Index:
    """The index of a folder, to be searched many times; its base is loaded when meaning is first asked for.

    With `words_alone` no base is looked for, and only the mode bm25 can be searched. Raises InputError where the base
    it was made with is not here or is another, StorageError where it is damaged.
    """
    made_with = None if words_alone else _encoder_of(store.read_head(folder))
    stored = store.load(folder, made_with)
    return Index(stored.corpus, stored.counts, stored.vectors, made_with, faiss=faiss)


def show(folder: Path) -> Shown:
    """What is in the index. Raises what opening it raises, but needs no base."""
    stored = store.load(folder)
    documents = tuple(
        (one.source, len(one.chunks), tuple(sorted({name for chunk in one.chunks for name in chunk.entitlements})))
        for one in stored.corpus.documents
    )
    return Shown(stored.head, stored.corpus.settings, documents)


def _before(folder: Path, settings: Settings) -> Stored | None:
    if not store.exists(folder):
        return None
    before = store.load(folder)
    was, wanted = before.corpus.settings, settings
    if (was.chunking, was.column) != (wanted.chunking, wanted.column) and wanted != Settings():
        raise InputError(
            "was made with other chunks or another entitlement column",
            place=Place(folder),
            remedy="leave those options out, or make another index",
        )
    return before


def _with_rules(corpus: Corpus, paths: Sequence[Path], rules: Rules) -> Change:
    """The rules in force on what there is, then the files; what the first step removed is told with the second's."""
    first = ruled(corpus, rules)
    then = added(first.corpus, paths)
    gone = {*first.removed, *then.removed} - {*then.added}
    told = [one for one in first.refused if one.source in gone and one not in then.refused]
    return Change(then.corpus, then.added, then.changed, then.unchanged, tuple(sorted(gone)), (*told, *then.refused))


def _something(change: Change, folder: Path) -> None:
    """Raise InputError where not one file was taken into an index that holds nothing."""
    if change.corpus.documents or change.removed:
        return
    first = change.refused[0] if change.refused else None
    reason = f": {first.source} {first.reason}" if first else ""
    raise InputError(f"no file could be taken{reason}", place=Place(folder), remedy="name files or folders with text")


def _encoder_of(head: Head) -> Encoder | None:
    """The encoder that an index was made with. Raises InputError where its base is not here, or is another by now."""
    if head.base is None or head.base_name is None:
        return None
    return _found(head.base_name)


def _found(base: str) -> Encoder:
    """The stored base as an encoder. Raises BaseError where it is not stored."""
    # The model room takes seconds to import, which an index of words alone need not pay.
    from finewright.model.hub import find

    return encoder(find(base))


def _in_force(folder: Path, change: Change, before: Stored | None, made_with: Encoder | None) -> Indexed:
    if before is not None and made_with is not None:
        store.check_encoder(before.head, made_with, folder)
    vectors, embedded = vectors_of(change.corpus, made_with, before) if made_with else (None, 0)
    head = store.save(folder, change.corpus, counts_of(change.corpus), vectors, made_with)
    return Indexed(head, change, embedded)
