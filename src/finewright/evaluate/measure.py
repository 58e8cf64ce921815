"""From an arm's answers to its figures with intervals. Knows nothing of how the answers came about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finewright.base.label_list import labels_in
from finewright.base.recipe import Style
from finewright.base.records import Prediction, Record, Score, TaskKind
from finewright.base.results import Figure, Measured
from finewright.evaluate.calibration import calibration_figure
from finewright.evaluate.hedges import certain, hedges
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.scorers.label_set import labels_said
from finewright.evaluate.scorers.style import broken
from finewright.evaluate.statistics.clusters import (
    Groups,
    clustered,
    clustered_replicates,
    clustered_wilson,
    numbered,
)
from finewright.evaluate.statistics.f1 import macro_f1, micro_f1
from finewright.evaluate.statistics.intervals import Statistic, bias_corrected, replicates, value_of, wilson
from finewright.evaluate.statistics.ordinal import kappa, mean_distance
from finewright.evaluate.task import Task

DECIDING: dict[TaskKind, str] = {
    "classes": "accuracy",
    "labels": "exact_set",
    "json": "records",
    "text": "exact",
    "numbers": "right_numbers",
}
"""The figure that decides for each kind of task: the share of rows answered right."""

FINER: dict[TaskKind, str] = {"classes": "macro_f1", "labels": "micro_f1", "json": "fields", "text": "chrf"}
"""A second figure that tells arms apart whose deciding figures are equal, as where none gets a whole record right."""

SHARES: dict[TaskKind, str] = {"labels": "jaccard", "json": "fields", "text": "chrf"}
"""The part of a row's score that says how much of a composed answer, or of a text's wording, is right."""

CALIBRATION = "calibration_error"
"""The figure of how far probabilities lie from the shares that are right: the less, the better."""

NO_RULES = Style()
"""Nothing that answers are held against besides what is right."""


def measure(
    task: Task,
    records: Sequence[Record],
    predictions: Sequence[Prediction],
    seconds: float,
    confidence: float,
    style: Style = NO_RULES,
) -> Measured:
    """Score one prediction a record, in order.

    `seconds` is the wall time of all of them; tokens become means a row. `style` are rules that answers in free text
    are held against besides. Where records share groups, groups are what is drawn, and every interval is of groups.
    Raises ValueError where there are no records or the predictions are not theirs.
    """
    if not records or [record.id for record in records] != [prediction.record for prediction in predictions]:
        raise ValueError("predictions must be those of the records, in order, and at least one")
    judge = scorer_for(task)
    scores = [judge(prediction.answer, record) for prediction, record in zip(predictions, records, strict=True)]
    level = Level(confidence, groups_of(records))
    figures = {DECIDING[task.kind]: level.share([score.correct for score in scores])}
    if task.kind == "classes":
        figures |= _class_figures(task, records, predictions, level)
        figures |= _calibration(predictions, scores, level)
    if task.kind == "labels":
        figures |= _set_figures(records, predictions, scores, level)
    if task.kind == "json":
        figures |= _part_figures(scores, level)
    if task.kind == "text":
        figures |= {name: level.mean([score.parts[name] for score in scores]) for name in ("chrf", "rouge_l")}
    if task.kind == "numbers":
        figures |= {name: level.share([score.parts[name] == 1 for score in scores]) for name in ("validity", "unit")}
    if task.kind == "text" and style.uncertainty:
        figures |= _sureness([prediction.answer for prediction in predictions], scores, level)
    if task.kind == "text" and style.rules:
        figures |= {"passes": level.share([not broken(one.answer, style) for one in predictions])}
    part = SHARES.get(task.kind)
    return Measured(
        rows=len(records),
        figures=figures,
        correct={record.id: score.correct for record, score in zip(records, scores, strict=True)},
        seconds=seconds,
        prompt_tokens=float(np.mean([prediction.prompt_tokens for prediction in predictions])),
        completion_tokens=float(np.mean([prediction.completion_tokens for prediction in predictions])),
        shares={record.id: score.parts[part] for record, score in zip(records, scores, strict=True)} if part else {},
        groups=_named(records, level.groups),
        cut=sum(prediction.finish == "length" for prediction in predictions),
    )


def _sureness(answers: Sequence[str], scores: Sequence[Score], level: "Level") -> dict[str, Figure]:
    """How many answers hedge and how many claim certainty, and how often each of them, and the others, are right."""
    kinds = {"hedged": [hedges(one) for one in answers], "sure": [certain(one) for one in answers]}
    figures = {name: level.share(holds) for name, holds in kinds.items()}
    for name, holds in (("hedged", kinds["hedged"]), ("unhedged", [not one for one in kinds["hedged"]])):
        rows = [row for row, one in enumerate(holds) if one]
        if rows:
            figures[f"right_{name}"] = level.share([scores[row].correct for row in rows], rows)
    return figures


def groups_of(records: Sequence[Record]) -> Groups | None:
    """The number of each record's group (N,), a record without one being its own; None where no two share one."""
    groups = numbered([group_name(one) for one in records])
    return groups if clustered(groups) else None


def group_name(record: Record) -> str:
    """What a record's group is called among others; one without a group is a group of its own."""
    return f"row {record.id}" if record.group is None else f"group {record.group}"


