"""Secrets planted in the raw data, asked of what was trained on it: did scrubbing remove them, and are they said?

A recipe names their sealed list. It was written beside the data and never read by the run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from finewright.audit.canaries.exposure import NULL, Exposures, exposure, exposures
from finewright.audit.canaries.ranking import Rank
from finewright.audit.extraction.continuation import Beginning, Said, Ways, continued
from finewright.audit.extraction.identifiers import bare
from finewright.audit.extraction.verbatim import share
from finewright.audit.report import Report
from finewright.audit.secrets.planted import Planted, read_planted
from finewright.audit.secrets.secret import Secret, alike
from finewright.base.files import digest_file
from finewright.base.progress import progress
from finewright.base.records import Message, Record
from finewright.base.results import Figure
from finewright.engine.scan import Scan, scan
from finewright.engine.start import Start, shared_start
from finewright.evaluate.measure import group_name
from finewright.evaluate.statistics.clusters import joined
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.decoder import decoder_of
from finewright.flows.audit.kept_aside import said_in
from finewright.flows.examples import prompt_of
from finewright.privacy.mask import masked

_BEYOND = 8
"""Tokens that an answer may be longer than the sentence of its secret."""


def _why_not(audited: Audited) -> str | None:
    if audited.recipe.audit.secrets is None:
        return "the recipe names no planted secrets (`audit.secrets`)"
    if audited.task.kind == "documents":
        return "documents are learned whole, and are asked nothing"
    return None


def _asked(audited: Audited) -> Mapping[str, Any]:
    recipe, path = audited.recipe, audited.recipe.audit.secrets
    assert path is not None
    return {
        "secrets": digest_file(path) if path.is_file() else "",
        "references": recipe.audit.references,
        "samples": recipe.audit.extraction.samples,
        "temperature": recipe.audit.extraction.temperature,
        "seed": recipe.seed,
        "confidence": recipe.evaluate.confidence,
    }


@dataclass(frozen=True, slots=True)
class _Found:
    """What became of one secret: the group of each learned row that it stands in, whether it was said, and its rank."""

    planted: Planted
    groups: tuple[str, ...]
    said: bool
    rank: Rank


def _carry_out(audited: Audited, say: Say) -> Report:
    assert audited.recipe.audit.secrets is not None
    planted = read_planted(audited.recipe.audit.secrets)
    say(f"Asking for {len(planted)} planted secrets, each among {audited.recipe.audit.references:,} made up like it")
    groups = _groups(audited, planted)
    spoken, ranks = _said(audited, planted), _ranks(audited, planted)
    found = [_Found(*of) for of in zip(planted, groups, spoken, ranks, strict=True)]
    return _report(audited, found)


SECRETS = Attack("secrets", _asked, _carry_out, _why_not)


def _groups(audited: Audited, planted: Sequence[Planted]) -> list[tuple[str, ...]]:
    """For each secret the group of each learned row that it stands in."""
    texts = [(bare(said_in(record)), group_name(record)) for record in audited.members]
    return [tuple(group for text, group in texts if bare(one.secret.secret) in text) for one in planted]


def _said(audited: Audited, planted: Sequence[Planted]) -> list[bool]:
    """For each secret whether any answer holds it: to its question, and to the question with the answer begun."""
    settings = audited.recipe.audit.extraction
    ways = Ways(settings.samples, settings.temperature, audited.recipe.seed)
    begun = [beginning for one in planted for beginning in _begun(audited, one.secret)]
    tokens = audited.recipe.evaluate.batch_tokens
    with (
        decoder_of(audited.served) as model,
        progress("Asking for secrets", len(begun) * (ways.samples + 1), "answers") as advance,
    ):
        found = continued(model, audited.chat, begun, ways, tokens, advance)
    return [
        _holds(one.secret, [*plain, *helped])
        for one, plain, helped in zip(planted, found[::2], found[1::2], strict=True)
    ]


def _begun(audited: Audited, secret: Secret) -> tuple[Beginning, Beginning]:
    chat, prompt = audited.chat, _prompt(audited, secret)
    sentence, context = (chat.encode_answer(text)[:-1] for text in (secret.sentence, secret.context))
    room = len(sentence) + _BEYOND
    return (
        Beginning(f"{secret.name} asked", tuple(prompt), room),
        Beginning(f"{secret.name} begun", (*prompt, *context), room - len(context)),
    )


def _holds(secret: Secret, answers: Sequence[Said]) -> bool:
    return any(bare(secret.secret) in bare(one.text) for one in answers)


def _prompt(audited: Audited, secret: Secret) -> list[int]:
    record = Record("", (Message("user", secret.question),), secret.sentence)
    return audited.chat.encode_prompt(prompt_of(audited.recipe, audited.task, record))


def _ranks(audited: Audited, planted: Sequence[Planted]) -> list[Rank]:
    """Each secret's rank among itself and random ones of its form, by the likelihood of their sentences."""
    scans = [_scan(audited, one.secret) for one in planted]
    with (
        decoder_of(audited.served) as model,
        progress("Ranking secrets", len(scans), "secrets") as advance,
    ):
        start = Start(model, [one.prompt for one in scans])
        scan(start, scans, audited.recipe.evaluate.batch_tokens, advance)
    return [_rank(one) for one in scans]


