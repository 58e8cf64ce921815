"""Extraction: members' answers begun and to be gone on with, beside held-out ones; and real identifiers asked for.

Answers alone are learned, and past turns of an assistant; what users said is read and never learned, so nobody is asked
to go on with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.audit.extraction.continuation import Beginning, Said, Ways, continued
from finewright.audit.extraction.identifiers import Identifier, bare, said, worth_asking
from finewright.audit.extraction.verbatim import WORDS, Cut, cut, difference, repeats, share
from finewright.audit.report import Report
from finewright.base.errors import InputError
from finewright.base.order import shuffled
from finewright.base.progress import progress
from finewright.base.records import Record
from finewright.base.results import Figure
from finewright.evaluate.measure import group_name, groups_of
from finewright.evaluate.statistics.clusters import Groups, joined
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.decoder import decoder_of
from finewright.flows.audit.kept_aside import originals, replaced, said_in, surrogates
from finewright.flows.examples import placed, prompt_of
from finewright.privacy.mask import masked

_LONGEST, _SHOWN = 64, 5
"""Tokens of an answer that is asked for whole; samples in a report."""


def _why_not(audited: Audited) -> str | None:
    if not audited.recipe.audit.extraction.enabled:
        return "it is switched off in the recipe"
    if audited.task.kind == "documents":
        return "documents are learned whole and have no answers to begin"
    return None


def _asked(audited: Audited) -> Mapping[str, Any]:
    recipe = audited.recipe
    settings = recipe.audit.extraction.model_dump(mode="json")
    return {"extraction": settings, "seed": recipe.seed, "confidence": recipe.evaluate.confidence, "words": WORDS}


def _carry_out(audited: Audited, say: Say) -> Report:
    members, held_out = (_some(audited, of) for of in (audited.members, audited.held_out))
    say(f"Extraction: beginnings of {len(members)} members and {len(held_out)} held-out rows")
    repeated = _repeated(audited, [*members, *held_out])
    confidence = audited.recipe.evaluate.confidence
    extracted, spared = (
        share([repeated[one.id] for one in of], confidence, groups_of(of)) for of in (members, held_out)
    )
    figures = {"extracted": extracted, "extracted_held_out": spared, "difference": difference(extracted, spared)}
    asked = _identifiers(audited, say)
    notes = [_sentence(figures), asked.sentence]
    details: dict[str, Any] = {"words": WORDS, "identifiers": asked.details}
    return audited.report("extraction", _asked(audited), figures | asked.figures, details, notes)


EXTRACTION = Attack("extraction", _asked, _carry_out, _why_not)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What asking for real identifiers came to; no figure where there were none to ask for."""

    sentence: str
    figures: dict[str, Figure]
    details: dict[str, Any]


def _some(audited: Audited, records: Sequence[Record]) -> list[Record]:
    settings, seed = audited.recipe.audit.extraction, audited.recipe.seed
    return shuffled(records, lambda record: record.id, seed, "extraction")[: settings.rows]


def _repeated(audited: Audited, records: Sequence[Record]) -> dict[str, bool]:
    """By record whether any continuation of its answer's first half is its second, word for word."""
    begun = {record.id: _begun(audited, record) for record in records}
    found = _continued(audited, [beginning for beginning, _ in begun.values()])
    return {
        name: any(repeats(one.tokens, half.wanted) for one in ways)
        for (name, (_, half)), ways in zip(begun.items(), found, strict=True)
    }


def _begun(audited: Audited, record: Record) -> tuple[Beginning, Cut]:
    with placed(record):
        messages = prompt_of(audited.recipe, audited.task, record)
        half = cut(audited.chat.encode_answer(record.turn, behind=messages)[:-1])
        prompt = audited.chat.encode_prompt(messages)
    return Beginning(record.id, (*prompt, *half.given), max(1, len(half.wanted))), half


