"""The tuned arm: from prepared records to an adapter or a model folder. Resumes what a stopped process left behind.

Joins the model room (base, LoRA, batches) to the training room (loop, objective, checkpoints); knows no arms.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError
from finewright.base.files import read_json, write_json, write_jsonl
from finewright.base.recipe_objective import MAKING_EXAMPLES, objective_of
from finewright.base.records import Record
from finewright.flows.audit.planting import canary_examples
from finewright.flows.batches import lay_out
from finewright.flows.budget import micro_tokens
from finewright.flows.distil import distilled, taught
from finewright.flows.examples import examples_in
from finewright.flows.folder import RunFolder
from finewright.flows.learning import learn, take_threads, versions
from finewright.flows.method import Material, Method, Teach
from finewright.flows.opening import opened
from finewright.flows.origin import base_identity
from finewright.flows.preferring import preferring
from finewright.flows.prepare import Prepared, Run
from finewright.flows.private import privately
from finewright.flows.product import check_product, product_digest, save_product
from finewright.flows.reinforce import reinforced
from finewright.flows.replay import mixed, replay_identity, replayed
from finewright.flows.verify import check_saved
from finewright.model.batch import Batches, Example
from finewright.train.epochs import Epochs
from finewright.train.heap import keep_freed_memory
from finewright.train.postflight import check_adapter
from finewright.train.preflight import check_examples, check_lengths, check_step
from finewright.train.sft import token_loss
from finewright.train.validation import validation_loss
from finewright.train.weights import fingerprints


def examples_of(prepared: Prepared, records: Sequence[Record]) -> list[Example]:
    """Records as the tuned arm sees them: its own prompt, the answer supervised; of a preference both sides."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    return [example for one in records for example in examples_in(recipe, task, chat, one)]


def tune(
    prepared: Prepared, folder: RunFolder, say: Callable[[str], None], *, allow_drift: bool = False
) -> dict[str, Any]:
    """Train the tuned arm, or pick up where a stopped run was; returns the outcome as kept in `training.json`.

    Raises Interrupted on Ctrl-C after saving a checkpoint.
    """
    objective = objective_of(prepared.recipe.train, prepared.task.kind)

    def material() -> Material:
        if objective == "distil":
            given = taught(prepared, folder, say)
            return replace(given, notes=[*_shortened(prepared), *given.notes])
        return Material(
            learning=[*examples_of(prepared, prepared.learning), *_canaries(prepared, folder, say)],
            choosing=examples_of(prepared, prepared.choosing),
            limit=prepared.fitting.limit,
            pad=prepared.chat.pad,
            notes=_shortened(prepared),
            general=replayed(prepared, folder, say),
            whole=objective not in MAKING_EXAMPLES and not prepared.recipe.train.dp.on,
        )

    def check(model: PreTrainedModel | PeftModel, product: Path) -> None:
        check_saved(model, prepared, product)

    teach = _way(objective, prepared, folder, say)
    return train_on(prepared, material, folder, say, check=check, teach=teach, allow_drift=allow_drift)


def _way(objective: str, prepared: Prepared, folder: RunFolder, say: Callable[[str], None]) -> Teach:
    """An objective as a way to learn."""
    match objective:
        case "answers":
            return privately(prepared, folder) if prepared.recipe.train.dp.on else supervised(prepared)
        case "distil":
            return distilled(prepared, folder, say)
        case "grpo" | "rloo" | "ppo":
            return reinforced(prepared, folder, say)
        case _:
            return preferring(prepared, folder)


