"""Small records and files for the tests of the data room."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finewright.base.recipe import Data
from finewright.base.records import Message, Record
from finewright.data.identity import content_digest
from finewright.data.load import Loaded, load

MakeRecord = Callable[..., Record]
Write = Callable[..., Path]
Read = Callable[..., Loaded]


@pytest.fixture
def record() -> MakeRecord:
    """A one-turn record at a line, its id that of a first occurrence."""

    def make(text: str, answer: str = "a", line: int = 1, *, system: str = "", **more: Any) -> Record:
        messages = ((Message("system", system),) if system else ()) + (Message("user", text),)
        source = more.pop("source", "train.csv")
        name = f"{content_digest(messages, answer)}-{more.pop('occurrence', 1)}"
        return Record(name, messages, answer, source=source, line=line, **more)

    return make


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of this name: text as UTF-8, bytes as they are."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def read(write: Write) -> Read:
    """Writes and loads a file under these settings of `data`."""

    def make(name: str, content: str | bytes, **settings: Any) -> Loaded:
        path = write(name, content)
        return load(path, Data(train=path, **settings))

    return make
