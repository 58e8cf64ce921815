"""From an arm's answers to its figures with intervals. Knows nothing of how the answers came about."""

from collections.abc import Sequence

import numpy as np

from finewright.base.label_list import labels_in
from finewright.base.recipe import Style
from finewright.base.records import Prediction, Record, Score, TaskKind
from finewright.base.results import Figure, Measured
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.scorers.label_set import labels_said
from finewright.evaluate.scorers.style import broken
from finewright.evaluate.statistics.f1 import macro_f1, micro_f1
from finewright.evaluate.statistics.intervals import Statistic, bias_corrected, replicates, value_of, wilson
from finewright.evaluate.statistics.ordinal import kappa, mean_distance
from finewright.evaluate.task import Task

DECIDING: dict[TaskKind, str] = {"classes": "accuracy", "labels": "exact_set", "json": "records", "text": "exact"}
"""The figure that decides for each kind of task: the share of rows answered right."""

FINER: dict[TaskKind, str] = {"classes": "macro_f1", "labels": "micro_f1", "json": "fields"}
"""A second figure that tells arms apart whose deciding figures are equal, as where none gets a whole record right."""

SHARES: dict[TaskKind, str] = {"labels": "jaccard", "json": "fields"}
"""The part of a row's score that says how much of a composed answer is right, where answers are composed."""

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
    are held against besides. Raises ValueError where there are no records or the predictions are not theirs.
    """
    if not records or [record.id for record in records] != [prediction.record for prediction in predictions]:
        raise ValueError("predictions must be those of the records, in order, and at least one")
    judge = scorer_for(task)
    scores = [judge(prediction.answer, record) for prediction, record in zip(predictions, records, strict=True)]
    figures = {DECIDING[task.kind]: share([score.correct for score in scores], confidence)}
    if task.kind == "classes":
        figures |= _class_figures(task, records, predictions, confidence)
    if task.kind == "labels":
        figures |= _set_figures(records, predictions, scores, confidence)
    if task.kind == "json":
        figures |= _part_figures(scores, confidence)
    if task.kind == "text" and style.rules:
        figures |= {"passes": share([not broken(one.answer, style) for one in predictions], confidence)}
    part = SHARES.get(task.kind)
    return Measured(
        rows=len(records),
        figures=figures,
        correct={record.id: score.correct for record, score in zip(records, scores, strict=True)},
        seconds=seconds,
        prompt_tokens=float(np.mean([prediction.prompt_tokens for prediction in predictions])),
        completion_tokens=float(np.mean([prediction.completion_tokens for prediction in predictions])),
        shares={record.id: score.parts[part] for record, score in zip(records, scores, strict=True)} if part else {},
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
    task: Task, records: Sequence[Record], predictions: Sequence[Prediction], confidence: float
) -> dict[str, Figure]:
    """Macro-F1 and, where the labels have an order, how far off the answers are."""
    wanted = [record.answer.strip() for record in records]
    said = [prediction.answer.strip() for prediction in predictions]
    macro = macro_f1([(label,) for label in wanted], [(label,) for label in said])
    return {"macro_f1": resampled(macro, len(records), confidence)} | _order_figures(task, wanted, said, confidence)


def _order_figures(task: Task, wanted: Sequence[str], said: Sequence[str], confidence: float) -> dict[str, Figure]:
    """An answer that is none of the labels lies as far off as any label could."""
    if not task.order:
        return {}
    place, top, rows = {label: at for at, label in enumerate(task.order)}, len(task.order) - 1, len(wanted)
    right = np.array([place[label] for label in wanted])
    given = np.array([place.get(label, 0 if 2 * at > top else top) for at, label in zip(right, said, strict=True)])
    return {
        "mean_distance": resampled(mean_distance(right, given, top), rows, confidence),
        "kappa": resampled(kappa(right, given), rows, confidence, ends=(1.0,)),
    }


def _set_figures(
    records: Sequence[Record], predictions: Sequence[Prediction], scores: Sequence[Score], confidence: float
) -> dict[str, Figure]:
    """F1 over all labels and by label, the mean Jaccard index of rows, and validity."""
    wanted = [labels_in(record.answer, "labels") for record in records]
    said = [labels_said(prediction.answer) or () for prediction in predictions]
    return {
        "micro_f1": resampled(micro_f1(wanted, said), len(records), confidence),
        "macro_f1": resampled(macro_f1(wanted, said), len(records), confidence),
        "jaccard": _mean([score.parts["jaccard"] for score in scores], confidence),
        "validity": share([score.parts["validity"] == 1 for score in scores], confidence),
    }


def _part_figures(scores: Sequence[Score], confidence: float) -> dict[str, Figure]:
    """Field accuracy (a mean of shares: bootstrap), validity and each field (shares of rows: Wilson)."""
    names = dict.fromkeys(name for score in scores for name in score.parts if name != "fields")
    parts = {
        name: share([score.parts[name] == 1 for score in scores if name in score.parts], confidence) for name in names
    }
    return {"fields": _mean([score.parts["fields"] for score in scores], confidence)} | parts


def _mean(shares: Sequence[float], confidence: float) -> Figure:
    """The mean of the rows' own shares."""
    values = np.array(shares)
    return resampled(lambda weights: weights @ values / len(values), len(values), confidence)
