"""Progress by bytes of a file, told in kilobytes. Knows how a file is read, and nothing of what is done with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from finewright.base.progress import Advance, progress
from finewright.data.sources import text
from finewright.flows.privacy.reading import Reading


@contextmanager
def by_bytes(path: Path, reading: Reading) -> Iterator[Advance]:
    """Progress by bytes, told in kilobytes; of Parquet, which is packed, without an end."""
    total = None if reading.kind == "parquet" else sum(file.stat().st_size for file in text.documents(path)) >> 10
    with progress(f"Scrubbing {path.name}", total, "KB") as bar:
        waiting = 0

        def advance(units: int = 1, note: str = "") -> None:
            nonlocal waiting
            waiting += units
            if whole := waiting >> 10:
                bar(whole, note)
                waiting -= whole << 10

        yield advance
