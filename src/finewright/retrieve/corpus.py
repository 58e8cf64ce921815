"""The documents of an index and how they change: files in, documents out, and only what changed is read again.

Knows no vectors and no ranking. A document is one file, known by its absolute path and the digest of its bytes; its
chunks are what is searched.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError
from finewright.base.files import digest_file, digest_json
from finewright.base.progress import Advance, progress
from finewright.base.records import Refusal
from finewright.retrieve.chunks import Chunking, spans
from finewright.retrieve.entitlements import Rules
from finewright.retrieve.reading import files, read
from finewright.retrieve.section import Section


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage: `start` and `end` count characters of the extracted text of its file, or of its page or row if it has
    one. `entitlements` are those of which a caller needs one."""

    text: str
    start: int
    end: int
    page: int | None
    row: int | None
    entitlements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read. `path` is absolute and names it, `source` is the path as it was first written."""

    path: str
    source: str
    digest: str
    chunks: tuple[Chunk, ...]
    refused: tuple[Refusal, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON values."""
        value = asdict(self)
        for chunk in value["chunks"]:
            chunk["entitlements"] = sorted(chunk["entitlements"])
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Document":
        """The document that `to_json` wrote. Raises KeyError or TypeError where it is none."""
        chunks = tuple(Chunk(**{**one, "entitlements": frozenset(one["entitlements"])}) for one in value["chunks"])
        refused = tuple(Refusal(**one) for one in value["refused"])
        return cls(value["path"], value["source"], value["digest"], chunks, refused)


@dataclass(frozen=True, slots=True)
class Settings:
    """How files become chunks and who may read them: the rules for files, and the column that says so in tables."""

    chunking: Chunking = field(default_factory=Chunking)
    rules: Rules = field(default_factory=Rules)
    column: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The settings as plain JSON values."""
        return {"chunking": asdict(self.chunking), "rules": self.rules.to_json(), "column": self.column}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Settings":
        """The settings that `to_json` wrote. Raises KeyError or TypeError where they are none."""
        return cls(Chunking(**value["chunking"]), Rules.from_json(value["rules"]), value["column"])


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents by path, sorted, and the settings they were read with."""

    documents: tuple[Document, ...] = ()
    settings: Settings = field(default_factory=Settings)

    @property
    def digest(self) -> str:
        """SHA-256 over settings, documents and chunks."""
        return digest_json([self.settings.to_json(), [document.to_json() for document in self.documents]])

    @property
    def chunks(self) -> list[tuple[Document, Chunk]]:
        """Every chunk with its document, in order: what rows of vectors stand for."""
        return [(document, chunk) for document in self.documents for chunk in document.chunks]


@dataclass(frozen=True, slots=True)
class Change:
    """A corpus after a change, and what became of each path; `refused` says why a file, or a row of one, was not taken.

    A file that was taken before and cannot be read any more stands in `refused` and in `removed`.
    """

    corpus: Corpus
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()


def added(corpus: Corpus, paths: Sequence[Path]) -> Change:
    """The corpus with these files, and all files of these folders, as they are now.

    A file whose bytes are as they were is not read again. Files of a folder given that are no longer there leave.
    Raises DataError where there is nothing at a path.
    """
    found = {os.path.realpath(one): one for path in paths for one in files(path)}
    known = {document.path: document for document in corpus.documents}
    gone = {path for path in known if path not in found and _below(path, paths)}
    taken: dict[str, Document] = {}
    refused: list[Refusal] = []
    with progress("Reading", len(found), "files") as advance:
        for path, document in _documents(found, known, corpus.settings, advance):
            if isinstance(document, Document):
                taken[path] = document
            else:
                refused.append(document)
    refused += [refusal for path in sorted(taken) for refusal in taken[path].refused]
    lost = gone | {path for path in found if path in known and path not in taken}
    kept = {path: document for path, document in known.items() if path not in lost} | taken
    return Change(
        Corpus(tuple(kept[path] for path in sorted(kept)), corpus.settings),
        added=_sources(taken[path] for path in taken if path not in known),
        changed=_sources(one for path, one in taken.items() if path in known and one is not known[path]),
        unchanged=_sources(one for path, one in taken.items() if one is known.get(path)),
        removed=_sources(known[path] for path in lost),
        refused=tuple(refused),
    )


