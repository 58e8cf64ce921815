"""finewright's detector as a worker process (`alternate.Worker`): texts in, findings or times out.

A question is {"texts": FILE, "do": "find" | "time", "way": {"ours": 2}}; the first line that is written says that it
is ready.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.pool import mapped

BATCH = 1 << 14
"""Characters that one process is given at a time."""

WARM = "Jane Roé, 1 High Street, +44 20 7946 0958, IBAN DE89 3704 0044 0532 0130 00, VAT ID: DE136695976"
"""What loads all that is loaded when first needed."""


def detector() -> Detector:
    """All that is detected by default: every form, and names."""
    from finewright.privacy.names.tagger import names
    from finewright.privacy.recognisers.catalogue import CATALOGUE

    return Detector(CATALOGUE, names)


def work() -> Callable[[list[str]], list[list[Finding]]]:
    """What a process does with a batch of texts."""
    return detector().find_all


def main() -> None:
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        texts = json.loads(Path(question["texts"]).read_text(encoding="utf-8"))
        answer = _found(texts) if question["do"] == "find" else _timed(texts, question["way"]["ours"])
        print(json.dumps(answer), flush=True)


def _found(texts: list[str]) -> dict[str, Any]:
    return {"spans": [[[one.start, one.end, one.kind] for one in row] for row in work()(texts)]}


def _timed(texts: Iterable[str], processes: int) -> dict[str, Any]:
    """Seconds from the texts to all findings: `with_start` from nothing, `seconds` from when the first process has
    answered a line, and is given the first of the texts."""
    started = time.perf_counter()
    clock = [started]
    answers = mapped(work, (), _batches(texts, processes, clock), processes)
    findings = sum(len(row) for answer in answers for row in answer)
    ended = time.perf_counter()
    own, child = (resource.getrusage(who).ru_maxrss * 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = own + (child * processes if processes > 1 else 0)
    return {"seconds": ended - clock[0], "with_start": ended - started, "findings": findings, "peak_bytes": peak}


def timed_file(path: Path, processes: int) -> dict[str, Any]:
    """The same of a file's lines, which are read as they are needed."""
    with path.open(encoding="utf-8", errors="replace") as stream:
        return _timed(stream, processes)


def _batches(texts: Iterable[str], processes: int, clock: list[float]) -> Iterator[list[str]]:
    """A line as often as batches are under way at once, so that the first text waits for an answer; then all texts."""
    yield from [[WARM]] * (3 * processes if processes > 1 else 1)
    clock[0] = time.perf_counter()
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


if __name__ == "__main__":
    main()
