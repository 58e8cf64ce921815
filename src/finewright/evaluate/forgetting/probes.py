"""Multiple-choice questions of everyday knowledge, and a completer asked to answer them. Knows no model and no before.

A file of probes is JSON lines: {"question": "What do bees make?", "choices": ["bread", "honey"], "answer": "honey"}.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from finewright.base.errors import DataError, Place
from finewright.base.files import digest_json
from finewright.base.protocols import Completer
from finewright.base.recipe import Data
from finewright.base.records import CompletionRequest, Message, Refusal
from finewright.data.sources import jsonl

ASKED = "{question} Answer in one or two words."
"""The one user message of a probe. The choices are not shown: weighing a list is a skill of its own, which small
bases have not (SmolLM2-135M falls from 57% to 35%), and what is asked here is what the base knows."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, two or more choices, and which of them is right."""

    question: str
    choices: tuple[str, ...]
    answer: str


def read_probes(path: Path | None = None) -> list[Probe]:
    """The probes of a JSON lines file, by default the ones that finewright ships, in file order.

    Raises DataError for the first line that is no probe, or where there is none at all.
    """
    if path is None:
        with as_file(files(__package__) / "probes.jsonl") as shipped:
            return _read(shipped)
    if not path.is_file():
        raise DataError("there is no such file", place=Place(path), remedy="check `evaluate.forgetting.probes`")
    return _read(path)


def probes_digest(probes: Sequence[Probe]) -> str:
    """What was asked, and how, as one digest."""
    return digest_json([ASKED, *map(asdict, probes)])


def conversation(probe: Probe) -> tuple[Message, ...]:
    """The conversation that asks a probe."""
    return (Message("user", ASKED.format(question=probe.question)),)


def ask(completer: Completer, probes: Sequence[Probe], adapter: str | None) -> list[bool]:
    """Whether each probe is answered right.

    An answer is the choice that the engine finds likeliest, its terminator included: what serving would choose. It is
    not divided by length, which does not matter to a difference of the same choices before and after.

    Raises InputError where a probe does not fit the completer's context.
    """
    requests = [CompletionRequest(conversation(probe), choices=probe.choices, adapter=adapter) for probe in probes]
    answers = completer.complete(requests)
    return [answer.text == probe.answer for answer, probe in zip(answers, probes, strict=True)]


def _read(path: Path) -> list[Probe]:
    rows = list(jsonl.rows(path, Data(train=path)))
    if not rows:
        raise DataError("the file has no probes", place=Place(path), remedy="give one JSON object a line")
    found = []
    for row in rows:
        if isinstance(row, Refusal):
            raise DataError(row.reason, place=Place(path, row.line), remedy=row.remedy)
        found.append(_probe(row.values, Place(path, row.line)))
    return found


def _probe(values: Mapping[str, Any], place: Place) -> Probe:
    question, choices, answer = (values.get(key) for key in ("question", "choices", "answer"))
    if not (isinstance(question, str) and question.strip()):
        raise _fault("has no question", place)
    if not (isinstance(choices, list) and all(isinstance(one, str) and one.strip() for one in choices)):
        raise _fault("has no list of choices, each a text", place)
    if len(set(choices)) < max(2, len(choices)):
        raise _fault("needs two or more choices, each another", place)
    if answer not in choices:
        raise _fault(f"has the answer {answer!r}, which is not among its choices", place)
    return Probe(question, tuple(choices), str(answer))


def _fault(what: str, place: Place) -> DataError:
    remedy = 'write lines such as {"question": "What do bees make?", "choices": ["bread", "honey"], "answer": "honey"}'
    return DataError(f"the probe {what}", place=place, remedy=remedy)
