"""Training a classification head: what each text's answer is worth learning, laid over any layout of the texts.

The order of texts and the cut into steps are `Epochs`': a text is an example with one supervised token, which stands
for the answer. Here the token becomes the answer's columns in the head's table. Knows no model and no optimizer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier, HeadKind
from finewright.train.objectives import cross_entropy


@dataclass(frozen=True, slots=True)
class Answers:
    """What the head is to say of each text.

    columns   columns of the head's table that are to be likely, of each text
    weights   (C,) float32, what an entry of each column counts
    """

    columns: Mapping[str, tuple[int, ...]]
    weights: Tensor


class HeadBatches:
    """The micro-batches of `batches`, an entry for each column of each text's answer."""

    def __init__(self, batches: Batches, answers: Answers) -> None:
        self._batches, self._answers = batches, answers

    def __call__(self, examples: Sequence[Example]) -> tuple[Batch, ...]:
        """The micro-batches of one optimizer step."""
        return tuple(map(self._answered, self._batches(examples)))

    def _answered(self, batch: Batch) -> Batch:
        columns = [self._answers.columns[batch.ids[row]] for row in batch.example.tolist()]
        counts = torch.tensor([len(one) for one in columns])
        target = torch.tensor([column for one in columns for column in one])  # (E,)
        return replace(
            batch,
            state=batch.state.repeat_interleave(counts),
            target=target,
            weight=self._answers.weights.index_select(0, target),
            example=batch.example.repeat_interleave(counts),
        )


def head_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of the batch's entries in nats, weighted and summed; ()."""
    if not isinstance(model, Classifier):
        raise TypeError("a head's loss is that of a classifier")
    return cross_entropy(model.picked(model.scores(batch), batch), batch)


def columns_of(kind: HeadKind, answer: Sequence[int], labels: int) -> tuple[int, ...]:
    """Columns of the head's table for the numbers of a text's labels, of which there are `labels`.

    One for a class or a degree. Where any of the labels may hold, one for each of them, absent or present.
    """
    if kind != "labels":
        return tuple(answer)
    return tuple(2 * label + (label in answer) for label in range(labels))


def even_weights(kind: HeadKind, labels: int) -> Tensor:
    """Every entry counts 1."""
    return torch.ones(2 * labels if kind == "labels" else labels)


def balanced_weights(kind: HeadKind, labels: int, columns: Mapping[str, tuple[int, ...]]) -> Tensor:
    """n / (k · n_c): every class counts the same in all, as do, of each label by itself, absence and presence.

    What the loss is divided by is the total weight of a step, as `torch.nn.functional.cross_entropy(weight=...)` does.
    A column that no text has counts nothing.
    """
    counts = Counter(column for one in columns.values() for column in one)
    choices = 2 if kind == "labels" else labels
    wanted = [counts[column] for column in range(len(even_weights(kind, labels)))]
    return torch.tensor([len(columns) / (choices * count) if count else 0.0 for count in wanted])
