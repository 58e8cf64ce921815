"""The red team: the probes asked of a product and of its base, and what their answers come to, as a report."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from finewright.audit.detectors.accuracy import Accuracy
from finewright.audit.detectors.labelled import accuracy, labelled_digest, read_labelled
from finewright.audit.redteam.asking import Judged, Setting, ask, conversations
from finewright.audit.redteam.findings import Compared, Shares, figures, shares
from finewright.audit.redteam.garak import read_garak
from finewright.audit.redteam.probe import VERSION, Probe, pack_digest, read_pack, with_own
from finewright.audit.report import Report
from finewright.base.errors import InputError
from finewright.base.order import shuffled
from finewright.base.recipe_audit import RedTeam
from finewright.base.results import Figure
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.privacy.scrubbing import detector
from finewright.privacy.mask import masked

KIND = "redteam"
SAMPLES = 3
"""Answers of a category that the report shows."""

_DIGITS = re.compile(r"\d[\d\s.,/-]{2,}\d|[\w.+-]+@[\w.-]+")

_NOTES = (
    "Shares are corrected for the detectors, whose errors were measured on labelled answers that finewright ships; "
    "their intervals carry what is not known of the detectors. Probes, labels and rules were written together, so that "
    "a detector may err more often on answers of another kind.",
    "Probes are samples of known tricks, not of what users write: a share is a share of these probes.",
)
_FREE = (
    "The probes were asked for free text. In service, answers are held to {what}, which leaves less to say: "
    "what is shown here is what the adapter would say without that."
)


def redteam_asked(audited: Audited) -> Mapping[str, Any]:
    """What decides the findings besides the product. Raises DataError where a pack or an import cannot be read."""
    settings, labelled = audited.recipe.audit.redteam, read_labelled()
    return {
        "pack": VERSION,
        "probes": pack_digest(probes_of(settings)),
        "labelled": labelled_digest(labelled),
        "each": settings.each,
        "max_tokens": settings.max_tokens,
        "prompt": audited.manifest.prompt,
        "passages": audited.recipe.arms.rag.prompt,
        "confidence": audited.recipe.evaluate.confidence,
        "garak": None if settings.garak is None else read_garak(settings.garak).digest,
    }


def why_no_redteam(audited: Audited) -> str | None:
    """Why the probes are not asked: the recipe says so, or the product continues texts and answers nobody."""
    if not audited.recipe.audit.redteam.enabled:
        return "`audit.redteam.enabled` is false"
    return "it was trained to continue documents, and answers nobody" if audited.task.kind == "documents" else None


def redteam_report(audited: Audited, say: Say) -> Report:
    """Ask product and base the same probes with the same prompt, and compare.

    Raises DataError where a pack or an import cannot be read, InputError where no probe fits the base's context.
    """
    settings, confidence = audited.recipe.audit.redteam, audited.recipe.evaluate.confidence
    asked, labelled = redteam_asked(audited), read_labelled()
    probes, unfit = _fitting(audited, probes_of(settings), settings.max_tokens)
    counts = {name: accuracy(name, labelled) for name in sorted({probe.detector for probe in probes})}
    say(f"Red team: {len(probes)} probes, of the adapter and of its base")
    answers = _answers(audited, probes, settings.max_tokens)
    told = shares(answers, counts, confidence)
    details: dict[str, Any] = {
        "table": [one.row() for one in told],
        "detectors": [_detector(counts[name], confidence) for name in sorted(counts)],
        "samples": _samples(audited, answers),
        "left_out": _left_out(answers),
    }
    if settings.garak is not None:
        details["garak"] = asdict(read_garak(settings.garak))
    return audited.report(KIND, asked, figures(told), details, [*_notes(audited), *_nothing(told), *unfit])


def with_garak(audited: Audited, report: Path) -> Audited:
    """The same product, audited with this report of garak. Raises DataError where the file is none."""
    read_garak(report)
    audit = audited.recipe.audit
    redteam = audit.redteam.model_copy(update={"garak": report})
    recipe = audited.recipe.model_copy(update={"audit": audit.model_copy(update={"redteam": redteam})})
    return replace(audited, recipe=recipe)


def _first(probes: Sequence[Probe], each: int) -> list[Probe]:
    """At most so many of each category, by keyed order, in the order of the pack."""
    ordered = shuffled(probes, lambda probe: probe.id, 0, "red team")
    kept = {
        probe.id
        for category in dict.fromkeys(probe.category for probe in probes)
        for probe in [one for one in ordered if one.category == category][:each]
    }
    return [probe for probe in probes if probe.id in kept]


def probes_of(settings: RedTeam) -> list[Probe]:
    """The shipped pack and the team's own, of the categories that the recipe names.

    Raises DataError where a pack cannot be read, InputError where a category is in neither.
    """
    probes = read_pack()
    if settings.probes is not None:
        probes = with_own(probes, read_pack(settings.probes), settings.probes)
    if settings.each is not None:
        probes = _first(probes, settings.each)
    if settings.categories is None:
        return probes
    known = dict.fromkeys(probe.category for probe in probes)
    if unknown := [name for name in settings.categories if name not in known]:
        raise InputError(
            f"`audit.redteam.categories` names {unknown[0]}, which no probe has",
            remedy=f"name some of {', '.join(known)}",
        )
    return [probe for probe in probes if probe.category in settings.categories]


def _fitting(audited: Audited, probes: Sequence[Probe], max_tokens: int) -> tuple[list[Probe], list[str]]:
    """The probes that the base's context has room for, and a note of the others."""
    completer, setting = audited.served[0], _setting(audited)
    fit = [
        probe
        for probe in probes
        if all(completer.room(messages) >= max_tokens for messages in conversations(probe, setting))
    ]
    if not fit:
        raise InputError("no probe fits the base's context", remedy="lower `audit.redteam.max_tokens`")
    left = len(probes) - len(fit)
    return fit, [f"{left} probes were not asked: they do not fit the context of the base."] if left else []


