"""A head in training, whatever it says: opened, fitted, taught, calibrated, saved, and held against what was saved.

    metrics.jsonl      one JSON line per optimizer step and per validation
    checkpoints/       what training resumes from, gone when it is done
    model/             what was trained (`model/head_folder.py`)
    training.json      the outcome; present only when training is done

Joins the model room (trunk, head, batches) to the training room (loop, checkpoints); a `Lesson` says what is learned.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from peft import PeftModel
from torch import Tensor
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError
from finewright.base.files import write_json
from finewright.base.recipe_train import EncoderTrain
from finewright.flows.labelling import MICRO_TOKENS, layout_of
from finewright.flows.learning import learn, take_threads, versions
from finewright.flows.method import Method
from finewright.flows.prepare import Run
from finewright.flows.product import manifest_of
from finewright.model import full, head_folder, lora
from finewright.model.batch import Batch, Batches, Example, groups
from finewright.model.classifier import Classifier
from finewright.model.encoder import first_position, no_dropout
from finewright.model.head_folder import HeadSpec
from finewright.model.hub import Base
from finewright.model.vocabulary import learn_rows
from finewright.train.heap import keep_freed_memory
from finewright.train.postflight import check_adapter
from finewright.train.preflight import check_examples
from finewright.train.sameness import same_bits
from finewright.train.weights import fingerprints

Say = Callable[[str], None]

_LOOKED_AT = 8
_CLOSE = 1e-4  # between answers as trained and as saved and loaded again


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a head is to learn, and how its answers are looked at.

    name        what is trained, as sentences call it
    learning    examples to learn; `choosing` those that the best weights are chosen by
    pad         what fills up a decoder's rows
    teach       the classifier and a layout -> how it is learned
    fit         puts the head's first weights in place, before the trunk learns
    calibrate   sets the temperature; the figures that say how well
    answers     of each example by id what must be the same of what is saved
    """

    name: str
    spec: HeadSpec
    settings: EncoderTrain
    learning: Sequence[Example]
    choosing: Sequence[Example]
    pad: int
    teach: Callable[[Classifier, Batches], Method]
    fit: Callable[[Classifier, Batches], None]
    calibrate: Callable[[Classifier, Batches], dict[str, float]]
    answers: Callable[[Classifier, Sequence[Batch]], dict[str, Tensor]]


def trained_head(
    run: Run, base: Base, lesson: Callable[[PreTrainedModel], Lesson], place: Path, say: Say, *, allow_drift: bool
) -> tuple[Classifier, HeadSpec]:
    """A head trained on `base` as it was saved in `place`: trained now, or on from where a stopped run was, if need be.

    `lesson` is told the trunk as it is, where there is something to train. Raises InputError where there is nothing to
    learn, and Interrupted on Ctrl-C after saving a checkpoint.
    """
    if not (place / "training.json").exists():
        keep_freed_memory()
        trunk = head_folder.load_trunk(base)
        _train(run, base, trunk, lesson(trunk), place, say, allow_drift)
    return head_folder.load(place / "model", base)


def _train(
    run: Run, base: Base, trunk: PreTrainedModel, lesson: Lesson, place: Path, say: Say, allow_drift: bool
) -> None:
    check_examples(lesson.learning)
    check_examples(lesson.choosing, "validate with")
    settings, threads = lesson.settings, take_threads(lesson.settings)
    model = _opened(trunk, lesson, run.recipe.seed)
    budget = settings.micro_tokens or MICRO_TOKENS
    layout, reason = layout_of(model, lesson.learning, budget, lesson.pad)
    if reason:
        say(f"The texts of {lesson.name} are laid out the slower way: {reason}")
    model.freeze_idle(layout(lesson.learning[:1])[0])
    method = lesson.teach(model, layout)
    say(method.said)
    with same_bits(threads):
        lesson.fit(model, layout)
    start = fingerprints(model)
    identity = {
        "run": run.digest,
        "base": base.digests.combined,
        "layout": f"{type(layout).__name__} of {budget} tokens",
    }
    result = learn(
        model,
        method.source,
        method.loss,
        settings,
        seed=run.recipe.seed,
        folder=place,
        identity=identity | dict(method.identity),
        validate=method.validate,
        allow_drift=allow_drift,
    )
    check_adapter(model, start)
    weights = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    calibration = lesson.calibrate(model, layout)
    head_folder.save(model, lesson.spec, place / "model", base, manifest_of(run, base, "", {}))
    _check_saved(model, lesson, layout(lesson.choosing[:_LOOKED_AT]), place / "model", base)
    say(f"Checked: saved and loaded again, {lesson.name} answers as it was trained")
    about = {
        "method": settings.method,
        "trained_weights": weights,
        "examples": len(groups(lesson.learning)),
        "threads": threads,
        "versions": versions(),
    }
    write_json(place / "training.json", asdict(result) | calibration | about)
    shutil.rmtree(place / "checkpoints", ignore_errors=True)


def _opened(trunk: PreTrainedModel, lesson: Lesson, seed: int) -> Classifier:
    """The base with what the recipe trains of it, under a new head, in training mode."""
    no_dropout(trunk)
    ready: PreTrainedModel | PeftModel = trunk
    train, spec = lesson.settings, lesson.spec
    if train.method == "lora":
        task_type = "CAUSAL_LM" if spec.pooling is None else "FEATURE_EXTRACTION"
        ready = lora.attach(trunk, train.lora, seed=seed, layers=train.layers, task_type=task_type)
    else:
        full.unfreeze(trunk, train)
        # Decay moves every row, also those whose token no text holds.
        if not train.weight_decay:
            learn_rows(trunk, (token for example in lesson.learning for token in example.tokens[:-1]))
    return Classifier(ready, spec.kind, len(spec.labels), spec.pooling, seed=seed).train()


def _check_saved(model: Classifier, lesson: Lesson, layout: Sequence[Batch], folder: Path, base: Base) -> None:
    """Raise FinewrightError, and remove the folder, where what was saved does not answer as what was trained."""
    trained = lesson.answers(model.eval(), layout)
    stored = lesson.answers(head_folder.load(folder, base)[0], layout)
    apart = max(float((stored[name] - answer).abs().max()) for name, answer in trained.items())
    # Written so that NaN fails.
    if not apart <= _CLOSE:
        shutil.rmtree(folder)
        raise FinewrightError(
            f"{lesson.name}, saved and loaded again, does not answer as it was trained: a figure is {apart:.1g} away",
            remedy="report this as a fault of finewright, with the versions that `finewright doctor` shows",
        )


def room_of(base: Base, trunk: PreTrainedModel) -> int:
    """How many tokens of a text fit the base; a decoder lays out one more, which stands for what the head says."""
    return base.context - (1 if base.kind == "decoder" else first_position(trunk))
