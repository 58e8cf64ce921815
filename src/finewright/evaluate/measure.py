"""From an arm's answers to its figures with intervals. Knows nothing of how the answers came about."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from finewright.base.records import Prediction, Record, Score, TaskKind
from finewright.base.results import Figure, Measured
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.statistics.intervals import (
    Floats,
    Statistic,
    bias_corrected,
    replicates,
    value_of,
    wilson,
)
from finewright.evaluate.task import Task

DECIDING: dict[TaskKind, str] = {"classes": "accuracy", "json": "records", "text": "exact"}
"""The figure that decides for each kind of task: the share of rows answered right."""

FINER: dict[TaskKind, str] = {"classes": "macro_f1", "json": "fields"}
"""A second figure that tells arms apart whose deciding figures are equal, as where none gets a whole record right."""


def measure(
    task: Task, records: Sequence[Record], predictions: Sequence[Prediction], seconds: float, confidence: float
) -> Measured:
    """Score one prediction a record, in order.

    `seconds` is the wall time of all of them; tokens become means a row. Raises ValueError where there are no records
    or the predictions are not theirs.
    """
    if not records or [record.id for record in records] != [prediction.record for prediction in predictions]:
        raise ValueError("predictions must be those of the records, in order, and at least one")
    judge = scorer_for(task)
    scores = [judge(prediction.answer, record) for prediction, record in zip(predictions, records, strict=True)]
    figures = {DECIDING[task.kind]: share([score.correct for score in scores], confidence)}
    if task.kind == "classes":
        figures["macro_f1"] = _macro_f1_figure(records, predictions, confidence)
    if task.kind == "json":
        figures |= _part_figures(scores, confidence)
    return Measured(
        rows=len(records),
        figures=figures,
        correct={record.id: score.correct for record, score in zip(records, scores, strict=True)},
        seconds=seconds,
        prompt_tokens=float(np.mean([prediction.prompt_tokens for prediction in predictions])),
        completion_tokens=float(np.mean([prediction.completion_tokens for prediction in predictions])),
        shares={
            record.id: score.parts["fields"]
            for record, score in zip(records, scores, strict=True)
            if "fields" in score.parts
        },
    )


def share(right: Sequence[bool], confidence: float) -> Figure:
    """The share of rows that are right, with Wilson's interval."""
    return Figure(sum(right) / len(right), *wilson(sum(right), len(right), confidence), len(right))


def resampled(statistic: Statistic, rows: int, confidence: float) -> Figure:
    """A figure in 0..1 with its bootstrap interval.

    A sample at the very end of the scale, all rows right or all wrong, resamples to itself; there the interval is
    Wilson's for that many rows.
    """
    value = value_of(statistic, rows)
    if value in (0.0, 1.0):
        return Figure(value, *wilson(int(value) * rows, rows, confidence), rows)
    return Figure(value, *bias_corrected(replicates(statistic, rows), value, confidence), rows)


def macro_f1(wanted: Sequence[str], said: Sequence[str]) -> Statistic:
    """Mean F1 over the labels that the (weighted) rows want, as a function of row weights.

    A label that no row wants is left out, as its F1 would be 0 whatever the arm knows of it; answers that name it
    still cost the label that was wanted.
    """
    index = {name: number for number, name in enumerate(sorted(set(wanted)))}
    rows = np.arange(len(wanted))

    def table(kept: list[bool], names: Sequence[str]) -> csr_array:
        columns = [index[name] for name, keep in zip(names, kept, strict=True) if keep]
        return csr_array((np.ones(len(columns)), (rows[kept], columns)), shape=(len(rows), len(index)))

    actual = table([True] * len(rows), wanted)
    named = table([name in index for name in said], said)
    hits = table([left == right for left, right in zip(wanted, said, strict=True)], wanted)

    def statistic(weights: Floats) -> Floats:
        wanted_counts = weights @ actual  # (B, labels)
        present = wanted_counts > 0
        f1 = 2 * (weights @ hits) / np.where(present, wanted_counts + weights @ named, 1.0)
        return np.asarray((f1 * present).sum(axis=1) / present.sum(axis=1))

    return statistic


def _macro_f1_figure(records: Sequence[Record], predictions: Sequence[Prediction], confidence: float) -> Figure:
    wanted = [record.answer.strip() for record in records]
    said = [prediction.answer.strip() for prediction in predictions]
    return resampled(macro_f1(wanted, said), len(records), confidence)


def _part_figures(scores: Sequence[Score], confidence: float) -> dict[str, Figure]:
    """Field accuracy (a mean of shares: bootstrap), validity and each field (shares of rows: Wilson)."""
    shares = np.array([score.parts["fields"] for score in scores])
    names = dict.fromkeys(name for score in scores for name in score.parts if name != "fields")
    parts = {
        name: share([score.parts[name] == 1 for score in scores if name in score.parts], confidence) for name in names
    }
    return {"fields": resampled(lambda weights: weights @ shares / len(shares), len(shares), confidence)} | parts
