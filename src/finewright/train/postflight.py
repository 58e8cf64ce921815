"""What must hold of a trained adapter before it is saved, and after. Knows weights and scores; no loop, no files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from finewright.base.errors import FinewrightError
from finewright.train.weights import fingerprints, trainable

_STARTS_AT_ZERO = "lora_B"
_TOLERANCE = 1e-3
"""Nats per token. Rounding in fp32 stays a hundred times below; a wrong scale or a lost matrix lies far above."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The natural log of the probability of an answer of `tokens` tokens, from four computations; `record` says where.

    trained   the model as training left it
    merged    the same with the adapter merged into the base's weights; None where there is no adapter
    served    what was saved, loaded anew and served by the engine
    base      the engine with the base as it was
    """

    record: str
    tokens: int
    trained: float
    merged: float | None
    served: float
    base: float


def check_scores(found: Sequence[Scores]) -> None:
    """Raises FinewrightError where merged or served scores are not the trained ones, or the served are the base's."""
    for one in found:
        for how, score in (("merged into the base", one.merged), ("saved, loaded and served", one.served)):
            # Written so that NaN fails.
            if score is not None and not abs(score - one.trained) <= _TOLERANCE * one.tokens:
                raise FinewrightError(
                    f"the adapter {how} does not answer as it was trained: the log-probability of the answer in "
                    f"{one.record} is {score:.4f} and was {one.trained:.4f}",
                    remedy="report this as a fault of finewright, with the versions that `finewright doctor` shows",
                )
    if found and all(one.served == one.base for one in found):
        raise FinewrightError(
            "the saved adapter answers exactly like the base: it is loaded without effect",
            remedy="report this as a fault of finewright, with the versions that `finewright doctor` shows",
        )


def check_adapter(model: nn.Module, start: Mapping[str, tuple[float, float]]) -> None:
    """Raises FinewrightError where a trained weight is NaN or infinite, or where nothing moved.

    `start` is what `fingerprints` gave before training: it began with a new adapter or with one to go on from.
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
    grown = [weight.any() for name, weight in weights.items() if _STARTS_AT_ZERO in name]
    if grown and not any(grown):
        raise FinewrightError(
            "the trained adapter equals the base: no weight moved",
            remedy="raise `train.learning_rate` or `train.epochs` and run again",
        )
    if fingerprints(model) == start:
        raise FinewrightError(
            "the trained weights equal those that training began with: no weight moved",
            remedy="raise `train.learning_rate` or `train.epochs` and run again",
        )