@dataclass(frozen=True, slots=True)
class Level:
    """How intervals are made: their confidence, and the groups that rows share (N,), None where they share none."""

    confidence: float
    groups: Groups | None = None

    def share(self, right: Sequence[bool], rows: Sequence[int] | None = None) -> Figure:
        """The share of rows that are right; of those at `rows`, where not all of them have the figure."""
        if self.groups is None:
            return share(right, self.confidence)
        groups = self.groups if rows is None else numbered(self.groups[list(rows)].tolist())
        values = np.array(right, dtype=np.float64)
        return Figure(float(np.mean(values)), *clustered_wilson(values, groups, self.confidence), len(right))

    def mean(self, shares: Sequence[float]) -> Figure:
        """The mean of the rows' own shares."""
        values = np.array(shares)
        return self.resampled(lambda weights: weights @ values / weights.sum(axis=1), len(values))

    def resampled(self, statistic: Statistic, rows: int, ends: tuple[float, ...] = (0.0, 1.0)) -> Figure:
        """A figure with its bootstrap interval, at the `ends` of its scale that of a share."""
        if self.groups is None:
            return resampled(statistic, rows, self.confidence, ends)
        value = value_of(statistic, rows)
        if value in ends:
            return self.share([bool(value)] * rows)
        return Figure(
            value, *bias_corrected(clustered_replicates(statistic, self.groups), value, self.confidence), rows
        )


def share(right: Sequence[bool], confidence: float) -> Figure:
    """The share of rows that are right, with Wilson's interval."""
    return Figure(sum(right) / len(right), *wilson(sum(right), len(right), confidence), len(right))


def resampled(statistic: Statistic, rows: int, confidence: float, ends: tuple[float, ...] = (0.0, 1.0)) -> Figure:
    """A figure with its bootstrap interval.

    A sample at one of the very `ends` of the scale, all rows right or all wrong, resamples to itself; there the
    interval is Wilson's for that many rows.
    """
    value = value_of(statistic, rows)
    if value in ends:
        return Figure(value, *wilson(int(value) * rows, rows, confidence), rows)
    return Figure(value, *bias_corrected(replicates(statistic, rows), value, confidence), rows)


def _class_figures(
    task: Task, records: Sequence[Record], predictions: Sequence[Prediction], level: Level
) -> dict[str, Figure]:
    """Macro-F1 and, where the labels have an order, how far off the answers are."""
    wanted = [record.answer.strip() for record in records]
    said = [prediction.answer.strip() for prediction in predictions]
    macro = macro_f1([(label,) for label in wanted], [(label,) for label in said])
    return {"macro_f1": level.resampled(macro, len(records))} | _order_figures(task, wanted, said, level)


def _calibration(predictions: Sequence[Prediction], scores: Sequence[Score], level: "Level") -> dict[str, Figure]:
    """How far the answers' probabilities lie from the shares that are right; nothing where any has none."""
    said = [one.probability for one in predictions if one.probability is not None]
    if len(said) != len(predictions):
        return {}
    right = [score.correct for score in scores]
    return {CALIBRATION: calibration_figure(said, right, level.confidence, level.groups)}


def _order_figures(task: Task, wanted: Sequence[str], said: Sequence[str], level: Level) -> dict[str, Figure]:
    """An answer that is none of the labels lies as far off as any label could."""
    if not task.order:
        return {}
    place, top, rows = {label: at for at, label in enumerate(task.order)}, len(task.order) - 1, len(wanted)
    right = np.array([place[label] for label in wanted])
    given = np.array([place.get(label, 0 if 2 * at > top else top) for at, label in zip(right, said, strict=True)])
    return {
        "mean_distance": level.resampled(mean_distance(right, given, top), rows),
        "kappa": level.resampled(kappa(right, given), rows, ends=(1.0,)),
    }


def _set_figures(
    records: Sequence[Record], predictions: Sequence[Prediction], scores: Sequence[Score], level: Level
) -> dict[str, Figure]:
    """F1 over all labels and by label, the mean Jaccard index of rows, and validity."""
    wanted = [labels_in(record.answer, "labels") for record in records]
    said = [labels_said(prediction.answer) or () for prediction in predictions]
    return {
        "micro_f1": level.resampled(micro_f1(wanted, said), len(records)),
        "macro_f1": level.resampled(macro_f1(wanted, said), len(records)),
        "jaccard": level.mean([score.parts["jaccard"] for score in scores]),
        "validity": level.share([score.parts["validity"] == 1 for score in scores]),
    }


def _part_figures(scores: Sequence[Score], level: Level) -> dict[str, Figure]:
    """Field accuracy (a mean of shares: bootstrap), validity and each field (shares of rows: Wilson)."""
    names = dict.fromkeys(name for score in scores for name in score.parts if name != "fields")
    holding = {name: [at for at, score in enumerate(scores) if name in score.parts] for name in names}
    parts = {name: level.share([scores[at].parts[name] == 1 for at in rows], rows) for name, rows in holding.items()}
    return {"fields": level.mean([score.parts["fields"] for score in scores])} | parts


def _named(records: Sequence[Record], groups: Groups | None) -> dict[str, int]:
    """Group numbers by record id: the names of customers stay in the data."""
    return {} if groups is None else {record.id: int(one) for record, one in zip(records, groups, strict=True)}
