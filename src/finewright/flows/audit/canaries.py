"""The canaries of a run, asked of what it trained: how far up among all possible answers each secret has come."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import log2
from typing import Any

from finewright.audit.canaries.canary import Canary, candidates, from_json
from finewright.audit.canaries.exposure import NULL, Exposures, exposure, exposures
from finewright.audit.canaries.ranking import Rank, ranked
from finewright.audit.canaries.reading import AT_ONCE, reader
from finewright.audit.report import Report
from finewright.base.errors import InputError, Place
from finewright.base.files import read_jsonl
from finewright.base.progress import Advance, progress
from finewright.engine.labels import Trie
from finewright.engine.local import LocalCompleter
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.decoder import decoder_of
from finewright.flows.audit.planting import digest_of, record_of
from finewright.flows.examples import prompt_of

CHECKED = 8
"""Canaries that the base is asked as a check, which costs as much as asking what was trained."""


def _why_not(audited: Audited) -> str | None:
    told = audited.manifest.results.get("canaries")
    if told is None:
        return "no canaries were planted when it was trained"
    return None if told["planted"] else f"no canaries were planted: {told['why_not']}"


def _asked(audited: Audited) -> Mapping[str, Any]:
    return {
        "canaries": audited.manifest.results["canaries"]["digest"],
        "digits": audited.recipe.audit.canaries.digits,
        "confidence": _confidence(audited),
    }


def _carry_out(audited: Audited, say: Say) -> Report:
    canaries = _planted(audited)
    checked, digits = canaries[:CHECKED], len(canaries[0].secret)
    say(f"Asking for {len(canaries)} canaries, of {10**digits:,} possible answers each")
    # The terminator says nothing of a secret, all of which are equally long.
    trie = Trie({one: audited.chat.encode_answer(one)[:-1] for one in candidates(digits)})
    with progress("Ranking canaries", len(canaries) + len(checked), "canaries") as advance:
        tuned = _ranks(audited, canaries, trie, audited.served, advance)
        base = _ranks(audited, checked, trie, audited.bare, advance)
    return _report(audited, canaries, tuned, base)


CANARIES = Attack("canaries", _asked, _carry_out, _why_not)


def _planted(audited: Audited) -> list[Canary]:
    """The run's canaries. Raises InputError where its folder no longer has them, or has others."""
    path = audited.folder.part("canaries")
    remedy = "put the file back from a backup, or run the recipe again"
    if not path.exists():
        raise InputError("the list of the canaries is gone", place=Place(path), remedy=remedy)
    try:
        canaries = [from_json(row) for row in read_jsonl(path)]
    except (KeyError, TypeError, ValueError) as fault:
        raise InputError("holds no canaries", place=Place(path), remedy=remedy) from fault
    if audited.named(digest_of(canaries)) != audited.manifest.results["canaries"]["digest"]:
        raise InputError("holds other canaries than were planted", place=Place(path), remedy=remedy)
    return canaries


def _ranks(
    audited: Audited, canaries: Sequence[Canary], trie: Trie, of: tuple[LocalCompleter, str | None], advance: Advance
) -> list[Rank]:
    found = []
    with decoder_of(of) as model:
        for canary in canaries:
            messages = prompt_of(audited.recipe, audited.task, record_of(canary))
            read = reader(model, audited.chat.encode_prompt(messages))
            found.append(ranked(trie, canary.secret, read, AT_ONCE))
            advance(1)
    return found


def _report(audited: Audited, canaries: Sequence[Canary], tuned: Sequence[Rank], base: Sequence[Rank]) -> Report:
    ranks = {times: _of_times(canaries, tuned, times) for times in sorted({one.times for one in canaries})}
    by_times = {times: _exposures(audited, of) for times, of in ranks.items()}
    bare = _exposures(audited, base)
    figures = {_name(times): found.mean for times, found in by_times.items()} | {"base_exposure": bare.mean}
    details = {
        "null": NULL,
        "candidates": tuned[0].of,
        "by_times": [{"times": times, **asdict(found)} for times, found in by_times.items()],
        "base": asdict(bare),
        "canaries": [
            {"name": canary.name, "times": canary.times, "rank": rank.rank, "exposure": exposure(rank)}
            for canary, rank in zip(canaries, tuned, strict=True)
        ],
    }
    notes = [_sentence(times, found) for times, found in by_times.items()]
    return audited.report("canaries", _asked(audited), figures, details, [*notes, _base_sentence(bare)])


def _of_times(canaries: Sequence[Canary], ranks: Sequence[Rank], times: int) -> list[Rank]:
    return [rank for canary, rank in zip(canaries, ranks, strict=True) if canary.times == times]


def _exposures(audited: Audited, ranks: Sequence[Rank]) -> Exposures:
    return exposures([exposure(rank) for rank in ranks], log2(ranks[0].of), _confidence(audited))


def _name(times: int) -> str:
    """The figure of canaries learned so often; the gate reads that of those learned once."""
    return "exposure" if times == 1 else f"exposure_{times}_times"


def _sentence(times: int, found: Exposures) -> str:
    mean, learned = found.mean, "once" if times == 1 else f"{times} times"
    return (
        f"Canaries learned {learned} ({mean.rows}): mean exposure {mean.value:.2f} bits (between {mean.low:.2f} and "
        f"{mean.high:.2f}; never learned {NULL:.2f}, likeliest of all {found.ceiling:.2f}; p = {found.p:.2g}). So many "
        f"would tell a mean of {found.detectable:.2f} in four of five cases."
    )


def _base_sentence(bare: Exposures) -> str:
    return (
        f"The base, which never saw them, gives {bare.mean.rows} of them {bare.mean.value:.2f} bits (p = {bare.p:.2g})."
    )


def _confidence(audited: Audited) -> float:
    return audited.recipe.evaluate.confidence