def removed(corpus: Corpus, paths: Sequence[Path]) -> Change:
    """The corpus without the documents at these paths, be they files, folders of them, or gone from disk.

    Raises DataError for a path at or below which no document stands, or whose name none has.
    """
    leaving: dict[str, Document] = {}
    for path in paths:
        found = [one for one in corpus.documents if one.source == str(path) or _below(one.path, [path])]
        if not found:
            raise DataError(f"`{path}` is not in the index", remedy="`finewright corpus show` lists what is")
        leaving |= {one.path: one for one in found}
    kept = tuple(one for one in corpus.documents if one.path not in leaving)
    return Change(Corpus(kept, corpus.settings), removed=_sources(leaving.values()))


def ruled(corpus: Corpus, rules: Rules) -> Change:
    """The corpus under other entitlement rules, which hold for every file at once; nothing is read again.

    Rows that name their readers themselves keep them. A file that no rule fits leaves, and is told.
    """
    kept: list[Document] = []
    refused: list[Refusal] = []
    for document in corpus.documents:
        names = rules.of(document.path)
        if names is None:
            refused.append(_nobodys(document.source))
        else:
            kept.append(_read_by(document, names, corpus.settings.column))
    settings = Settings(corpus.settings.chunking, rules, corpus.settings.column)
    lost = {document.path for document in corpus.documents} - {document.path for document in kept}
    gone = _sources(document for document in corpus.documents if document.path in lost)
    return Change(Corpus(tuple(kept), settings), removed=gone, refused=tuple(refused))


def _documents(
    found: Mapping[str, Path], known: Mapping[str, Document], settings: Settings, advance: Advance
) -> Iterator[tuple[str, Document | Refusal]]:
    for path, written in found.items():
        try:
            yield path, _document(path, written, known.get(path), settings)
        except DataError as fault:
            line = (fault.place and fault.place.line) or 0
            yield path, Refusal(written.as_posix(), line, fault.what, fault.remedy)
        advance(1, written.name)


def _document(path: str, written: Path, before: Document | None, settings: Settings) -> Document | Refusal:
    """The document that a file is now; the very one from before where its bytes are the same. Raises DataError."""
    names = settings.rules.of(path)
    if names is None:
        return _nobodys(written.as_posix())
    if before is not None and _unchanged(written, before):
        return before
    found = read(written, settings.column)
    chunks = tuple(chunk for section in found.sections for chunk in _cut(section, names, settings.chunking))
    source = before.source if before else written.as_posix()
    refused = tuple(Refusal(source, one.line, one.reason, one.remedy) for one in found.refused)
    return Document(path, source, digest_file(written), chunks, refused)


def _unchanged(path: Path, before: Document) -> bool:
    try:
        return path.is_file() and digest_file(path) == before.digest
    except OSError:
        return False  # reading it says what is wrong


def _cut(section: Section, names: frozenset[str], chunking: Chunking) -> Iterator[Chunk]:
    readers = names if section.entitlements is None else section.entitlements
    # Half a surrogate pair, as broken exports have it, is no letter and could not be written down.
    text = section.text.encode("utf-8", "replace").decode()
    for start, end in spans(text, chunking):
        yield Chunk(text[start:end], start, end, section.page, section.row, readers)


def _read_by(document: Document, names: frozenset[str], column: str | None) -> Document:
    chunks = tuple(
        one
        if column is not None and one.row is not None
        else Chunk(one.text, one.start, one.end, one.page, one.row, names)
        for one in document.chunks
    )
    return Document(document.path, document.source, document.digest, chunks, document.refused)


def _nobodys(source: str) -> Refusal:
    return Refusal(
        source, 0, "no entitlement rule fits it, so nobody may read it", "add a rule, or `*: *` as the first"
    )


def _below(path: str, roots: Iterable[Path]) -> bool:
    return any(Path(path).is_relative_to(os.path.realpath(root)) for root in roots)


def _sources(documents: Iterable[Document]) -> tuple[str, ...]:
    return tuple(sorted(document.source for document in documents))
