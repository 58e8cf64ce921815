"""Passages found for questions (`tatqa`), and what finding costs beside two peers (`scale`). Protocol: part 17.

    .venv/bin/python benchmarks/retrieve.py [--parts tatqa scale] [--modes bm25 dense fused] [--passages N]
        [--chunks 100000] [--queries 1000] [--repeats 3]

`tatqa` reads FINEWRIGHT_SHARED/tatqa-dev. `scale` makes chunks up, of words as uneven as a language's and of random
unit vectors, which stand in for a base: embedding is in neither side's time. Each side is its own process, in turn.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice, product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np

from alternate import spread
from finewright.evaluate.scorers.ranking import ndcg, recall, reciprocal_rank
from finewright.evaluate.statistics.intervals import bias_corrected, replicates, value_of
from finewright.retrieve.build import counts_of, vectors_of
from finewright.retrieve.corpus import Chunk, Corpus, Document, added
from finewright.retrieve.encoder import Encoder, encoder
from finewright.retrieve.entitlements import PUBLIC
from finewright.retrieve.index import Index, Mode
from record import record_parts
from serve import peak_bytes

MODES: tuple[Mode, ...] = ("bm25", "dense", "fused")
FIGURES = {"ndcg@10": ndcg, "mrr@10": reciprocal_rank, "recall@10": recall}
K, DEPTH, CHUNKS_A_PASSAGE = 10, 100, 5
CONFIDENCE = 0.95
WIDTH, WORDS_A_CHUNK, WORDS_A_QUERY, VOCABULARY = 384, 60, 10, 30_000
SIDES = ("ours", "faiss", "bm25s")


def main() -> int:
    """Measure the parts asked for, print each, and record it where it is whole."""
    asked = _arguments()
    if asked.one:
        print(json.dumps(ONE[asked.one](asked)))
        return 0
    for part in asked.parts:
        found = {"tatqa": tatqa, "scale": scale}[part](asked)
        print(json.dumps(found, indent=1))
        if part == "scale" or (asked.passages is None and asked.modes == list(MODES)):
            record_parts("retrieve", part, found)
    return 0


def tatqa(asked: argparse.Namespace) -> dict[str, Any]:
    """Figures of each mode on the development questions, with intervals over the reports they are about."""
    folder = Path(os.environ.get("FINEWRIGHT_SHARED", "../shared/data")) / "tatqa-dev"
    passages = _rows(folder / "tatqa_dev_corpus.jsonl")[: asked.passages]
    known = {passage["_id"]: passage["ctx"] for passage in passages}
    questions = [one for one in _rows(folder / "tatqa_dev_queries.jsonl") if set(one["relevant"]) <= set(known)]
    index = _index(passages, dense=set(asked.modes) != {"bm25"})
    reports = [known[one["relevant"][0]] for one in questions]
    found = {mode: _measured(index, mode, questions, passages) for mode in asked.modes}
    figures = {mode: {name: _interval(values, reports) for name, values in one.items()} for mode, one in found.items()}
    gains = {
        f"fused - {mode}": {name: _interval(found["fused"][name] - found[mode][name], reports) for name in FIGURES}
        for mode in asked.modes
        if mode != "fused" and "fused" in found
    }
    counts = {"passages": len(passages), "questions": len(questions), "reports": len(set(reports))}
    return {**counts, "chunks": len(index.corpus.chunks), "figures": figures, "gains": gains}


def scale(asked: argparse.Namespace) -> dict[str, Any]:
    """Seconds for all queries and peak memory of each side, the sides in turn, and the ratio to the peers' sum."""
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(asked.repeats):
        for side in SIDES:
            runs[side].append(_process(side, asked))
            print(side, runs[side][-1], flush=True)
    skipped = {side: done[0]["skipped"] for side, done in runs.items() if "skipped" in done[0]}
    seconds = {side: [one["seconds"] for one in done] for side, done in runs.items() if side not in skipped}
    found: dict[str, Any] = {"chunks": asked.chunks, "queries": asked.queries, "skipped": skipped, "runs": runs}
    found["seconds"] = {side: spread(times) for side, times in seconds.items()}
    if not skipped:
        sums = [sum(pair) for pair in zip(seconds["faiss"], seconds["bm25s"], strict=True)]
        found["ratio"] = spread([ours / both for ours, both in zip(seconds["ours"], sums, strict=True)])
    return found


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _index(passages: Sequence[dict[str, Any]], *, dense: bool) -> Index:
    """The passages through the very reader that a team's JSON lines go through."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passages.jsonl"
        path.write_text("".join(json.dumps({"text": one["text"]}) + "\n" for one in passages), encoding="utf-8")
        corpus = added(Corpus(), [path]).corpus
    if not dense:
        return Index(corpus, counts_of(corpus), None, None)
    from finewright.model.hub import find

    minilm = encoder(find("minilm-l6"))
    return Index(corpus, counts_of(corpus), vectors_of(corpus, minilm, None)[0], minilm)


def _measured(
    index: Index, mode: Mode, questions: Sequence[dict[str, Any]], passages: Sequence[dict[str, Any]]
) -> dict[str, np.ndarray]:
    """Each figure of each question; a passage stands where the first of its chunks does."""
    hits = index.search([one["text"] for one in questions], mode=mode, k=K * CHUNKS_A_PASSAGE)
    rankings = [list(dict.fromkeys(passages[hit.row - 1]["_id"] for hit in found if hit.row)) for found in hits]
    gains = [dict.fromkeys(one["relevant"], 1.0) for one in questions]
    return {
        name: np.array([figure(*pair, K) for pair in zip(rankings, gains, strict=True)])
        for name, figure in FIGURES.items()
    }


def _interval(values: np.ndarray, reports: Sequence[str]) -> dict[str, float]:
    """The mean with its bootstrap interval: questions on one report hang together, so reports are drawn."""
    _, place = np.unique(reports, return_inverse=True)
    sums, sizes = np.bincount(place, values), np.bincount(place)

    def mean(weights: np.ndarray) -> np.ndarray:
        return (weights @ sums) / (weights @ sizes)

    value = value_of(mean, len(sizes))
    low, high = bias_corrected(replicates(mean, len(sizes)), value, CONFIDENCE)
    return {"value": value, "low": low, "high": high}


def _texts(count: int, words: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    known = ["".join(letters) for letters in islice(product(ascii_lowercase, repeat=4), VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    return [" ".join(draw.choices(known, weights, k=words)) for _ in range(count)]


def _vectors(count: int, seed: int) -> np.ndarray:
    found = np.random.default_rng(seed).standard_normal((count, WIDTH), np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _ours(asked: argparse.Namespace) -> dict[str, Any]:
    texts, queries = _texts(asked.chunks, WORDS_A_CHUNK, 0), _texts(asked.queries, WORDS_A_QUERY, 1)
    chunks = tuple(Chunk(text, 0, len(text), None, at, PUBLIC) for at, text in enumerate(texts, 1))
    corpus = Corpus((Document("/made", "made", "", chunks),))
    asking = _vectors(asked.queries, 3)
    stand_in = Encoder("made", "", None, lambda texts: asking[: len(texts)])
    index = Index(corpus, counts_of(corpus), _vectors(asked.chunks, 2), stand_in)
    index.search(queries[:1])
    return _timed(lambda: index.search(queries, k=K))


def _faiss(asked: argparse.Namespace) -> dict[str, Any]:
    try:
        import faiss
    except ImportError:
        return {"skipped": "faiss-cpu is not installed here"}
    index = faiss.IndexFlatIP(WIDTH)
    index.add(_vectors(asked.chunks, 2))
    asking = _vectors(asked.queries, 3)
    index.search(asking[:1], DEPTH)
    return _timed(lambda: index.search(asking, DEPTH))


def _bm25s(asked: argparse.Namespace) -> dict[str, Any]:
    import bm25s

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords=None, show_progress=False)

    index = bm25s.BM25(method="lucene", backend="numpy")
    index.index(tokens(_texts(asked.chunks, WORDS_A_CHUNK, 0)), show_progress=False)
    queries = _texts(asked.queries, WORDS_A_QUERY, 1)
    index.retrieve(tokens(queries[:1]), k=DEPTH, show_progress=False)
    return _timed(lambda: index.retrieve(tokens(queries), k=DEPTH, show_progress=False))


ONE = {"ours": _ours, "faiss": _faiss, "bm25s": _bm25s}


def _timed(work: Callable[[], Any]) -> dict[str, Any]:
    began = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - began, "bytes": peak_bytes()}


def _process(side: str, asked: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", side]
    command += ["--chunks", str(asked.chunks), "--queries", str(asked.queries)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=("tatqa", "scale"), default=["tatqa", "scale"])
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--passages", type=int, help="only the first so many passages, and the questions on them")
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", choices=SIDES, help="one side alone, in this process")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
