"""Who judges: a base on this machine, asked for the likeliest choice, or an endpoint, asked for a line of text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.base.errors import InputError
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.recipe_judge import Judge
from finewright.base.records import Completion, CompletionRequest
from finewright.flows.asking import endpoint_of
from finewright.flows.predict import serving
from finewright.model.hub import Base, find

Each = Callable[[Sequence[CompletionRequest]], Iterable[tuple[int, Completion]]]
"""Requests -> each one's place and completion, as they come in."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """What identifies a judge, whether it is asked for lines of text, and how it is asked."""

    identity: dict[str, Any]
    written: bool
    each: Each


def examiner_of(settings: Judge, own: str, endpoints: Sequence[Endpoint], say: Callable[[str], None]) -> Examiner:
    """Who judges by the settings: a base, in place of `own`, or one of `endpoints`.

    Raises InputError or BaseError where it is not there, its key is not set, or it cannot reply as asked.
    """
    if settings.endpoint is not None:
        return _remote(settings, endpoints, say)
    base = find(settings.base or own)
    written = settings.reply == "text"
    identity = {"base": base.name, "digest": base.digests.combined, "reply": "text" if written else "choices"}
    return Examiner(identity, written, _Local(base))


class _Local:
    """The base, loaded when it is first asked."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._complete: Callable[[Sequence[CompletionRequest]], list[Completion]] | None = None

    def __call__(self, requests: Sequence[CompletionRequest]) -> Iterator[tuple[int, Completion]]:
        if self._complete is None:
            self._complete = serving(None, self._base)[0].complete
        return iter(enumerate(self._complete(requests)))


def _remote(settings: Judge, endpoints: Sequence[Endpoint], say: Callable[[str], None]) -> Examiner:
    known = {one.name: one for one in endpoints}
    found = known.get(str(settings.endpoint))
    if found is None:
        like = f"did you mean {', '.join(known)}" if known else "write it, `enabled: false` where it is no arm"
        what = f"evaluate.judge.endpoint: there is no {settings.endpoint!r} among `arms.endpoints`"
        raise InputError(what, remedy=like)
    if settings.reply == "choices":
        raise InputError(
            "evaluate.judge.reply: an endpoint gives no probabilities of choices", remedy="set it to text or auto"
        )
    if not found.local:
        say(f"DATA LEAVE THIS MACHINE: questions and answers of the test rows go to {found.host}")
    who = {"endpoint": found.name, "url": found.url, "model": found.model, "fields": found.fields, "reply": "text"}
    return Examiner(who, True, endpoint_of(found, seed=0).each)
