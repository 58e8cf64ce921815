"""The rows of protocol.md, part 4, tokenised once for both sides: lists of ids and marks, in optimizer steps.

Steps 0 (the warm-up) and on are timed; `tuning` holds rows that no step has, for choosing a peer's settings.
"""

import csv
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.base.order import shuffled
from finewright.base.records import Message
from finewright.model.batch import Example
from finewright.model.chat import Chat
from record import HERE

SHARED = Path(os.environ.get("FINEWRIGHT_SHARED", HERE.parent.parent / "shared" / "data"))
INSTRUCTION = "Name the intent of this message from a bank's customer."
LONGEST = 512
TUNING = 48

Row = tuple[str, tuple[Message, ...], str]
"""Name, prompt, answer."""


@dataclass(frozen=True, slots=True)
class Workload:
    """`batch` rows per optimizer step out of `rows`; whether a slow peer may be timed on one micro-batch of a step."""

    rows: Callable[[], list[Row]]
    batch: int
    by_micro_batch: bool = False


def labels() -> list[str]:
    """The 77 labels of Banking77, sorted."""
    return sorted(json.loads((SHARED / "banking77" / "categories.json").read_text(encoding="utf-8")))


def long_instruction() -> str:
    """The instruction with all 77 labels, as the zero-shot arm has it."""
    return f"{INSTRUCTION}\nChoose exactly one of: {', '.join(labels())}"


def banking(part: str) -> list[tuple[str, str]]:
    """Text and label of Banking77's rows, in the keyed order of seed 0."""
    with (SHARED / "banking77" / f"{part}.csv").open(encoding="utf-8", newline="") as stream:
        rows = [(f"{part}-{number}", row["text"], row["category"]) for number, row in enumerate(csv.DictReader(stream))]
    return [(text, label) for _, text, label in shuffled(rows, lambda row: row[0], 0, "benchmark")]


def _banking(system: Callable[[], str]) -> Callable[[], list[Row]]:
    def rows() -> list[Row]:
        said = Message("system", system())
        return [
            (f"row-{number}", (said, Message("user", text)), label)
            for number, (text, label) in enumerate(banking("train"))
        ]

    return rows


def _general() -> list[Row]:
    """Instructions and answers; the system message is the row's number, or the template would write one for all."""
    lines = (SHARED / "general-probe" / "dolly_hhrlhf_train_small.jsonl").read_text(encoding="utf-8").splitlines()
    found = [(f"line-{number}", json.loads(line)) for number, line in enumerate(lines)]
    return [
        (
            f"row-{number}",
            (Message("system", f"{number}"), Message("user", instruction(row["prompt"]))),
            row["response"],
        )
        for number, (_, row) in enumerate(shuffled(found, lambda row: row[0], 0, "benchmark"))
    ]


def instruction(prompt: str) -> str:
    """The instruction without the frame that every row of the file has."""
    return prompt.partition("### Instruction:\n")[2].partition("\n\n### Response:")[0]


WORKLOADS = {
    "a": Workload(_banking(long_instruction), batch=32, by_micro_batch=True),
    "b": Workload(_banking(long_instruction), batch=128, by_micro_batch=True),
    "c": Workload(_banking(lambda: INSTRUCTION), batch=32),
    "d": Workload(_general, batch=16),
}


def steps(workload: Workload, chat: Chat, count: int) -> tuple[list[list[Example]], list[Example]]:
    """`count` optimizer steps and the tuning rows: all different rows of at most LONGEST tokens behind what is shared.

    The tuning rows come first in the keyed order, so that they are the same whatever `count` is.
    """
    wanted = TUNING + count * workload.batch
    examples = []
    for name, messages, answer in workload.rows():
        example = chat.encode_example(name, messages, answer)
        if answer and len(example.tokens) <= LONGEST + len(chat.encode_prompt(messages[:1])):
            examples.append(example)
        if len(examples) == wanted:
            break
    tuning, timed = examples[:TUNING], examples[TUNING:]
    return [timed[start : start + workload.batch] for start in range(0, len(timed), workload.batch)], tuning


def figures(examples: Sequence[Example]) -> dict[str, int]:
    """What a step asks for, however it is computed.

    tokens      all that the rows hold
    distinct    different beginnings among the rows without their last token, which is predicted and never read
    states      different beginnings whose next token is supervised: what the head must see
    supervised  tokens that are predicted
    """
    ordered = sorted(example.tokens[:-1] for example in examples)
    distinct = sum(len(row) - _common(row, before) for row, before in zip(ordered, [(), *ordered], strict=False))
    states = {
        example.tokens[:place] for example in examples for place, wanted in enumerate(example.supervised) if wanted
    }
    return {
        "rows": len(examples),
        "tokens": sum(len(example.tokens) for example in examples),
        "distinct": distinct,
        "states": len(states),
        "supervised": sum(example.targets for example in examples),
    }


def to_json(examples: Sequence[Example]) -> list[dict[str, Any]]:
    """Examples as they lie in a job's file."""
    return [
        {"id": one.id, "tokens": one.tokens, "supervised": [int(mark) for mark in one.supervised]} for one in examples
    ]


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens both begin with."""
    return next(
        (place for place, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]),
        min(len(left), len(right)),
    )