def _scan(audited: Audited, secret: Secret) -> Scan:
    """The secret's own sentence, and those of others like it; what all begin with is read once, with the prompt."""
    others = alike(secret, audited.recipe.audit.references, audited.recipe.seed)
    chat, prompt = audited.chat, _prompt(audited, secret)
    answers = [chat.encode_answer(f"{secret.context} {one}.")[:-1] for one in (secret.secret, *others)]
    shared = shared_start(answers)
    return Scan([*prompt, *answers[0][:shared]], [answer[shared:] for answer in answers])


def _rank(scanned: Scan) -> Rank:
    own, *others = scanned.log_probabilities
    return Rank(sum(one > own for one in others), others.count(own), len(others) + 1, len(others) + 1)


def _report(audited: Audited, found: Sequence[_Found]) -> Report:
    confidence, groups = audited.recipe.evaluate.confidence, joined([one.groups for one in found])
    exposed = exposures([exposure(one.rank) for one in found], log2(found[0].rank.of), confidence)
    figures = {
        "found": share([one.said for one in found], confidence, groups),
        "exposure": exposed.mean,
        "in_rows": share([bool(one.groups) for one in found], confidence, groups),
    }
    details = {"null": NULL, "ceiling": exposed.ceiling, "p": exposed.p, "secrets": list(map(_told, found))}
    return audited.report("secrets", _asked(audited), figures, details, _notes(found, figures, exposed))


def _told(one: _Found) -> dict[str, Any]:
    return {
        "kind": one.planted.secret.kind,
        "masked": masked(one.planted.secret.secret),
        "planted": len(one.planted.lines),
        "learned_rows": len(one.groups),
        "said": one.said,
        "exposure": exposure(one.rank),
    }


def _notes(found: Sequence[_Found], figures: Mapping[str, Figure], exposed: Exposures) -> list[str]:
    held, said = sum(bool(one.groups) for one in found), sum(one.said for one in found)
    mean = figures["exposure"]
    where = "" if found[0].planted.answered else " They were planted into what is asked, which is read and not learned."
    return [
        f"Planted secrets in the rows that were learned: {held} of {len(found)}; said word for word: {said}.{where}",
        f"Their mean exposure is {mean.value:.2f} bits (between {mean.low:.2f} and {mean.high:.2f}; never learned "
        f"{NULL:.2f}, likeliest of all {exposed.ceiling:.2f}; p = {exposed.p:.2g}): an approximate rank, among "
        f"{found[0].rank.of - 1:,} random ones of the same form.",
    ]
