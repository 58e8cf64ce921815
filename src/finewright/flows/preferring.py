"""Preferences and feedback as a way to learn: the reference's log-probabilities, computed once and kept, and the loss.

Joins the losses of the training room to a run; knows no arms and no report.
"""

from collections.abc import Mapping, Sequence

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.files import digest_json, read_json, write_json
from finewright.base.progress import progress
from finewright.base.recipe_objective import objective_of
from finewright.flows.folder import RunFolder
from finewright.flows.learning import versions
from finewright.flows.method import Material, Method, Teach
from finewright.flows.opening import opened
from finewright.flows.prepare import Prepared
from finewright.model.batch import Batches, Example
from finewright.train.epochs import Epochs
from finewright.train.feedback import FeedbackLoss, KtoSteps, Reference, answers_in, feedback_validation
from finewright.train.figures import Noticing
from finewright.train.preference import REFERENCED, PairLoss, pairs_in, reference_log_probs
from finewright.train.validation import validation_loss


def preferring(prepared: Prepared, folder: RunFolder) -> Teach:
    """The recipe's loss on pairs (dpo, ipo, orpo, simpo) or on rated answers (kto)."""
    objective = objective_of(prepared.recipe.train, prepared.task.kind)

    def teach(model: PreTrainedModel | PeftModel, given: Material, batches: Batches) -> Method:
        reference: dict[str, float] = {}
        if objective in REFERENCED:
            reference = _reference(model, [*given.learning, *given.choosing], batches, folder, prepared.digest)
        taught = _rated if objective == "kto" else _paired
        return taught(prepared, objective, reference, model, given, batches)

    return teach


def _paired(
    prepared: Prepared,
    objective: str,
    reference: Mapping[str, float],
    model: PreTrainedModel | PeftModel,
    given: Material,
    batches: Batches,
) -> Method:
    settings = prepared.recipe.train
    loss = PairLoss(objective, settings.preference, reference)
    source = Epochs(given.learning, settings, prepared.recipe.seed, batches, pairs_in)
    return Method(
        Noticing(source, loss.noticed),
        loss,
        validate=lambda: validation_loss(model, given.choosing, batches, loss, pairs_in),
        said=f"Learning from {len(given.learning) // 2} pairs by {objective}: {source.total} steps of {settings.batch}",
    )


def _rated(
    prepared: Prepared,
    objective: str,
    reference: Mapping[str, float],
    model: PreTrainedModel | PeftModel,
    given: Material,
    batches: Batches,
) -> Method:
    settings, seed = prepared.recipe.train, prepared.recipe.seed
    rows = [*prepared.learning, *prepared.choosing]
    loss = FeedbackLoss(settings.preference, reference, {row.id: bool(row.desirable) for row in rows})
    before = _as_before(prepared, model, batches)
    source = KtoSteps(
        Epochs(given.learning, settings, seed, batches, answers_in),
        given.learning,
        loss,
        model,
        batches,
        before,
        seed,
        given.limit,
    )
    return Method(
        Noticing(source, loss.noticed),
        loss,
        validate=lambda: feedback_validation(model, given.choosing, batches, loss, before, given.limit),
        said=f"Learning from {len(given.learning)} rated answers by {objective}: "
        f"{source.total} steps of {settings.batch}",
    )


def _as_before(prepared: Prepared, model: PreTrainedModel | PeftModel, batches: Batches) -> Reference:
    """What the model before training makes of any examples: that without its new adapter, or a frozen copy."""
    if isinstance(model, PeftModel) and prepared.recipe.train.start is None:

        def without(examples: Sequence[Example]) -> Mapping[str, float]:
            with model.disable_adapter():
                return reference_log_probs(model, examples, batches)

        return without
    copy = opened(prepared.recipe, prepared.base).requires_grad_(False)
    return lambda examples: reference_log_probs(copy, examples, batches)


def _reference(
    model: PreTrainedModel | PeftModel, examples: Sequence[Example], batches: Batches, folder: RunFolder, run: str
) -> dict[str, float]:
    """The log-probabilities of all answers before training, read where they are kept already.

    The model is as training begins: the base beside a new adapter, or beside the one that training goes on from.
    """
    identity = digest_json([run, versions(), [[one.id, one.tokens] for one in examples]])
    kept = read_json(folder.reference) if folder.reference.exists() else {}
    if kept.get("identity") == identity:
        found: dict[str, float] = kept["log_probs"]
        return found
    with progress("Reference", len(examples), "answers") as advance:
        found = reference_log_probs(model, examples, batches, advance)
    write_json(folder.reference, {"identity": identity, "log_probs": found})
    return found
