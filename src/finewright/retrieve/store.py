"""An index as a folder: whole or as it was, checked when it is opened. Knows no search.

    index.json          what is in force, and the digest of every file; written last
    KEY/                one state of the index, named by the digest of corpus, base and adapter
        documents.jsonl     a document a line, its chunks with their texts, spans and entitlements
        vocabulary.json     the words by number
        words.npz           how often each stands in each chunk
        vectors.f32         (N, D) float32, one row a chunk, where the index has a base

A change writes a new state beside the old one, then `index.json` over the old one, then removes the old state: a crash
leaves one of the two.
"""

import fcntl
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_file, digest_json, read_json, read_jsonl, write_json, write_jsonl
from finewright.model.whole import scratch_folder, settle
from finewright.retrieve.corpus import Corpus, Document, Settings
from finewright.retrieve.counts import Counts
from finewright.retrieve.dense import Vectors
from finewright.retrieve.encoder import Encoder

_HEAD, _LOCK = "index.json", ".lock"
_DOCUMENTS, _VOCABULARY, _WORDS, _VECTORS = "documents.jsonl", "vocabulary.json", "words.npz", "vectors.f32"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Head:
    """What an index says of itself. `base` and `adapter` are the digests of what its vectors are of, None for none;
    `base_name` is what the base was called, `dimensions` the length of a vector."""

    corpus: str
    base: str | None
    base_name: str | None
    adapter: str | None
    dimensions: int
    documents: int
    chunks: int

    @property
    def key(self) -> str:
        """The name of the state: digest of corpus, base and adapter."""
        return digest_json([_FORMAT, self.corpus, self.base, self.adapter])[:32]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a folder holds; `vectors` are mapped from disk, None where the index is of words alone."""

    head: Head
    corpus: Corpus
    counts: Counts
    vectors: Vectors | None


def exists(folder: Path) -> bool:
    """Whether there is an index. Raises InputError where the folder holds other things, or is none."""
    if (folder / _HEAD).is_file():
        return True
    if folder.exists() and (not folder.is_dir() or any(not _ours(entry) for entry in folder.iterdir())):
        raise InputError("is no index, and not empty", place=Place(folder), remedy="name another folder")
    return False


def read_head(folder: Path) -> Head:
    """What an index says of itself. Raises InputError where there is none, StorageError where it is damaged."""
    if not (folder / _HEAD).is_file():
        raise InputError("is no index", place=Place(folder), remedy="make one with `finewright corpus add`")
    return _head(folder)[0]


def load(folder: Path, encoder: Encoder | None = None) -> Stored:
    """The index of a folder, every file held against its digest.

    Raises InputError where there is none, or its vectors are of another base or adapter than `encoder`; StorageError
    where a file is missing or is not what was written.
    """
    head = read_head(folder)
    if encoder is not None:
        check_encoder(head, encoder, folder)
    _, files = _head(folder)
    state = folder / head.key
    for name, digest in files.items():
        if not (state / name).is_file() or digest_file(state / name) != digest:
            raise _damaged(state / name)
    try:
        return _loaded(head, state, Settings.from_json(read_json(folder / _HEAD)["settings"]))
    except (KeyError, TypeError, ValueError, OSError) as fault:
        raise _damaged(state) from fault


def check_encoder(head: Head, encoder: Encoder, folder: Path) -> None:
    """Raise InputError where the index's vectors are not this encoder's."""
    if head.base is None:
        raise InputError("has no vectors", place=Place(folder), remedy="search it with the mode bm25")
    if (head.base, head.adapter) != (encoder.base, encoder.adapter):
        raise InputError(
            f"was made with `{head.base_name}` ({_short(head.base)}, adapter {_short(head.adapter)}), not with "
            f"`{encoder.name}` ({_short(encoder.base)}, adapter {_short(encoder.adapter)})",
            place=Place(folder),
            remedy="use that base, or make another index",
        )


def save(folder: Path, corpus: Corpus, counts: Counts, vectors: Vectors | None, encoder: Encoder | None) -> Head:
    """Put an index in force. Raises StorageError where it cannot be written; the old one is then still there."""
    head = Head(
        corpus=corpus.digest,
        base=encoder.base if encoder else None,
        base_name=encoder.name if encoder else None,
        adapter=encoder.adapter if encoder else None,
        dimensions=0 if vectors is None else vectors.shape[1],
        documents=len(corpus.documents),
        chunks=len(counts.lengths),
    )
    if (folder / _HEAD).is_file() and read_head(folder).key == head.key:
        return head
    with scratch_folder(folder) as scratch:
        _write(scratch, corpus, counts, vectors)
        files = {path.name: digest_file(path) for path in sorted(scratch.iterdir())}
        settle(scratch, folder / head.key)
    told = {name: getattr(head, name) for name in Head.__slots__}
    settings = corpus.settings.to_json()
    write_json(folder / _HEAD, {"format": _FORMAT, "head": told, "settings": settings, "files": files})
    _sweep(folder, head.key)
    return head


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the index for a change; readers go on. Raises InputError where another process is changing it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = (folder / _LOCK).open("w")
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise StorageError(
            f"cannot be written ({reason})", place=Place(folder), remedy="choose another folder"
        ) from fault
    with stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise InputError(
                "another process is changing this index", place=Place(folder), remedy="wait for it, or stop it"
            ) from fault
        yield


def _head(folder: Path) -> tuple[Head, dict[str, str]]:
    told = read_json(folder / _HEAD)
    try:
        if told["format"] != _FORMAT:
            raise InputError(
                f"was made by another version (format {told['format']})", place=Place(folder), remedy="make it anew"
            )
        return Head(**told["head"]), dict(told["files"])
    except (KeyError, TypeError, AttributeError) as fault:
        raise _damaged(folder / _HEAD) from fault


def _loaded(head: Head, state: Path, settings: Settings) -> Stored:
    documents = tuple(map(Document.from_json, read_jsonl(state / _DOCUMENTS)))
    corpus = Corpus(documents, settings)
    if corpus.digest != head.corpus:
        raise _damaged(state)
    with np.load(state / _WORDS, allow_pickle=False) as arrays:
        counts = Counts({word: at for at, word in enumerate(read_json(state / _VOCABULARY))}, **arrays)
    vectors = None
    if head.base is not None:
        shape = (head.chunks, head.dimensions)
        path = state / _VECTORS
        # An empty file cannot be mapped.
        vectors = np.memmap(path, np.float32, "r", shape=shape) if head.chunks else np.zeros(shape, np.float32)
    return Stored(head, corpus, counts, vectors)


def _write(state: Path, corpus: Corpus, counts: Counts, vectors: Vectors | None) -> None:
    write_jsonl(state / _DOCUMENTS, (document.to_json() for document in corpus.documents))
    write_json(state / _VOCABULARY, list(counts.vocabulary))
    arrays = {name: getattr(counts, name) for name in ("start", "chunk", "count", "lengths")}
    np.savez(state / _WORDS, allow_pickle=False, **arrays)
    if vectors is not None:
        np.ascontiguousarray(vectors, np.float32).tofile(state / _VECTORS)


def _sweep(folder: Path, key: str) -> None:
    """Remove states that are not in force, and what crashes left."""
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != key and _ours(entry):
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name.startswith(f".{_HEAD}."):
            entry.unlink(missing_ok=True)


def _ours(entry: Path) -> bool:
    """Whether this module makes such entries: a state, a scratch folder, the lock, a half-written head."""
    name = entry.name
    return bool(re.fullmatch(r"\.[0-9a-f]{16}|[0-9a-f]{32}", name)) or name == _LOCK or name.startswith(f".{_HEAD}.")


def _short(digest: str | None) -> str:
    return digest[:12] if digest else "none"


def _damaged(path: Path) -> StorageError:
    return StorageError(
        "is damaged: it is not what was written", place=Place(path), remedy="remove the index and make it anew"
    )
