"""Files that are whole or absent, and digests of content. Knows nothing about what the files mean.

Everything finewright keeps is written here: first beside its place under a temporary name, flushed to disk, then
renamed, so a crash or a full disk leaves the old file or none.
"""

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from finewright.base.errors import Place, StorageError

_BLOCK = 1 << 20


def digest_bytes(content: bytes) -> str:
    """SHA-256 of `content`, in hex."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's content, in hex, read in blocks."""
    running = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            running.update(block)
    return running.hexdigest()


def canonical_json(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, UTF-8 letters kept. What digests are taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_json(value: Any) -> str:
    """SHA-256 of a value's canonical JSON."""
    return digest_bytes(canonical_json(value).encode())


def digest_array(values: Iterable[Any]) -> str:
    """SHA-256 of the canonical JSON of the list of these values, which is never held as a whole."""
    running, between = hashlib.sha256(b"["), ""
    for value in values:
        running.update(f"{between}{canonical_json(value)}".encode())
        between = ","
    running.update(b"]")
    return running.hexdigest()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`; becomes `path` when the block ends well, vanishes when it does not.

    Raises StorageError where the disk is full, the folder cannot be written, or `path` is a folder or a device, which
    a rename would replace.
    """
    if path.exists() and not path.is_file():
        raise StorageError("is no ordinary file", place=Place(path), remedy="name a file to write to")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    temporary = Path(name)
    try:
        yield temporary
        _flush(temporary)
        os.replace(temporary, path)
    except StorageError:  # the block's own, which has its place already
        raise
    except OSError as fault:
        raise _unwritable(path, fault) from fault
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole UTF-8 text file, or nothing."""
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file for people and programs: sorted, indented, newline at the end."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file of our own. Raises StorageError naming the file where it is absent or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise StorageError(
            f"cannot be read back ({type(fault).__name__})",
            place=Place(path),
            remedy="remove it and run the same command again to make it anew",
        ) from fault


def write_jsonl(path: Path, rows: Iterable[Any]) -> int:
    """Write rows as JSON lines, whole or not at all; returns how many."""
    count = 0
    with writing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(canonical_json(row) + "\n")
            count += 1
    return count


def read_jsonl(path: Path) -> Iterator[Any]:
    """Rows of a JSON-lines file of our own, as a stream. Raises StorageError with the damaged line."""
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield json.loads(line)
            except ValueError as fault:
                raise StorageError(
                    "is damaged", place=Place(path, number), remedy="remove the file and run the same command again"
                ) from fault


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _unwritable(path: Path, fault: OSError) -> StorageError:
    reason = fault.strerror or type(fault).__name__
    return StorageError(
        f"could not be written ({reason})", place=Place(path), remedy="free some disk space or choose another folder"
    )
