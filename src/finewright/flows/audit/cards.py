"""The model card and the data card: what was trained and of what, as Markdown for people. Knows no files.

Words of a team's data reach a card through `_plain` alone, so that none of them can be read as markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from finewright.audit.checks.strength import asked_for
from finewright.base.results import Results
from finewright.flows.audit.gate import Gated
from finewright.flows.report import wording
from finewright.flows.report.data import data_section
from finewright.flows.report.privacy import privacy_section
from finewright.flows.report.training import training_facts

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def model_card(gated: Gated) -> str:
    """What the adapter is, how it was made, how it did, what attacks found, and what the gate says."""
    manifest, decision = gated.audited.manifest, gated.decision
    facts = [
        ("Base", f"{manifest.public_id} ({manifest.digests.combined})"),
        ("Adapter", decision.adapter),
        ("Run", decision.run),
        ("Task", str(manifest.task.get("kind", ""))),
        ("Asked with", manifest.prompt or "no system message"),
        ("Trained by", ", ".join(manifest.trained_by) or "not on record"),
        *(("Learned under", said) for said in _bound(manifest.results)),
    ]
    parts = [
        f"# {_plain(str(gated.audited.recipe.name or manifest.base))}: model card",
        f"**{decision.outcome.capitalize()}** under the policy {_plain(decision.policy)} on {decision.at}. "
        f"{_plain(decision.sentence)}",
        _table(("What", "Which"), facts),
        *_measured(gated.dossier.results),
        "## What attacks found",
        *(_attacked(gated) or ["No report of an attack is there."]),
        "## Checks of the policy",
        _table(("Check", "Outcome", "Why"), [(one.check, one.outcome, one.reason) for one in decision.findings]),
        "## What it is not for",
        "Texts unlike those it learned from, and decisions about people that nobody looks at. What the policy did not "
        "ask was not examined.",
    ]
    return "\n\n".join(parts) + "\n"


def data_card(card: Mapping[str, Any], decided: str) -> str:
    """What the rows were, where they came from, what was left out, and what became of personal data in them."""
    shown, privacy = data_section(card), privacy_section(card.get("privacy"), None)
    files = [(part, of["name"], str(of["rows"]), of["digest"]) for part, of in card.get("files", {}).items()]
    left = [(one.title,) for one in shown["listings"]]
    parts = [
        "# Data card",
        " ".join(_plain(one) for one in shown["said"]),
        f"It is the data card that the adapter {decided} names by digest. No row is shown here.",
        _table(("What", "How many"), shown["facts"]),
        *([_table(("Part", "File", "Rows", "SHA-256"), files)] if files else []),
        *(["## Left out, or odd", _table(("Rows",), left)] if left else []),
        *_labels(shown),
        "## Personal and confidential data",
        *(_privacy(privacy) if privacy else ["The card says nothing about personal data."]),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def open_points(gated: Gated) -> str:
    """What the policy asks of people, a blank to each: open until somebody has filled it in."""
    asked = [one for one in gated.policy.policy.headings if one.asks]
    lines = [f"# Open points: {_plain(gated.policy.policy.title or gated.policy.policy.name)}"]
    if not asked:
        lines.append("The policy asks nothing of people beyond its checks.")
    for heading in asked:
        lines.append(f"## {_plain(heading.title)} ({_plain(heading.reference)})")
        lines += [f"{_plain(one)}\n\n> *Open. To be filled in by:*" for one in heading.asks]
    return "\n\n".join(lines) + "\n"


def _measured(results: Results | None) -> list[str]:
    if results is None:
        return ["## How it did", "The results of the run are missing or refused."]
    name = results.deciding_figure
    rows = [
        (
            arm.title + (" (trained)" if arm.trained else ""),
            wording.figure(key, figure),
            wording.interval(figure),
            wording.count(figure.rows),
        )
        for arm in results.arms
        if arm.test is not None
        for key, figure in arm.test.figures.items()
        if key == name
    ]
    said = [change.sentence for change in _changes(results)]
    facts = training_facts(results.training)
    return [
        "## How it did",
        _plain(results.verdict.sentence),
        *([_table(("Way", wording.figure_name(name), "Interval", "Held-out rows"), rows)] if rows else []),
        *map(_plain, said),
        *(["## How it was trained", _table(("What", "Which"), facts)] if facts else []),
    ]


def _changes(results: Results) -> list[Any]:
    found = results.forgetting
    return [one for one in (found.accuracy, found.perplexity) if one is not None] if found else []


def _attacked(gated: Gated) -> list[str]:
    parts = []
    for kind, report in gated.dossier.reports.items():
        rows = [
            (name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", wording.count(one.rows))
            for name, one in report.figures.items()
        ]
        parts += [f"### {_plain(kind)}", _table(("Figure", "Value", "Interval", "Rows"), rows)]
        parts += [_plain(note) for note in (asked_for(report), *report.notes) if note]
    return parts


def _bound(results: Mapping[str, Any]) -> list[str]:
    """Differential privacy, where it was trained under a bound."""
    dp = results.get("dp")
    return [f"differential privacy: {wording.plain(dp)}"] if dp else []


def _labels(shown: Mapping[str, Any]) -> list[str]:
    parts = shown["label_parts"]
    rows = [(label, *map(wording.count, numbers)) for label, numbers in shown["labels"]]
    return ["## Rows by answer", _table(("Answer", *parts), rows)] if rows else []


def _privacy(shown: Mapping[str, Any]) -> list[str]:
    """Counts and ways alone: samples stay with the run, masked as they are."""
    kinds = [(one["kind"], one["mode"], one["identifiers"], one["rows"]) for one in shown["kinds"]]
    found = [_table(("Found", "What became of it", "Identifiers", "Rows"), kinds)] if kinds else []
    return [_plain(shown["said"]), *([_table(("What", "Which"), shown["facts"])] if shown["facts"] else []), *found]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([_plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """Text on one line in which no letter is markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
