"""What is known of a task before anything is trained: figures of its data, and the team's answers. Knows no rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from finewright.base.label_list import labels_in
from finewright.base.nearness import grams
from finewright.base.order import shuffled
from finewright.base.recipe_advise import Advise
from finewright.base.records import Record, TaskKind
from finewright.evaluate.advice.facts import Row

_SAMPLE = 150


@dataclass(frozen=True, slots=True)
class Situation:
    """The figures that rules go by.

    rows       examples; `labels` distinct labels, 0 where answers are no labels
    distinct   share of distinct answers, in 0..1
    nearness   mean similarity of a question with its nearest other one, in 0..1: how narrow the task is
    prompt     tokens of the longest prompt that the recipe would send, question included
    counted    whether these were counted by the base's tokenizer, or estimated from words
    facts      rows whose answers carry facts, and `personal` those that may name a person
    """

    kind: TaskKind
    rows: int
    labels: int
    distinct: float
    nearness: float
    prompt: int
    counted: bool
    facts: int
    personal: int
    answers: Advise

    @property
    def fact_share(self) -> float:
        """Share of the rows whose answers carry facts."""
        return self.facts / self.rows

    @property
    def fixed(self) -> bool:
        """Whether answers have a fixed form: labels, records, or texts of which half or fewer are distinct."""
        return self.kind in ("classes", "labels", "json") or self.distinct <= 0.5


def situation(
    records: Sequence[Record],
    told: Sequence[Row],
    kind: TaskKind,
    answers: Advise,
    prompt: Callable[[Record], int],
    counted: bool,
) -> Situation:
    """The situation of at least one record; `prompt` counts the tokens of a record's longest prompt."""
    labels = {label for record in records for label in labels_in(record.answer, kind)}
    sample = shuffled(records, lambda record: record.id, 0, "advice")[:_SAMPLE]
    return Situation(
        kind=kind,
        rows=len(records),
        labels=len(labels) if kind in ("classes", "labels") else 0,
        distinct=len({record.answer.strip() for record in records}) / len(records),
        nearness=_nearness([record.text for record in sample]),
        prompt=round(median(prompt(record) for record in sample)),
        counted=counted,
        facts=sum(row.fact for row in told),
        personal=sum(row.personal for row in told),
        answers=answers,
    )


def _nearness(texts: Sequence[str]) -> float:
    """Mean over the texts of the largest Jaccard similarity with another one; 0 of fewer than two."""
    sets = [grams(text) for text in texts]
    if len(sets) < 2:
        return 0.0
    nearest = [
        max(len(one & other) / len(one | other) for at_other, other in enumerate(sets) if at_other != at)
        for at, one in enumerate(sets)
    ]
    return sum(nearest) / len(nearest)