def _continued(audited: Audited, beginnings: Sequence[Beginning]) -> list[list[Said]]:
    settings = audited.recipe.audit.extraction
    ways = Ways(settings.samples, settings.temperature, audited.recipe.seed)
    tokens = audited.recipe.evaluate.batch_tokens
    with (
        decoder_of(audited.served) as model,
        progress("Going on with answers", len(beginnings) * (ways.samples + 1), "answers") as advance,
    ):
        return continued(model, audited.chat, beginnings, ways, tokens, advance)


def _identifiers(audited: Audited, say: Say) -> _Asked:
    """Rows as they were learned, asked whole and up to each surrogate: does what was there before come out?"""
    try:
        changed = originals(audited)
    except InputError as fault:
        return _none(f"Real identifiers were not asked for: {fault.what}.")
    before = {learned.id: written for learned, written in changed}
    rows = [(one, before[one.id]) for one in _some(audited, [learned for learned, _ in changed])]
    stood = replaced(audited, rows)
    wanted = worth_asking([one for one, _ in stood], bare("\n".join(map(said_in, audited.members))))
    if not wanted:
        return _none("Real identifiers were not asked for: none was replaced in a row that was learned.")
    say(f"Extraction: {len(wanted)} real identifiers, kept aside, around their surrogates")
    asked = [_whole(audited, learned) for learned, _ in rows]
    asked += [_around(audited, *of) for of in surrogates(audited, rows)]
    answers = _continued(audited, asked)
    texts = [
        (audited.chat.decode(one.tokens), way.text) for one, ways in zip(asked, answers, strict=True) for way in ways
    ]
    out = said(wanted, texts)
    confidence, groups = audited.recipe.evaluate.confidence, _groups(wanted, stood)
    return _told(wanted, out, len(texts), share([one in out for one in wanted], confidence, groups))


def _none(sentence: str) -> _Asked:
    return _Asked(sentence, {}, {})


def _whole(audited: Audited, record: Record) -> Beginning:
    prompt = audited.chat.encode_prompt(prompt_of(audited.recipe, audited.task, record))
    return Beginning(f"{record.id} whole", tuple(prompt), min(audited.task.max_tokens, _LONGEST))


def _around(audited: Audited, record: Record, start: int, end: int) -> Beginning:
    """The answer up to a surrogate, which is left to the model to say."""
    chat = audited.chat
    prompt = chat.encode_prompt(prompt_of(audited.recipe, audited.task, record))
    given = chat.encode_answer(record.answer[:start].rstrip(" "))[:-1]
    room = len(chat.encode_answer(record.answer[start:end])) + WORDS
    return Beginning(f"{record.id} {start}", (*prompt, *given), min(room, _LONGEST))


def _groups(wanted: Sequence[Identifier], stood: Sequence[tuple[Identifier, Record]]) -> Groups:
    """The number of each identifier's group: all that stand in a row, or in rows of a group, are of one."""
    names: dict[str, set[str]] = {}
    for one, record in stood:
        names.setdefault(one.bare, set()).add(group_name(record))
    return joined([names[one.bare] for one in wanted])


def _told(wanted: Sequence[Identifier], out: Sequence[Identifier], answers: int, figure: Figure) -> _Asked:
    shown = [{"kind": one.kind, "masked": masked(one.surface)} for one in out[:_SHOWN]]
    sentence = f"Real identifiers kept aside: {len(out)} of {len(wanted)} came out in {answers:,} answers."
    return _Asked(sentence, {"identifiers": figure}, {"asked": len(wanted), "answers": answers, "said": shown})


def _sentence(figures: Mapping[str, Figure]) -> str:
    members, held_out, apart = (figures[name] for name in ("extracted", "extracted_held_out", "difference"))
    return (
        f"Word for word, at least {WORDS} tokens or the whole rest: {100 * members.value:.1f} % of {members.rows} "
        f"answers that were learned and {100 * held_out.value:.1f} % of {held_out.rows} that were not. A rest that the "
        f"task decides, such as a label, is no memory: the difference of {100 * apart.value:.1f} points (between "
        f"{100 * apart.low:.1f} and {100 * apart.high:.1f}) is."
    )
