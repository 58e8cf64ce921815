"""Supervised training under differential privacy: the way to learn, its secret key, and what it costs.

The guarantee is of the trained weights and of single training rows: to whoever has the weights, the odds that a row was
among them change by a factor of exp(epsilon) at most, but for delta. It takes the number of rows as known. It is not of
the run folder, whose log tells of rows, nor of what chose the settings. The manifest beside the weights names data by
digests under a key (flows/lineage.py). Validation rows choose the weights and stand outside it.
"""

from dataclasses import asdict, dataclass
from typing import Any

from peft import PeftModel
from transformers import PreTrainedModel

from finewright.base.errors import FinewrightError
from finewright.base.files import digest_bytes
from finewright.flows.folder import RunFolder
from finewright.flows.method import Material, Method, Teach
from finewright.flows.prepare import Prepared
from finewright.model.batch import Batches
from finewright.privacy.own_key import make_key
from finewright.train.accounting import epsilon_of, multiplier_for
from finewright.train.figures import Noticing
from finewright.train.private import PrivateLoss, PrivateSteps
from finewright.train.validation import validation_loss


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What holds of one training row more or less: (epsilon, delta) after all `steps` planned.

    Fewer may have been taken; their cost is not told, since when to stop was chosen by looking.
    """

    epsilon: float
    delta: float
    multiplier: float
    clip: float
    rate: float
    steps: int

    @property
    def said(self) -> str:
        """In words."""
        return (
            f"({self.epsilon:.2f}, {self.delta:.1e})-differential privacy of single training rows (noise of "
            f"{self.multiplier:.2f} times the norm of {self.clip:g} that an example may have, in {self.steps} steps)"
        )


def guarantee_of(prepared: Prepared, rows: int) -> Guarantee:
    """What the recipe's `train.dp` comes to for so many examples. Raises InputError where no noise is enough."""
    settings, private = prepared.recipe.train, prepared.recipe.train.dp
    assert private.epsilon is not None
    rate, steps = min(1.0, settings.batch / rows), -(-rows // settings.batch) * settings.epochs
    delta = private.delta or 1 / (10 * rows)
    multiplier = multiplier_for(private.epsilon, delta, rate, steps)
    return Guarantee(epsilon_of(multiplier, delta, rate, steps), delta, multiplier, private.clip, rate, steps)


def privately(prepared: Prepared, folder: RunFolder) -> Teach:
    """Every supervised token of the examples, each example by itself, under the recipe's guarantee."""

    def teach(model: PreTrainedModel | PeftModel, given: Material, batches: Batches) -> Method:
        guarantee = guarantee_of(prepared, len(given.learning))
        make_key(folder.noise)
        key = folder.noise.read_bytes()
        loss = PrivateLoss(guarantee.clip, guarantee.multiplier, key)
        settings = prepared.recipe.train
        source = Noticing(PrivateSteps(given.learning, settings, key, given.pad), loss.noticed)
        before = validation_loss(model, given.choosing, batches)

        def usable() -> None:
            if not validation_loss(model, given.choosing, batches) < before:
                raise FinewrightError(
                    f"under {guarantee.said}, the adapter predicts the validation rows no better than the base",
                    remedy="give more training rows, a larger `train.batch` or `train.dp.epsilon`, or leave `dp` out",
                )

        return Method(
            source,
            loss,
            validate=lambda: validation_loss(model, given.choosing, batches),
            said=f"Training on {len(given.learning)} examples under {guarantee.said}",
            identity={"noise": digest_bytes(key)},
            check=usable,
            told=_told(guarantee),
        )

    return teach


def _told(guarantee: Guarantee) -> dict[str, Any]:
    return {"dp": asdict(guarantee) | {"said": guarantee.said}}
