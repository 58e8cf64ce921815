"""Made-up texts with labels that a classifier can learn but not perfectly: each word hints at a label, some mislead."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from finewright.base.records import Message, Record

LABELS = ("billing", "delivery", "login", "refund")


def topic_texts(rows: int, *, labels: Sequence[str] = LABELS, seed: int = 0, hints: int = 3) -> list[tuple[str, str]]:
    """(text, label): seven words, `hints` of them of the label's own twelve, the others of everybody's sixty."""
    draws = np.random.default_rng(seed)
    found = []
    for row in range(rows):
        label = labels[row % len(labels)]
        own = [f"{label}{number}" for number in draws.integers(0, 12, hints)]
        noise = [f"{labels[draws.integers(len(labels))]}{draws.integers(12)}"] if hints < 3 else []
        every = [*own, *noise, *(f"word{number}" for number in draws.integers(0, 60, 4)), f"case{row}"]
        found.append((" ".join(draws.permutation(every)), label))
    return found


def topic_records(pairs: Sequence[tuple[str, str]], groups: Sequence[str] | None = None) -> list[Record]:
    """As records of a file `topics.csv`, with groups where given."""
    return [
        Record(f"{at:04}", (Message("user", text),), label, "topics.csv", at + 2, groups[at] if groups else None)
        for at, (text, label) in enumerate(pairs)
    ]


def write_topics(folder: Path, pairs: Sequence[tuple[str, str]], extra: str = "") -> Path:
    """`topics.csv` and a recipe of the classifiers alone; returns the recipe."""
    with (folder / "topics.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("text", "label"), *pairs])
    recipe = folder / "topics.yaml"
    recipe.write_text(f"data:\n  train: topics.csv\n{extra}", encoding="utf-8")
    return recipe
