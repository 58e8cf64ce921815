"""Asking a trained classifier: texts to labels with probabilities, and whether those mean what they say.

Knows a classifier and how it is asked; nothing of how it was trained, and no run folder.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from finewright.base.label_list import labels_text
from finewright.base.protocols import Predictor
from finewright.base.records import Prediction, Record
from finewright.evaluate.calibration import calibration_error, fitted_temperature
from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.encoder import encoder_layout
from finewright.model.head_folder import HeadSpec
from finewright.model.layout import layout_for
from finewright.model.texts import Texts


def layout_of(
    model: Classifier, examples: Sequence[Example], micro_tokens: int, pad: int
) -> tuple[Batches, str | None]:
    """How to lay out texts for the classifier, and why no better, where it might be."""
    if model.pooling is None:
        return layout_for(model.trunk, examples, micro_tokens, pad)
    return encoder_layout(model.bare, examples, micro_tokens)


def predictor(model: Classifier, spec: HeadSpec, texts: Texts, micro_tokens: int) -> Predictor:
    """Answers to records, each with its probability: of the label, or of the whole list of labels."""

    def predict(records: Sequence[Record]) -> list[Prediction]:
        examples = [texts.example(f"{row:09}", record.text) for row, record in enumerate(records)]
        batches, _ = layout_of(model, examples, micro_tokens, texts.pad)
        rows = probabilities(model, batches(examples))
        answers = [answer_of(spec, rows[example.id]) for example in examples]
        return [
            Prediction(record.id, answer, prompt_tokens=len(example.tokens) - 1, probability=probability)
            for record, example, (answer, probability) in zip(records, examples, answers, strict=True)
        ]

    return predict


@torch.inference_mode()
def probabilities(model: Classifier, batches: Sequence[Batch]) -> dict[str, Tensor]:
    """Of each example by id the columns of the head's table, as probabilities: (C,) float64."""
    found: dict[str, Tensor] = {}
    for batch in batches:
        table = model.table(model.scores(batch).double()).index_select(0, batch.state).exp()  # (E, C)
        found |= zip([batch.ids[row] for row in batch.example.tolist()], table, strict=True)
    return found


def answer_of(spec: HeadSpec, row: Tensor) -> tuple[str, float]:
    """The likeliest answer by a row of the head's table (C,), in the task's own form, and its probability."""
    likely, column = row.view(-1, _choices(spec)).max(1)
    if spec.kind != "labels":
        return spec.labels[int(column)], float(likely)
    held = [label for label, present in zip(spec.labels, column.tolist(), strict=True) if present]
    return labels_text(held), float(likely.prod())


def calibrated(
    model: Classifier, spec: HeadSpec, batches: Sequence[Batch], columns: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """Set the classifier's temperature to that with the least loss on held-out texts; figures before and after.

    `batches` lay the texts out with an entry each, and `columns` are those of each text's true answer. Of labels of
    which any may hold, each label of each text counts by itself."""
    scored = _scores(model, batches)
    names, scores = list(scored), torch.stack(list(scored.values())).double()  # (N, K)
    true = torch.tensor([columns[name] for name in names])  # (N, A)

    def table(temperature: float) -> Tensor:
        model.temperature = temperature
        return model.table(scores)

    def loss(temperature: float) -> float:
        return -float(table(temperature).gather(1, true).sum())

    def error(temperature: float) -> float:
        likely, column = table(temperature).exp().view(-1, _choices(spec)).max(1)
        right = column == (true % _choices(spec)).flatten()
        return calibration_error(likely.tolist(), right.tolist())

    before, fitted = error(1.0), fitted_temperature(loss)
    figures = {"temperature": fitted, "calibration_error_before": before, "calibration_error": error(fitted)}
    return figures | {"calibration_rows": len(names)}


@torch.inference_mode()
def _scores(model: Classifier, batches: Sequence[Batch]) -> dict[str, Tensor]:
    """The head's scores of each example by id."""
    found: dict[str, Tensor] = {}
    for batch in batches:
        scores = model.scores(batch).index_select(0, batch.state)  # (E, K)
        found |= zip([batch.ids[row] for row in batch.example.tolist()], scores, strict=True)
    return found


def _choices(spec: HeadSpec) -> int:
    """How many columns of the table exclude one another."""
    return 2 if spec.kind == "labels" else len(spec.labels)
