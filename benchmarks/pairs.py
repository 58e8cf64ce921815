"""Pairs of answers of protocol.md, part 12, tokenised once for both sides; and the dialogues that preferences.py reads.

Knows no trainer. Steps 0 (the warm-up) and on are timed; tuning pairs, for choosing a peer's settings, are in no step.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from finewright.base.errors import DataError
from finewright.base.order import shuffled
from finewright.base.records import Message
from finewright.data.shapes import pairs as of_pairs
from finewright.data.shapes.judged import turn_of
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.train.preference import chosen_name, rejected_name
from workloads import LONGEST, SHARED, TUNING, banking, long_instruction

_READ = of_pairs.pairs({"answer": "chosen", "rejected": "rejected"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt, the answer that was preferred, and the other one."""

    id: str
    prompt: tuple[Message, ...]
    chosen: str
    rejected: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A pair in token ids, each answer with its terminator."""

    id: str
    prompt: tuple[int, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]

    @property
    def longest(self) -> int:
        """Tokens of the longer side."""
        return len(self.prompt) + max(len(self.chosen), len(self.rejected))

    def sides(self) -> list[Example]:
        """Both sides as examples of one group, the answers supervised."""
        answers = {chosen_name(self.id): self.chosen, rejected_name(self.id): self.rejected}
        return [
            Example(name, self.prompt + answer, (False,) * len(self.prompt) + (True,) * len(answer), self.id)
            for name, answer in answers.items()
        ]


@dataclass(frozen=True, slots=True)
class PairLoad:
    """`batch` pairs per optimizer step; whether a slow peer may be timed on one micro-batch of a step."""

    pairs: Callable[[], list[Pair]]
    batch: int
    by_micro_batch: bool = False


def confusable(rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Each label with the one that is most like it: the cosine of the TF-IDF of all texts of either, English stop words
    left out. `rows` are text and label; of equals the first in the alphabet."""
    texts = defaultdict(list)
    for text, label in rows:
        texts[label].append(text)
    names = sorted(texts)
    vectors = TfidfVectorizer(stop_words="english").fit_transform([" ".join(texts[name]) for name in names])
    alike = (vectors @ vectors.T).toarray()  # (K, K)
    np.fill_diagonal(alike, -1.0)
    return {name: names[nearest] for name, nearest in zip(names, alike.argmax(1), strict=True)}


def dialogues() -> list[tuple[dict[str, str], Pair]]:
    """The rows of hh-rlhf's harmless part that can be used, each as published and as the pair that it is.

    In the file's order, named by their line. Left out are those whose sides are equal or empty, or go on from different
    dialogues.
    """
    with gzip.open(SHARED / "hh-rlhf-harmless" / "test.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = {f"line-{number}": json.loads(line) for number, line in enumerate(stream, 1)}
    found = [(row, _dialogue(name, row)) for name, row in rows.items()]
    return [(row, pair) for row, pair in found if pair is not None]


def _dialogue(name: str, row: dict[str, str]) -> Pair | None:
    """The pair of a row, read as `shape: pairs` reads it; None where it cannot be used."""
    try:
        read = _READ(row)
    except DataError:
        return None
    return Pair(name, read.messages, turn_of(read.answer).content, turn_of(read.rejected).content)


def _labels() -> list[Pair]:
    """The right label against the one it is confused with most easily, behind all labels."""
    rows = banking("train")
    others, said = confusable(rows), Message("system", long_instruction())
    return [
        Pair(f"row-{number}", (said, Message("user", text)), label, others[label])
        for number, (text, label) in enumerate(rows)
    ]


def _dialogues() -> list[Pair]:
    """In a keyed order; the system message is the pair's number, or the template would write one for all."""
    ordered = shuffled((pair for _, pair in dialogues()), lambda pair: pair.id, 0, "benchmark")
    return [
        Pair(pair.id, (Message("system", f"{number}"), *pair.prompt), pair.chosen, pair.rejected)
        for number, pair in enumerate(ordered)
    ]


PAIRS = {
    "labels": PairLoad(_labels, batch=32, by_micro_batch=True),
    "dialogues": PairLoad(_dialogues, batch=16),
}


def encoded(chat: Chat, pair: Pair) -> TokenPair:
    """The pair by our template."""
    sides = [chat.encode_answer(answer, behind=pair.prompt) for answer in (pair.chosen, pair.rejected)]
    return TokenPair(pair.id, tuple(chat.encode_prompt(pair.prompt)), *map(tuple, sides))


def pair_steps(load: PairLoad, chat: Chat, count: int) -> tuple[list[list[TokenPair]], list[TokenPair]]:
    """`count` optimizer steps and the tuning pairs: all different pairs of at most LONGEST tokens a side, behind a
    system message. The tuning pairs come first, so that they are the same whatever `count` is."""
    wanted = TUNING + count * load.batch
    found: list[TokenPair] = []
    for pair in load.pairs():
        one = encoded(chat, pair)
        if one.longest <= LONGEST + len(chat.encode_prompt(pair.prompt[:1])):
            found.append(one)
        if len(found) == wanted:
            break
    tuning, timed = found[:TUNING], found[TUNING:]
    return [timed[start : start + load.batch] for start in range(0, len(timed), load.batch)], tuning


def from_json(row: dict[str, Any]) -> TokenPair:
    """A pair as `dataclasses.asdict` and JSON leave it."""
    return TokenPair(row["id"], *(tuple(row[name]) for name in ("prompt", "chosen", "rejected")))
