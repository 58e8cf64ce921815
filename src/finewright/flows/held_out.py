"""What a run without arms keeps of its held-out rows, before training and after, as its page shows them.

Read back from the run's folder, so that the page can be written again when something is found later. Knows no models.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.files import read_json
from finewright.base.recipe import Style
from finewright.base.records import Record
from finewright.evaluate.perplexity import Likelihood
from finewright.evaluate.scorers.style import broken
from finewright.flows.folder import RunFolder
from finewright.flows.report.compliance import Replied
from finewright.flows.report.perplexity import Line
from finewright.flows.report.preferences import Judged
from finewright.flows.stored import rows_of_test
from finewright.model.manifest import read_manifest


def lines_in(folder: RunFolder) -> list[Line]:
    """Every held-out document that was read, with its likelihood before and after."""
    before, after = (
        {name: Likelihood(of["total"], of["tokens"]) for name, of in read_json(folder.perplexity(when)).items()}
        for when in ("before", "after")
    )
    return [
        Line(_place(record), before[record.id].mean, after[record.id].mean, after[record.id].tokens)
        for record in rows_of_test(folder)
        if record.id in after
    ]


def judged_in(folder: RunFolder) -> list[Judged]:
    """Every held-out preference that was read, with its margin before and after, in nats."""
    before, after = (
        {name: float(total) for name, (total, _) in read_json(folder.preferences(when)).items()}
        for when in ("before", "after")
    )
    return [_judged(record, before, after) for record in rows_of_test(folder) if after.keys() >= set(_answers(record))]


def replies_in(folder: RunFolder) -> list[Replied]:
    """Every held-out prompt with what was answered before and after training; none where nobody was asked."""
    if not folder.compliance("after").exists():
        return []
    return replies(folder, list(rows_of_test(folder)), _rules(folder))


def replies(folder: RunFolder, records: Sequence[Record], rules: Style) -> list[Replied]:
    """The stored answers to those of the records that were asked, and what each does against the rules."""
    before, after = (
        {row["record"]: row["answer"] for row in read_json(folder.compliance(when))["rows"]}
        for when in ("before", "after")
    )
    return [
        Replied(
            where=_place(record) if record.source else "",
            prompt=record.text,
            approved="" if record.desirable is False else record.answer,
            before=before[record.id],
            after=after[record.id],
            broken_before=tuple(broken(before[record.id], rules)),
            broken_after=tuple(broken(after[record.id], rules)),
        )
        for record in records
        if record.id in after
    ]


def _rules(folder: RunFolder) -> Style:
    settings = {row["key"]: row["value"] for row in read_json(folder.resolved)}
    recipe: dict[str, Any] = dict(read_manifest(folder.product(settings["train.method"])).recipe)
    return Style.model_validate(recipe["evaluate"]["style"])


def _place(record: Record) -> str:
    return f"{record.source}:{record.line}"


def _answers(record: Record) -> tuple[str, ...]:
    """Under which names the answers of a record were read."""
    from finewright.train.preference import chosen_name, rejected_name  # torch, which other pages need not wait for

    return (record.id,) if record.rejected is None else (chosen_name(record.id), rejected_name(record.id))


def _judged(record: Record, before: Mapping[str, float], after: Mapping[str, float]) -> Judged:
    asked, names = record.messages[-1].text, _answers(record)
    if record.rejected is None:
        thumb = "up" if record.desirable else "down"
        return Judged(asked, record.answer, thumb, before[record.id], after[record.id])
    was, now = (scores[names[0]] - scores[names[1]] for scores in (before, after))
    return Judged(asked, record.answer, record.rejected.text, was, now)
