"""Personal data found: how fast beside Presidio, and how well on two sets. Protocol: part 20.

    .venv/bin/python benchmarks/privacy.py [--parts throughput presidio finance file] [--half development|final]
        [--repeats 3] [--characters 600000] [--file FILE] [--megabytes 1024]

`throughput` runs both sides in turn on the same texts; `presidio` meets the spans of one half of presidio-research;
`finance` those of the set that `finance_set.py` makes; `file` is `finewright scrub` on a CSV
made for it, or the detector on the lines of FILE. What was
missed and what was wrong goes, text by text, to benchmarks/runs/privacy.
"""

import argparse
import csv
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from alternate import OURS as PYTHON
from alternate import PEERS, Worker, alternate, spread
from presidio_halves import halves
from privacy_match import GOLD, OURS, PRESIDIO, Meeting, Span, compared, met, table
from record import RUNS, record_parts

SHARED = Path(os.environ.get("FINEWRIGHT_SHARED", "../shared/data"))
PARTS = ("throughput", "presidio", "finance")
CORES = 2
WAYS = tuple({"processes": processes, "batch_size": size} for processes in (2, 1) for size in (16, 64, 256))
VARIANTS = tuple({"organisations": flag, "threshold": threshold} for flag in (False, True) for threshold in (0.0, 0.4))
FINANCE_ROWS, FINANCE_SEED = 6_000, 20

Row = dict[str, Any]
Exact = tuple[int, int, str]
Counts = dict[str, list[int]]

UNMARKED = frozenset({"person", "company", "address", "place", "birth_date"})
"""Kinds that stand in the finance set and are not marked there, so that nothing can be said of them."""


def main() -> None:
    asked = _arguments()
    for part in asked.parts:
        found = {"throughput": throughput, "presidio": presidio, "finance": finance, "file": file}[part](asked)
        print(json.dumps(found, indent=1))
        record_parts("privacy", f"presidio-{asked.half}" if part == "presidio" else part, found)