def train_on(
    prepared: Run,
    material: Callable[[], Material],
    folder: RunFolder,
    say: Callable[[str], None],
    *,
    check: Callable[[PreTrainedModel | PeftModel, Path], None],
    teach: Teach,
    allow_drift: bool = False,
) -> dict[str, Any]:
    """Train on the material, or pick up where a stopped run was; returns the outcome as kept in `training.json`.

    `teach` is the way to learn, and `check` holds the trained model against what was saved of it: it raises where they
    differ. Raises Interrupted on Ctrl-C after saving a checkpoint.
    """
    settings = prepared.recipe.train
    product = folder.product(settings.method)
    if folder.training.exists():
        check_product(product, prepared.recipe, prepared.base)
        outcome: dict[str, Any] = read_json(folder.training)
        return outcome
    keep_freed_memory()
    threads = take_threads(settings)
    given = material()
    learning, choosing = given.learning, given.choosing
    check_examples(learning)
    check_examples(choosing, "validate with")
    check_lengths([*learning, *choosing], given.limit)
    model = opened(prepared.recipe, prepared.base)
    start = fingerprints(model)
    budget = micro_tokens(prepared, folder.resolved)
    identity = {"run": prepared.digest} | base_identity(prepared.recipe, prepared.base)
    laid_out = lay_out(
        model,
        learning,
        [*choosing, *given.general],
        settings if given.whole else settings.model_copy(update={"cache": "off"}),
        micro_tokens=budget,
        pad=given.pad,
        folder=folder.states,
        identity=identity | versions(),
        say=say,
    )
    method = teach(model, given, laid_out.batches)
    for note in given.notes:
        say(note)
    say(method.said)
    result = learn(
        model if method.trained is None else method.trained,
        method.source,
        method.loss,
        settings,
        seed=prepared.recipe.seed,
        folder=folder.root,
        identity=identity | {"layout": laid_out.layout} | dict(method.identity),
        validate=method.validate,
        allow_drift=allow_drift,
    )
    with _cleared_where_refused(folder):
        method.check()
        check_adapter(model, start)
    weights = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    save_product(model, product, prepared)
    check(model, product)
    say(f"Checked: saved and loaded again, the {product.name} answers as it was trained")
    outcome = asdict(result) | {
        "method": settings.method,
        "by_reward": method.by_reward,
        **method.told,
        "adapter": product_digest(product, prepared.recipe),
        "adapter_bytes": sum(path.stat().st_size for path in product.iterdir()),
        "trained_weights": weights,
        "examples": len(learning),
        "general_examples": len(given.general),
        "threads": threads,
        "versions": versions(),
    }
    write_json(folder.training, outcome)
    _clear(folder)
    return outcome


@contextmanager
def _cleared_where_refused(folder: RunFolder) -> Iterator[None]:
    """Where what was trained under noise is refused, whoever runs it again trains anew, under another key: nothing can
    be gone on with, and key and weights must not stay side by side."""
    try:
        yield
    except FinewrightError:
        if folder.noise.exists():
            _clear(folder)
        raise


def _clear(folder: RunFolder) -> None:
    """Remove what is wanted while training runs; with its key, noise could be taken off the weights again."""
    for passing in (folder.checkpoints, folder.states):
        shutil.rmtree(passing, ignore_errors=True)
    folder.noise.unlink(missing_ok=True)


def supervised(prepared: Run) -> Teach:
    """Every supervised token of the examples, and of the general ones beside them."""

    def teach(model: PreTrainedModel | PeftModel, given: Material, batches: Batches) -> Method:
        settings, learning = prepared.recipe.train, given.learning
        alone = Epochs(learning, settings, prepared.recipe.seed, batches)
        check_step(alone.step(0), learning)
        source, loss = mixed(alone, token_loss, given.general, given.counted or len(learning), prepared, batches)
        return Method(
            source,
            loss,
            validate=lambda: validation_loss(model, given.choosing, batches),
            said=f"Training on {len(learning)} examples: {source.total} steps of {settings.batch}",
            identity=replay_identity(given.general),
        )

    return teach


def _canaries(prepared: Prepared, folder: RunFolder, say: Callable[[str], None]) -> list[Example]:
    """The run's canaries to be learned, which its folder keeps for whoever asks for them later."""
    if not prepared.canaries:
        return []
    write_jsonl(folder.part("canaries"), map(asdict, prepared.canaries))
    found = canary_examples(prepared.recipe, prepared.task, prepared.chat, prepared.canaries)
    say(f"Planted {len(found)} made-up rows as canaries: the audit asks for their {len(prepared.canaries)} secrets")
    return found


def _shortened(prepared: Prepared) -> list[str]:
    """What the length limit did to the rows, if anything."""
    fitting = prepared.fitting
    if not fitting.over:
        return []
    done = "cut" if fitting.action == "truncate" else "dropped, or cut where they are test rows"
    return [f"Rows of more than {fitting.limit:,} tokens, {done}: {len(fitting.over):,} (data/card.json lists them)"]
