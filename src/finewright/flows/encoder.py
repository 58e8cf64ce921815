"""The encoder arm: a small model with a classification head, trained on the task's rows, kept in the run folder, asked.

    arms/encoder/metrics.jsonl      one JSON line per optimizer step and per validation
    arms/encoder/checkpoints/       what training resumes from, gone when it is done
    arms/encoder/model/             what was trained (`model/head_folder.py`)
    arms/encoder/training.json      the outcome; present only when training is done

Joins the model room (trunk, head, batches) to the training room (loop, loss, checkpoints).
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError
from finewright.base.files import digest_json, write_json
from finewright.base.label_list import labels_in
from finewright.base.protocols import Predictor
from finewright.base.recipe import Encoder
from finewright.base.records import Record
from finewright.evaluate.task import Task
from finewright.flows.folder import RunFolder
from finewright.flows.labelling import MICRO_TOKENS, calibrated, calibrated_loss, layout_of, predictor, probabilities
from finewright.flows.learning import learn, take_threads, versions
from finewright.flows.prepare import Prepared
from finewright.model import full, head_folder, lora
from finewright.model.batch import Batch, Example
from finewright.model.classifier import Classifier
from finewright.model.encoder import first_position, no_dropout
from finewright.model.head_folder import HeadSpec
from finewright.model.hub import Base, find
from finewright.model.manifest import Manifest
from finewright.model.texts import Texts
from finewright.model.vocabulary import learn_rows
from finewright.train.heads import Answers, HeadBatches, balanced_weights, columns_of, even_weights, head_loss
from finewright.train.heap import keep_freed_memory
from finewright.train.postflight import check_adapter
from finewright.train.preflight import check_examples
from finewright.train.probe import probe
from finewright.train.sameness import same_bits
from finewright.train.sft import SftSteps
from finewright.train.weights import fingerprints

Say = Callable[[str], None]

_LOOKED_AT = 8
_TOLERANCE = 1e-4  # between probabilities as trained and as saved and loaded again


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
    threads = take_threads(prepared.recipe.arms.encoder.train)
    base = find(prepared.recipe.arms.encoder.base)
    place = folder.root / "arms" / "encoder"
    if not (place / "training.json").exists():
        _train(prepared, base, place, say, threads, allow_drift)
    model, spec = head_folder.load(place / "model", base)
    return predictor(model, spec, Texts.of(base, spec.longest), MICRO_TOKENS)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Tokenised rows to learn, to choose the best weights by, and to fit the temperature on; their answers' columns."""

    learning: list[Example]
    choosing: list[Example]
    held_out: list[Example]
    columns: dict[str, tuple[int, ...]]


def _train(prepared: Prepared, base: Base, place: Path, say: Say, threads: int, allow_drift: bool) -> None:
    settings, seed = prepared.recipe.arms.encoder, prepared.recipe.seed
    keep_freed_memory()
    trunk = head_folder.load_trunk(base)
    spec = _spec(prepared.task, settings, base, trunk)
    texts = Texts.of(base, spec.longest)
    rows = _rows(prepared, spec, texts, say)
    model = _opened(trunk, spec, settings, rows, seed)
    budget = settings.train.micro_tokens or MICRO_TOKENS
    layout, reason = layout_of(model, rows.learning, budget, texts.pad)
    if reason:
        say(f"The encoder arm's texts are laid out the slower way: {reason}")
    model.freeze_idle(layout(rows.learning[:1])[0])
    batches = HeadBatches(layout, _answers(spec, settings, rows))
    source = SftSteps(rows.learning, settings.train, seed, batches)
    say(f"Training the encoder arm on {len(rows.learning)} examples: {source.total} steps of {settings.train.batch}")
    with same_bits(threads):
        probe(model, rows.learning, batches)
    start, choosing = fingerprints(model), layout(rows.choosing)
    result = learn(
        model,
        source,
        head_loss,
        settings.train,
        seed=seed,
        folder=place,
        identity={
            "run": prepared.digest,
            "base": base.digests.combined,
            "layout": f"{type(layout).__name__} of {budget} tokens",
        },
        validate=lambda: calibrated_loss(model, choosing, rows.columns),
        allow_drift=allow_drift,
    )
    check_adapter(model, start)
    weights = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    calibration = calibrated(model, spec, layout(rows.held_out), rows.columns)
    head_folder.save(model, spec, place / "model", base, _manifest(prepared, base))
    _check_saved(model, layout(rows.choosing[:_LOOKED_AT]), place / "model", base)
    say("Checked: saved and loaded again, the encoder arm answers as it was trained")
    about = {
        "method": settings.train.method,
        "trained_weights": weights,
        "examples": len(rows.learning),
        "threads": threads,
        "versions": versions(),
    }
    write_json(place / "training.json", asdict(result) | calibration | about)
    shutil.rmtree(place / "checkpoints", ignore_errors=True)


def _spec(task: Task, settings: Encoder, base: Base, trunk: PreTrainedModel) -> HeadSpec:
    room = base.context - first_position(trunk)
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
    rows = _Rows(examples(train), examples(prepared.choosing), examples(validation), columns)
    check_examples(rows.learning)
    check_examples(rows.choosing, "validate with")
    return rows


def _opened(trunk: PreTrainedModel, spec: HeadSpec, settings: Encoder, rows: _Rows, seed: int) -> Classifier:
    """The base with what the recipe trains of it, under a new head, in training mode."""
    no_dropout(trunk)
    ready: PreTrainedModel | PeftModel = trunk
    train = settings.train
    if train.method == "lora":
        task_type = "CAUSAL_LM" if spec.pooling is None else "FEATURE_EXTRACTION"
        ready = lora.attach(trunk, train.lora, seed=seed, layers=train.layers, task_type=task_type)
    else:
        full.unfreeze(trunk, train)
        # Decay moves every row, also those whose token no text holds.
        if not train.weight_decay:
            learn_rows(trunk, (token for example in rows.learning for token in example.tokens[:-1]))
    return Classifier(ready, spec.kind, len(spec.labels), spec.pooling, seed=seed).train()


def _answers(spec: HeadSpec, settings: Encoder, rows: _Rows) -> Answers:
    if settings.weights == "none":
        return Answers(rows.columns, even_weights(spec.kind, len(spec.labels)))
    learned = {example.id: rows.columns[example.id] for example in rows.learning}
    return Answers(rows.columns, balanced_weights(spec.kind, len(spec.labels), learned))


def _check_saved(model: Classifier, layout: Sequence[Batch], folder: Path, base: Base) -> None:
    """Raise FinewrightError, and remove the folder, where what was saved does not answer as what was trained."""
    trained = probabilities(model.eval(), layout)
    stored = probabilities(head_folder.load(folder, base)[0], layout)
    apart = max(float((stored[name] - row).abs().max()) for name, row in trained.items())
    # Written so that NaN fails.
    if not apart <= _TOLERANCE:
        shutil.rmtree(folder)
        raise FinewrightError(
            f"the encoder arm, saved and loaded again, does not answer as it was trained: a probability is {apart:.1g} "
            "away",
            remedy="report this as a fault of finewright, with the versions that `finewright doctor` shows",
        )


def _manifest(prepared: Prepared, base: Base) -> Manifest:
    return Manifest(
        base=base.name,
        public_id=base.public_id,
        digests=base.digests,
        data=digest_json(prepared.card),
        run=prepared.digest,
        recipe=prepared.recipe.model_dump(mode="json"),
        task=prepared.task.to_json(),
        prompt="",
        versions=versions(),
        results={},
    )
