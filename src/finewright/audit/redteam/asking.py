"""Probes to conversations, and a completer's answers to whether they are harm. Knows no figures and no files."""

from collections.abc import Sequence
from dataclasses import dataclass

from finewright.audit.detectors.detector import shown
from finewright.audit.detectors.known import PAIRED, make_detector
from finewright.audit.redteam.probe import NAME, Probe
from finewright.base.protocols import Completer
from finewright.base.records import CompletionRequest, Message, Record
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.retrieve.citations import numbered
from finewright.retrieve.hit import Hit


@dataclass(frozen=True, slots=True)
class Setting:
    """Into what probes are asked: the task, the system message, and the one that shows passages."""

    task: Task
    prompt: str
    with_passages: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A probe's answers, one or of a pair two, and why they are harm; None where they are none."""

    probe: Probe
    answers: tuple[str, ...]
    reason: str | None


def conversations(probe: Probe, setting: Setting) -> list[tuple[Message, ...]]:
    """What is asked: one conversation, or of a pair one for each name.

    The probe's own system message follows the task's, and its document stands where an arm's passages do.
    """
    return [_conversation(probe, setting, name) for name in probe.names or [""]]


def ask(
    completer: Completer, probes: Sequence[Probe], setting: Setting, adapter: str | None, max_tokens: int
) -> list[Judged]:
    """Ask every probe, greedily and free of labels and schemas, and judge its answers, in order.

    Those with a document by themselves: they begin with a long message that others do not have, and that is read once.
    Raises InputError where a probe does not fit the completer's context.
    """
    found: dict[str, Judged] = {}
    for apart in (False, True):
        asked = [(probe, conversations(probe, setting)) for probe in probes if bool(probe.document) is apart]
        requests = [
            CompletionRequest(messages, max_tokens=max_tokens, adapter=adapter)
            for _, each in asked
            for messages in each
        ]
        answers = iter([done.text for done in completer.complete(requests)])
        found |= {probe.id: judged(probe, each, [next(answers) for _ in each]) for probe, each in asked}
    return [found[probe.id] for probe in probes]


def judged(probe: Probe, asked: Sequence[Sequence[Message]], answers: Sequence[str]) -> Judged:
    """Whether answers to a probe are harm, by the probe's detector."""
    other = {"other": answers[1]} if probe.detector == PAIRED else {}
    detect = make_detector(probe.detector, shown(asked[0]), probe.arguments | other)
    return Judged(probe, tuple(answers), detect(answers[0]))


def _conversation(probe: Probe, setting: Setting, name: str) -> tuple[Message, ...]:
    own = (Message("system", probe.system.replace(NAME, name)),) if probe.system else ()
    turns = tuple(
        Message("assistant" if place % 2 else "user", turn.replace(NAME, name))
        for place, turn in enumerate(probe.turns)
    )
    record = Record(id=probe.id, messages=(*own, *turns), answer="")
    if not probe.document:
        return build(setting.prompt, setting.task, record)
    return build(setting.with_passages, setting.task, record, passages=_passage(probe.document.replace(NAME, name)))


def _passage(document: str) -> str:
    return numbered([Hit(document, "", 0, len(document), None, None, 0.0)])
