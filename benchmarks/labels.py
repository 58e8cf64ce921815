"""What `finewright label` says of Banking77, held against rows that it has not seen and errors that were planted.

    .venv/bin/python benchmarks/labels.py [--by frozen|tfidf] [--rows 10003] [--seeds 5] [--planted 30]

Curve: half of the rows, drawn by a keyed hash, is at hand; the curve through it foretells the accuracy after twice as
many rows, which is then measured with the other half as well. Errors: keyed rows get another label, drawn by a keyed
hash from the other 76, and are looked for among the first 100 suspects. The test file is not opened.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from finewright.base.order import rank, shuffled
from finewright.base.progress import progress
from finewright.base.recipe import Data
from finewright.base.records import Record
from finewright.data.load import load
from finewright.evaluate.arms.graded import Grade, by_embeddings, by_tfidf
from finewright.evaluate.label_errors import FOLDS, out_of_fold, suspects
from finewright.evaluate.label_words import curve_sentence, curve_told, suspects_sentence
from finewright.evaluate.learning_curve import curve, fits, trials
from finewright.model.embed import embedder
from finewright.model.hub import find
from record import record_parts
from workloads import SHARED

SEED, FIRST, CONFIDENCE = 0, 100, 0.95


def main() -> int:
    """Measure, print and record."""
    asked = _arguments()
    rows = shuffled(_banking(), lambda one: one.id, SEED, "benchmark")[: asked.rows]
    grade = by_tfidf if asked.by == "tfidf" else by_embeddings(embedder(find("minilm-l6")))
    found = {"rows": len(rows), "seeds": asked.seeds}
    found["curve"] = forecast(rows, grade, asked.seeds)
    found["errors"] = planted(rows, grade, asked.planted)
    record_parts("labels", asked.by, found)
    return 0


def forecast(rows: Sequence[Record], grade: Grade, seeds: int) -> dict[str, Any]:
    """The curve of half of the rows, and what all of them then show at its double."""
    began = time.perf_counter()
    with progress("Curve of half", fits(rows[: len(rows) // 2], seeds), "fits") as advance:
        half = trials(rows[: len(rows) // 2], grade, seeds, SEED, advance)
    at_hand = half.sizes[-1]
    laid = curve(half, at_hand, CONFIDENCE)
    seconds = time.perf_counter() - began
    with progress("Curve of all", fits(rows, seeds), "fits") as advance:
        whole = curve(trials(rows, grade, seeds, SEED, advance), 2 * at_hand, CONFIDENCE)
    size, measured = whole.points[-1]
    inside = laid.doubled.low <= measured.value <= laid.doubled.high
    print(curve_sentence(laid), curve_told(laid), sep="\n")
    print(f"foretold for {2 * at_hand:,} rows {laid.doubled}, measured after {size:,} {measured}, inside: {inside}")
    return {"half": asdict(laid), "whole": asdict(whole), "inside": inside, "seconds_of_half": seconds}


def planted(rows: Sequence[Record], grade: Grade, number: int) -> dict[str, Any]:
    """How many of so many planted label errors are among the first suspects."""
    labels = sorted({one.answer for one in rows})
    wrong = {one.id for one in shuffled(rows, lambda one: one.id, SEED, "planted")[:number]}
    told = [replace(one, answer=_other(one, labels)) if one.id in wrong else one for one in rows]
    began = time.perf_counter()
    with progress("Grading rows", FOLDS, "folds") as advance:
        found = suspects(out_of_fold(told, grade, SEED, advance))
    seconds = time.perf_counter() - began
    at = [place for place, one in enumerate(found.suspects, 1) if one.record.id in wrong]
    hits = {str(first): sum(place <= first for place in at) for first in (number, FIRST)}
    print(suspects_sentence(found))
    print(
        f"planted {number}: {hits[str(FIRST)]} among the first {FIRST} suspects, {len(at)} among all; {seconds:.0f} s"
    )
    told_of = {"suspects": len(found.suspects), "expected": found.expected, "seconds": seconds}
    return {"planted": number, "found_among_first": hits, "places": at} | told_of


def _other(one: Record, labels: Sequence[str]) -> str:
    others = [label for label in labels if label != one.answer]
    return others[rank(SEED, "wrong label", one.id) % len(others)]


def _banking() -> list[Record]:
    path = SHARED / "banking77" / "train.csv"
    return load(path, Data(train=path)).records


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--by", choices=("frozen", "tfidf"), default="frozen")
    parser.add_argument("--rows", type=int, default=10_003)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--planted", type=int, default=30)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
