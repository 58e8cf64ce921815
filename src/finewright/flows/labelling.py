"""Asking a trained classifier: texts to labels with probabilities, and whether those mean what they say.

Knows a classifier and how it is asked; nothing of how it was trained, and no run folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from finewright.model.hub import Base
from finewright.model.layout import layout_for
from finewright.model.texts import Texts

MICRO_TOKENS = 4096
"""Most tokens computed at once where the recipe names no number: some hundred short texts, a gigabyte with MiniLM."""


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
        asked = _asked(model, texts, [record.text for record in records], micro_tokens)
        return [
            Prediction(record.id, answer, prompt_tokens=tokens, probability=probability)
            for record, (tokens, row) in zip(records, asked, strict=True)
            for answer, probability in [answer_of(spec, row)]
        ]

    return predict


def labelled(
    model: Classifier, spec: HeadSpec, base: Base, given: Sequence[str]
) -> Iterator[tuple[str, dict[str, float]]]:
    """The answer to each text, with the probability of each label: that it is the one, or of any that it holds."""
    for _, row in _asked(model, Texts.of(base, spec.longest), given, MICRO_TOKENS):
        likely = row.view(-1, 2)[:, 1] if spec.kind == "labels" else row
        yield answer_of(spec, row)[0], dict(zip(spec.labels, likely.tolist(), strict=True))


def _asked(model: Classifier, texts: Texts, given: Sequence[str], micro_tokens: int) -> list[tuple[int, Tensor]]:
    """Of each text its tokens, and its columns of the head's table as probabilities."""
    examples = [texts.example(f"{row:09}", text) for row, text in enumerate(given)]
    batches, _ = layout_of(model, examples, micro_tokens, texts.pad)
    rows = probabilities(model, batches(examples))
    return [(len(example.tokens) - 1, rows[example.id]) for example in examples]


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
    known = _Known.of(model, batches, columns)

    def error(temperature: float) -> float:
        likely, column = known.table(model, temperature).exp().view(-1, _choices(spec)).max(1)
        right = column == (known.true % _choices(spec)).flatten()
        return calibration_error(likely.tolist(), right.tolist())

    before, fitted = error(1.0), fitted_temperature(lambda one: known.loss(model, one))
    figures = {"temperature": fitted, "calibration_error_before": before, "calibration_error": error(fitted)}
    return figures | {"calibration_rows": len(known.true)}


def calibrated_loss(model: Classifier, batches: Sequence[Batch], columns: Mapping[str, Sequence[int]]) -> float:
    """The loss in nats per text at the temperature that suits these texts best.

    The classifier's own temperature and mode stay. What weights are chosen by: an epoch more makes a head surer than it
    should be, which the temperature takes back in the end, so that it must not count against the weights before.
    """
    learning, own = model.training, model.temperature
    known = _Known.of(model.eval(), batches, columns)
    found = known.loss(model, fitted_temperature(lambda one: known.loss(model, one))) / len(known.true)
    model.temperature = own
    model.train(learning)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The head's scores of texts (N, K), and the columns of their true answers (N, A)."""

    scores: Tensor
    true: Tensor

    @classmethod
    def of(cls, model: Classifier, batches: Sequence[Batch], columns: Mapping[str, Sequence[int]]) -> "_Known":
        found = scored(model, batches)
        scores = torch.stack(list(found.values())).double()
        return cls(scores, torch.tensor([columns[name] for name in found]))

    def table(self, model: Classifier, temperature: float) -> Tensor:
        """The head's table at a temperature, which stays the classifier's."""
        model.temperature = temperature
        return model.table(self.scores)

    def loss(self, model: Classifier, temperature: float) -> float:
        """Summed, in nats."""
        return -float(self.table(model, temperature).gather(1, self.true).sum())


@torch.inference_mode()
def scored(model: Classifier, batches: Sequence[Batch]) -> dict[str, Tensor]:
    """The head's scores of each example by id, before any temperature: (K,), or (K - 1,), or of a reward (1,)."""
    found: dict[str, Tensor] = {}
    for batch in batches:
        scores = model.scores(batch).index_select(0, batch.state)  # (E, K)
        found |= zip([batch.ids[row] for row in batch.example.tolist()], scores, strict=True)
    return found


def _choices(spec: HeadSpec) -> int:
    """How many columns of the table exclude one another."""
    return 2 if spec.kind == "labels" else len(spec.labels)
