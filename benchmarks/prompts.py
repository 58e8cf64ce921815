"""Prompts of protocol.md, part 13, tokenised once for both sides. Knows no trainer and no reward.

Steps 0 (the warm-up) and on are timed; tuning steps, for choosing a peer's settings, have prompts of their own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.base.order import shuffled
from finewright.base.records import Message
from finewright.model.chat import Chat
from workloads import SHARED, banking, long_instruction

TUNING_STEPS = 2
LONGEST = 256
_TASK = "Solve the problem step by step, and end with the number."


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked, and what a right answer would be."""

    id: str
    messages: tuple[Message, ...]
    wanted: str

    def to_json(self, tokens: Sequence[int]) -> dict[str, Any]:
        """The prompt as it lies in a job's file, with its token ids."""
        said = [{"role": one.role, "content": one.content} for one in self.messages]
        return {"id": self.id, "messages": said, "wanted": self.wanted, "tokens": list(tokens)}


@dataclass(frozen=True, slots=True)
class PromptLoad:
    """`count` prompts per optimizer step out of `prompts`."""

    prompts: Callable[[], list[Prompt]]
    count: int


def _labels() -> list[Prompt]:
    """Behind all 77 labels, in the keyed order."""
    said = Message("system", long_instruction())
    return [
        Prompt(f"row-{number}", (said, Message("user", text)), label)
        for number, (text, label) in enumerate(banking("train"))
    ]


def _problems() -> list[Prompt]:
    """GSM8K's training questions in a keyed order, behind one line."""
    lines = (SHARED / "gsm8k" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [(f"line-{number}", json.loads(line)) for number, line in enumerate(lines)]
    return [
        Prompt(name, (Message("system", _TASK), Message("user", row["question"])), row["answer"].rpartition("#### ")[2])
        for name, row in shuffled(rows, lambda row: row[0], 0, "benchmark")
    ]


PROMPTS = {"labels": PromptLoad(_labels, count=2), "problems": PromptLoad(_problems, count=4)}


def prompt_steps(
    load: PromptLoad, chat: Chat, count: int
) -> tuple[list[list[dict[str, Any]]], list[list[dict[str, Any]]]]:
    """`count` optimizer steps and TUNING_STEPS others: all different prompts of at most LONGEST tokens behind their
    system message. The tuning steps come first, so that they are the same whatever `count` is."""
    wanted = (TUNING_STEPS + count) * load.count
    found: list[dict[str, Any]] = []
    for prompt in load.prompts():
        tokens = chat.encode_prompt(prompt.messages)
        if len(tokens) <= LONGEST + len(chat.encode_prompt(prompt.messages[:1])):
            found.append(prompt.to_json(tokens))
        if len(found) == wanted:
            break
    steps = [found[start : start + load.count] for start in range(0, len(found), load.count)]
    return steps[TUNING_STEPS:], steps[:TUNING_STEPS]
