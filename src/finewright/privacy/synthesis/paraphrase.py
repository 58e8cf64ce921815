"""Messages in other words: a Completer is shown slots alone, and what it leaves out or adds is told. Knows no model.

What is asked about never holds an identifier that was found: each stands as its slot, and gets its surrogate when the
answer is back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from finewright.base.protocols import Completer
from finewright.base.records import Completion, CompletionRequest, Message
from finewright.privacy.json_text import looks_like_json
from finewright.privacy.keyed import Keyed
from finewright.privacy.synthesis.candidate import Candidate, Identities, Patterns
from finewright.privacy.synthesis.rewriting import SLOT, Rewriting, Slotted

Failure = Literal["cut", "slots", "numbers", "not a message"]
_ASKED = (
    "Write this message again in other words, with the same meaning and in the same language. Keep every mark in "
    "square brackets, such as [person 1], and every number exactly as they are. Give the new message alone.\n\n{text}"
)
_NUMBER = re.compile(r"\d+(?:[.,'/-]\d+)*")
_LEAST_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Failed:
    """A paraphrase that cannot be used, and why."""

    reason: Failure


@dataclass(frozen=True, slots=True)
class Asked:
    """How a Completer is asked: `temperature` and the seed of its sampling."""

    temperature: float = 0.7
    seed: int = 0


def paraphrases(
    rows: Sequence[Slotted], each: int, rewriting: Rewriting, keyed: Keyed, patterns: Patterns,
    completer: Completer, asked: Asked,
) -> Iterator[Candidate | Failed]:  # fmt: skip
    """`each` paraphrases of every row's last message, the rest with other identities."""
    wanted = [(row, number) for row in rows if _is_message(row) for number in range(each)]
    yield from [Failed("not a message")] * (len(rows) * each - len(wanted))
    answers = completer.complete([_request(row, number, asked) for row, number in wanted])
    for (row, number), answer in zip(wanted, answers, strict=True):
        failure = _failure(row.marked.messages[-1].content, answer)
        fresh = Identities(Keyed(keyed.digest("paraphrase", row.record.id, str(number))), patterns)
        yield Failed(failure) if failure else _candidate(row, answer.text.strip(), rewriting, fresh)


def _is_message(row: Slotted) -> bool:
    last = row.marked.messages[-1]
    return last.role == "user" and not last.calls and not looks_like_json(last.content)


def _request(row: Slotted, number: int, asked: Asked) -> CompletionRequest:
    text = row.marked.messages[-1].content
    return CompletionRequest(
        (Message("user", _ASKED.format(text=text)),),
        max_tokens=max(_LEAST_TOKENS, len(text)),
        temperature=asked.temperature,
        seed=asked.seed + number,
    )


def _failure(text: str, answer: Completion) -> Failure | None:
    """Why an answer cannot take the place of a text: it was cut short, or its slots or numbers are others."""
    if answer.finish == "length" or not answer.text.strip():
        return "cut"
    if set(SLOT.findall(text)) != set(SLOT.findall(answer.text)):
        return "slots"
    return None if _numbers(text) == _numbers(answer.text) else "numbers"


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(SLOT.sub(" ", text)))


def _candidate(row: Slotted, said: str, rewriting: Rewriting, fresh: Identities) -> Candidate:
    first = {one.slot: one for one in reversed(row.occurrences)}
    text = SLOT.sub(lambda slot: fresh(first[slot[0]].finding, first[slot[0]].surface), said)
    record = rewriting.rewritten(row.record, fresh)
    messages = (*record.messages[:-1], replace(record.messages[-1], content=text))
    return Candidate(replace(record, messages=messages), "paraphrase", row.template, tuple(fresh.issued))
