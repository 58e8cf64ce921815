"""What must hold of a trained adapter before it is saved. Knows the model's weights; no loop, no files."""

from torch import nn

from finewright.base.errors import FinewrightError
from finewright.train.weights import trainable

_STARTS_AT_ZERO = "lora_B"


def check_adapter(model: nn.Module) -> None:
    """Raises FinewrightError where a trained weight is NaN or infinite, or where the adapter never moved.

    LoRA begins with every B matrix at zero (Hu et al. 2021, section 4.1), so an adapter whose B matrices are all
    zero is the base model under another name.
    """
    weights = trainable(model)
    broken = [name for name, weight in weights.items() if not weight.isfinite().all()]
    if broken:
        raise FinewrightError(
            f"the trained adapter holds NaN or infinite values ({len(broken)} weights, the first {broken[0]})",
            remedy="lower `train.learning_rate` and run again",
        )
    if not any(weight.any() for name, weight in weights.items() if _STARTS_AT_ZERO in name):
        raise FinewrightError(
            "the trained adapter equals the base: no weight moved",
            remedy="raise `train.learning_rate` or `train.epochs` and run again",
        )