def throughput(asked: argparse.Namespace) -> Row:
    """Characters per second of both sides on the same texts, in turn; the peer in the way that suits it best."""
    workloads = {name: list(_cut(texts, asked.characters)) for name, texts in _texts().items()}
    made: Row = {}
    with tempfile.TemporaryDirectory() as folder, _workers() as workers:
        for name, texts in workloads.items():
            path = _written(Path(folder) / f"{name}.json", texts)
            sample = _written(Path(folder) / f"{name}-sample.json", list(_cut(texts, asked.characters // 20)))
            tried = [(workers["presidio"].ask(_timing(sample, way))["seconds"], way) for way in WAYS]
            best = min(tried, key=lambda one: one[0])[1]
            turns = [_timing(path, best)] * asked.repeats
            answers = alternate(workers, [_timing(sample, best), *turns])
            made[name] = _rates(answers, texts) | {"presidio_way": best, "presidio_tried": tried}
            print(name, json.dumps(made[name]["ratio"]), flush=True)
    return made


def _rates(answers: dict[str, list[Row]], texts: Sequence[str]) -> Row:
    characters = sum(map(len, texts))
    rates = {side: [characters / one["seconds"] for one in rows[1:]] for side, rows in answers.items()}
    from_nothing = [characters / one["with_start"] for one in answers["ours"][1:]]
    return {
        "texts": len(texts),
        "characters": characters,
        "characters_per_second": {side: spread(values) for side, values in rates.items()},
        "ours_with_start": spread(from_nothing),
        "ratio": spread([ours / peer for ours, peer in zip(rates["ours"], rates["presidio"], strict=True)]),
        "findings": {side: rows[-1]["findings"] for side, rows in answers.items()},
        "peak_bytes": {side: max(one["peak_bytes"] for one in rows) for side, rows in answers.items()},
    }


def presidio(asked: argparse.Namespace) -> Row:
    """Recall, precision and F2 per type on one half of presidio-research: ours, and the peer in four settings."""
    path = SHARED / "presidio-research" / "synth_dataset_v2.json"
    development, final = halves(json.loads(path.read_text(encoding="utf-8")))
    rows = final if asked.half == "final" else development
    there = [[(one["start_position"], one["end_position"], one["entity_type"]) for one in row["spans"]] for row in rows]
    gold = [compared(spans, GOLD) for spans in there]
    groups = [row["template_id"] for row in rows]
    made: Row = {"half": asked.half, "rows": len(rows), "templates": len(set(groups))}
    with tempfile.TemporaryDirectory() as folder, _workers() as workers:
        texts = [row["full_text"] for row in rows]
        where = str(_written(Path(folder) / "rows.json", texts))
        found = workers["ours"].ask({"texts": where, "do": "find", "way": {}})["spans"]
        made["ours"] = table(_meetings(gold, found, OURS), groups)
        _keep_errors(f"presidio-{asked.half}", texts, gold, [compared(spans, OURS) for spans in found])
        for way in VARIANTS:
            name = f"presidio, organisations {way['organisations']}, from {way['threshold']}"
            spans = workers["presidio"].ask({"texts": where, "do": "find", "way": way})["spans"]
            made[name] = table(_meetings(gold, spans, PRESIDIO), groups)
    return made


def _meetings(gold: Sequence[list[Span]], found: Sequence[Any], names: dict[str, str]) -> list[Meeting]:
    pairs = zip(gold, found, strict=True)
    return [met(there, compared(given, names), given) for there, given in pairs]


def finance(_: argparse.Namespace) -> Row:
    """Recall and precision per kind on a made finance set of a seed of its own, every character of a span exact."""
    from finance_set import CHECKSUM_KINDS, rows
    from privacy_ours import detector

    made = list(rows(FINANCE_ROWS, FINANCE_SEED))
    find = detector().find
    counts: Counts = {}
    kept = []
    for row in made:
        there = {(one["start"], one["end"], one["kind"].partition(":")[0]): one["kind"] for one in row["spans"]}
        found = find(row["text"], row.get("header") or "")
        given = {(one.start, one.end, one.kind) for one in found if one.kind not in UNMARKED}
        _count(counts, there, given)
        if set(there) != given:
            kept.append({"row": row, "missed": sorted(set(there) - given), "wrong": sorted(given - set(there))})
    _keep("finance", kept)
    figures = {kind: _finance_figures(*parts) for kind, parts in sorted(counts.items())}
    proved = [counts[kind] for kind in CHECKSUM_KINDS if kind in counts]
    return {
        "rows": len(made),
        "seed": FINANCE_SEED,
        "kinds": figures,
        "checksum": _finance_figures(*map(sum, zip(*proved, strict=True))),
        "all": _finance_figures(*map(sum, zip(*counts.values(), strict=True))),
    }


def _count(counts: Counts, there: dict[Exact, str], given: set[Exact]) -> None:
    """Add what is there, found, given and right. What is named behind a colon (`tax_id:plain`) is counted apart."""
    for span, kind in there.items():
        row = counts.setdefault(kind, [0, 0, 0, 0])
        row[0] += 1
        row[1] += span in given
    for span in given:
        row = counts.setdefault(there.get(span, span[2]), [0, 0, 0, 0])
        row[2] += 1
        row[3] += span in there


def _finance_figures(there: int, found: int, given: int, right: int) -> Row:
    from finewright.evaluate.statistics.intervals import wilson

    made: Row = {"there": there, "found": found, "given": given, "right": right}
    for name, part, whole in (("recall", found, there), ("precision", right, given)):
        made[name] = {"value": part / whole, "wilson": wilson(part, whole, 0.95)} if whole else None
    return made


def file(asked: argparse.Namespace) -> Row:
    """Characters per second and peak memory: of `finewright scrub` on a CSV made of the messages, or, where `--file`
    names a text file, of the detector on its lines, nothing of which is kept."""
    from privacy_file import scrubbed, written
    from privacy_ours import timed_file

    if asked.file is not None:
        return {"bytes": asked.file.stat().st_size, **timed_file(asked.file, CORES)}
    with tempfile.TemporaryDirectory(dir=RUNS.parent) as folder:
        path = Path(folder) / "made.csv"
        rows = written(path, asked.megabytes << 20, _messages)
        return {"rows": rows, **scrubbed(path, Path(folder) / "scrubbed.csv")}


def _texts() -> dict[str, Iterator[str]]:
    return {"messages": _messages(), "passages": _passages(), "minutes": _minutes()}


def _messages() -> Iterator[str]:
    """Short texts, every other one with personal data."""
    rows = json.loads((SHARED / "presidio-research" / "synth_dataset_v2.json").read_text(encoding="utf-8"))
    with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as stream:
        asked = [row["text"] for row in csv.DictReader(stream)]
    for row, message in zip(halves(rows)[0], asked, strict=False):
        yield from (row["full_text"], message)
    yield from asked[len(halves(rows)[0]) :]


def _passages() -> Iterator[str]:
    """Paragraphs of annual reports."""
    for document in json.loads((SHARED / "tatqa-dev" / "tatqa_dataset_dev.json").read_text(encoding="utf-8")):
        yield from (paragraph["text"] for paragraph in document["paragraphs"])


def _minutes() -> Iterator[str]:
    """Whole paragraphs of minutes, full of names and of figures."""
    for path in sorted((SHARED / "fed-minutes").glob("*.txt")):
        yield from filter(None, path.read_text(encoding="utf-8").split("\n\n"))


def _cut(texts: Iterator[str] | Sequence[str], characters: int) -> Iterator[str]:
    for text in texts:
        if characters <= 0:
            return
        characters -= len(text)
        yield text


def _timing(path: Path, peer: Row) -> Row:
    """One question for both: ours takes two processes, whatever the peer takes."""
    return {"texts": str(path), "do": "time", "way": peer | {"ours": CORES}}


def _written(path: Path, texts: Sequence[str]) -> Path:
    path.write_text(json.dumps(texts), encoding="utf-8")
    return path


class _workers:  # noqa: N801
    """Both sides' processes while the block runs."""

    def __enter__(self) -> dict[str, Worker]:
        self._made = {
            "ours": Worker(PYTHON, "privacy_ours.py", threads=1),
            "presidio": Worker(PEERS, "privacy_presidio.py", threads=1),
        }
        return self._made

    def __exit__(self, *_: object) -> None:
        for worker in self._made.values():
            worker.close()


def _keep_errors(name: str, texts: Sequence[str], gold: Sequence[list[Span]], given: Sequence[list[Span]]) -> None:
    kept = []
    for text, there, ours in zip(texts, gold, given, strict=True):
        missed = [(one.kind, text[one.start : one.end]) for one in there if not met([one], ours).found]
        wrong = [(one.kind, text[one.start : one.end]) for one in ours if not met(there, [one]).right]
        if missed or wrong:
            kept.append({"text": text, "missed": missed, "wrong": wrong})
    _keep(name, kept)


def _keep(name: str, rows: list[Row]) -> None:
    path = RUNS / "privacy" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parts", nargs="+", choices=[*PARTS, "file"], default=list(PARTS))
    arguments.add_argument("--half", choices=["development", "final"], default="development")
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--characters", type=int, default=600_000)
    arguments.add_argument("--file", type=Path)
    arguments.add_argument("--megabytes", type=int, default=1024, help="size of the CSV that the part `file` makes")
    return arguments.parse_args()


if __name__ == "__main__":
    main()
