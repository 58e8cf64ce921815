"""The encoder arm: a small model with a classification head, trained on the task's rows, kept in the run folder, asked.

    arms/encoder/    metrics, checkpoints, model and outcome of its training

How any head is trained is `flows/head.py`; here is what this one learns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transformers import PreTrainedModel

from finewright.base.label_list import labels_in
from finewright.base.protocols import Predictor
from finewright.base.recipe import Encoder
from finewright.base.records import Record
from finewright.evaluate.task import Task
from finewright.flows.folder import RunFolder
from finewright.flows.head import Lesson, room_of, trained_head
from finewright.flows.labelling import MICRO_TOKENS, calibrated, calibrated_loss, predictor, probabilities
from finewright.flows.learning import take_threads
from finewright.flows.method import Method
from finewright.flows.prepare import Prepared
from finewright.model import head_folder
from finewright.model.batch import Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.head_folder import HeadSpec
from finewright.model.hub import Base, find
from finewright.model.texts import Texts
from finewright.train.epochs import Epochs
from finewright.train.heads import Answers, HeadBatches, balanced_weights, columns_of, even_weights, head_loss
from finewright.train.probe import probe

Say = Callable[[str], None]


def why_not(task: Task) -> str | None:
    """Why a head does not apply to the task, in one sentence; None where it does."""
    if task.kind in ("classes", "labels"):
        return None
    return "A classification head answers with labels; the answers of this task are none."


def encoder(prepared: Prepared, folder: RunFolder, say: Say, *, allow_drift: bool = False) -> Predictor:
    """The trained arm as a predictor; trained now, or on from where a stopped run was, if it is not yet.

    What answers is what was saved. Raises BaseError where its base is not stored, InputError where base and pooling do
    not go together, and Interrupted on Ctrl-C after saving a checkpoint.
    """
    take_threads(prepared.recipe.arms.encoder.train)
    base = find(prepared.recipe.arms.encoder.base)

    def lesson(trunk: PreTrainedModel) -> Lesson:
        return _lesson(prepared, base, trunk, say)

    model, spec = trained_head(prepared, base, lesson, folder.root / "arms" / "encoder", say, allow_drift=allow_drift)
    return predictor(model, spec, Texts.of(base, spec.longest), MICRO_TOKENS)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Tokenised rows to learn, to choose the best weights by, and to fit the temperature on; their answers' columns."""

    learning: list[Example]
    choosing: list[Example]
    held_out: list[Example]
    columns: dict[str, tuple[int, ...]]


def _lesson(prepared: Prepared, base: Base, trunk: PreTrainedModel, say: Say) -> Lesson:
    settings, seed = prepared.recipe.arms.encoder, prepared.recipe.seed
    spec = _spec(prepared.task, settings, base, trunk)
    texts = Texts.of(base, spec.longest)
    rows = _rows(prepared, spec, texts, say)
    answers = _answers(spec, settings, rows)

    def teach(model: Classifier, layout: Batches) -> Method:
        source = Epochs(rows.learning, settings.train, seed, HeadBatches(layout, answers))
        choosing = layout(rows.choosing)
        return Method(
            source,
            head_loss,
            validate=lambda: calibrated_loss(model, choosing, rows.columns),
            said=f"Training the encoder arm on {len(rows.learning)} examples: {source.total} steps of "
            f"{settings.train.batch}",
        )

    return Lesson(
        name="the encoder arm",
        spec=spec,
        settings=settings.train,
        learning=rows.learning,
        choosing=rows.choosing,
        pad=texts.pad,
        teach=teach,
        fit=lambda model, layout: probe(model, rows.learning, HeadBatches(layout, answers)),
        calibrate=lambda model, layout: calibrated(model, spec, layout(rows.held_out), rows.columns),
        answers=probabilities,
    )


def _spec(task: Task, settings: Encoder, base: Base, trunk: PreTrainedModel) -> HeadSpec:
    room = room_of(base, trunk)
    longest = min(settings.train.max_length or room, room)
    if task.kind == "labels":
        return head_folder.head_spec("labels", task.labels, base, settings.pooling, longest)
    if task.order:
        return head_folder.head_spec("ordinal", task.order, base, settings.pooling, longest)
    return head_folder.head_spec("classes", task.labels, base, settings.pooling, longest)


def _rows(prepared: Prepared, spec: HeadSpec, texts: Texts, say: Say) -> _Rows:
    number = {label: place for place, label in enumerate(spec.labels)}
    train, validation = prepared.parts.train, prepared.parts.validation
    cut = texts.too_long([record.text for record in (*train, *validation)])
    if cut:
        say(f"Texts of more than {spec.longest:,} tokens, cut for the encoder arm: {cut:,}")

    def column(record: Record) -> tuple[int, ...]:
        return columns_of(spec.kind, [number[one] for one in labels_in(record.answer, prepared.task.kind)], len(number))

    def examples(records: Sequence[Record]) -> list[Example]:
        return [texts.example(record.id, record.text) for record in records]

    columns = {record.id: column(record) for record in (*train, *validation)}
    return _Rows(examples(train), examples(prepared.choosing), examples(validation), columns)


def _answers(spec: HeadSpec, settings: Encoder, rows: _Rows) -> Answers:
    if settings.weights == "none":
        return Answers(rows.columns, even_weights(spec.kind, len(spec.labels)))
    learned = {example.id: rows.columns[example.id] for example in rows.learning}
    return Answers(rows.columns, balanced_weights(spec.kind, len(spec.labels), learned))
