"""A judge's replies, kept in files as they come: what is stored is never asked again. Knows no rubric.

A reply is named by the digest of who was asked what, so it serves every comparison that asks the same. A file holds
one batch of replies, each with the digest of its own content, and is whole or absent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_json, read_jsonl, write_jsonl
from finewright.base.progress import progress
from finewright.base.records import Completion, CompletionRequest
from finewright.flows.examiner import Examiner

_BATCH = 32


class Replies:
    """The replies stored in `folder`. Raises StorageError where one was edited or is damaged."""

    def __init__(self, folder: Path, examiner: Examiner) -> None:
        self._folder, self._examiner = folder, examiner
        self._known: dict[str, Completion] = {}
        for path in sorted(folder.glob("*.jsonl")):
            self._known |= _stored(path)

    def of(
        self, requests: Sequence[CompletionRequest], check: Callable[[Sequence[Completion]], None]
    ) -> list[Completion]:
        """One reply per request, in order; only those that are not stored are asked, equal ones once.

        `check` is shown the replies that are stored, and those to each batch after it was stored. Raises what it or the
        asking raises.
        """
        names = [self._name(request) for request in requests]
        if known := [self._known[name] for name in names if name in self._known]:
            check(known)
        wanted = {name: request for name, request in zip(names, requests, strict=True) if name not in self._known}
        with progress("Judging", len(wanted), "replies") as advance:
            for batch in _batches(list(wanted.items())):
                self._ask(batch)
                check([self._known[name] for name, _ in batch])
                advance(len(batch))
        return [self._known[name] for name in names]

    def missing(self, requests: Sequence[CompletionRequest]) -> int:
        """How many different requests of these have no reply yet."""
        return len({name for request in requests if (name := self._name(request)) not in self._known})

    def _ask(self, batch: Sequence[tuple[str, CompletionRequest]]) -> None:
        """Ask, and store what came, also where the asking ends early."""
        came: dict[str, Completion] = {}
        try:
            for place, done in self._examiner.each([request for _, request in batch]):
                came[batch[place][0]] = done
        finally:
            if came:
                self._known |= came
                file = self._folder / f"{digest_json(sorted(came))[:16]}.jsonl"
                write_jsonl(file, (_sealed(name, done) for name, done in came.items()))

    def _name(self, request: CompletionRequest) -> str:
        return digest_json([self._examiner.identity, asdict(request)])


def _batches(items: Sequence[tuple[str, CompletionRequest]]) -> Iterator[Sequence[tuple[str, CompletionRequest]]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _sealed(name: str, done: Completion) -> dict[str, Any]:
    content = {"asked": name, "reply": asdict(done)}
    return content | {"digest": digest_json(content)}


def _stored(path: Path) -> dict[str, Completion]:
    found = {}
    for line, row in enumerate(read_jsonl(path), 1):
        try:
            if row["digest"] != digest_json({"asked": row["asked"], "reply": row["reply"]}):
                raise ValueError("its content is not what was written")
            found[row["asked"]] = Completion(**row["reply"])
        except (KeyError, TypeError, ValueError) as fault:
            raise StorageError(
                "holds a reply that was edited or damaged",
                place=Place(path, line),
                remedy="remove the file and run the same command again, which asks for its replies anew",
            ) from fault
    return found