def _left_out(answers: Compared) -> list[str]:
    """Categories of the shipped pack of which nothing was asked: by the recipe, or for want of room."""
    asked = {*answers.names("category")}
    return sorted({probe.category for probe in read_pack()} - asked)


def _setting(audited: Audited) -> Setting:
    return Setting(audited.task, audited.manifest.prompt, audited.recipe.arms.rag.prompt)


def _answers(audited: Audited, probes: Sequence[Probe], max_tokens: int) -> Compared:
    setting, (served, adapter), (bare, none) = _setting(audited), audited.served, audited.bare
    return Compared(
        ask(served, probes, setting, adapter, max_tokens),
        ask(bare, probes, setting, none, max_tokens),
    )


def _nothing(told: Sequence[Shares]) -> list[str]:
    """What of no flagged answer can be said, by the rule of three: not that there is no harm."""
    rows = [one.row() for one in told]
    none = [
        f"{row['category'].replace('_', ' ')} ({row['said']['adapter']})"
        for row in rows
        if not row["flagged"]["adapter"]
    ]
    return [f"Nothing was flagged in {', '.join(none)}."] if none else []


def _detector(counts: Accuracy, confidence: float) -> dict[str, Any]:
    both: dict[str, Figure] = {
        "sensitivity": counts.sensitivity(confidence),
        "specificity": counts.specificity(confidence),
    }
    return asdict(counts) | {name: asdict(figure) for name, figure in both.items()}


def _samples(audited: Audited, answers: Compared) -> list[dict[str, Any]]:
    """Flagged answers of each category, first those to what the base withstands, with what may be personal masked."""
    found: dict[str, list[Judged]] = {}
    pairs = zip(answers.adapter, answers.base, strict=True)
    for one, _ in sorted(pairs, key=lambda pair: pair[1].reason is not None):
        if one.reason is not None:
            found.setdefault(one.probe.category, []).append(one)
    shown = [one for name in answers.names("category") for one in found.get(name, [])[:SAMPLES]]
    hidden = _hiding(audited)
    return [
        {
            "category": one.probe.category,
            "probe": one.probe.id,
            "asked": hidden(one.probe.turns[-1]),
            "answers": [hidden(answer) for answer in one.answers],
            "reason": one.reason,
        }
        for one in shown
    ]


def _hiding(audited: Audited) -> Callable[[str], str]:
    """Masks what the recipe's recognisers find, and any number of four digits or address besides."""
    finder = detector(audited.recipe.privacy)

    def hidden(text: str) -> str:
        for finding in reversed(finder.find(text)):
            text = text[: finding.start] + masked(text[finding.start : finding.end]) + text[finding.end :]
        return _DIGITS.sub(lambda found: masked(found.group()), text)

    return hidden


def _notes(audited: Audited) -> list[str]:
    held = {"classes": "the labels", "labels": "a list of labels", "json": "a JSON object"}.get(audited.task.kind)
    constrained = audited.task.kind == "classes" or audited.task.constrained
    return [*_NOTES, *([_FREE.format(what=held)] if held and constrained else [])]


REDTEAM = Attack(KIND, redteam_asked, redteam_report, why_no_redteam)
