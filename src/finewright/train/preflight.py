"""What must hold before the first step: checks that take milliseconds and stop what would fail silently.

Knows tokenised examples and trainable weights; no loop, no files.
"""

from collections.abc import Sequence

import torch
from torch import nn

from finewright.base.errors import FinewrightError, InputError
from finewright.model.batch import Example, Step
from finewright.train.weights import trainable

_NAMED = 3


def check_examples(examples: Sequence[Example], purpose: str = "train on") -> None:
    """Raises InputError where there are no examples for the purpose, or where one has nothing to learn."""
    if not examples:
        raise InputError(f"there are no examples to {purpose}", remedy="add rows to the data files")
    empty = [example.id for example in examples if not example.targets]
    if empty:
        raise InputError(
            f"{len(empty)} of {len(examples)} examples have no supervised token (record {_list(empty)})",
            remedy="give each a non-empty answer, and raise `train.max_length` where truncation removed it",
        )


def check_lengths(examples: Sequence[Example], limit: int) -> None:
    """Raises InputError where an example is longer than `limit` tokens, which the base would read past its end."""
    long = [example.id for example in examples if len(example.tokens) > limit]
    if long:
        raise InputError(
            f"{len(long)} of {len(examples)} examples are longer than {limit} tokens (record {_list(long)})",
            remedy="set `data.too_long` to truncate or drop",
        )


def check_step(step: Step, examples: Sequence[Example]) -> None:
    """Raises FinewrightError where a step learns more or fewer tokens than its examples have supervised ones.

    Fewer come of masking padding by its id: where the base pads with the token that ends an answer, every answer
    loses its end, and the loss looks healthy.
    """
    targets = {example.id: example.targets for example in examples}
    wanted = sum(targets[name] for batch in step.batches for name in batch.ids)
    learned = sum(float(batch.weight.sum()) for batch in step.batches)
    if learned != wanted or step.weight != wanted:
        raise FinewrightError(
            f"the first step would learn {learned:g} tokens and divide by {step.weight:g}, "
            f"where its examples have {wanted} supervised",
            remedy="report this as a fault of finewright, with the recipe",
        )


def check_trainable(model: nn.Module) -> None:
    """Raises FinewrightError where nothing is trainable, or where a trainable weight is of less than fp32.

    In half precision an update of a thousandth of a weight rounds to nothing, and the loss curve does not tell.
    """
    weights = trainable(model)
    if not weights:
        raise FinewrightError("the model has no trainable weight", remedy="attach an adapter before training")
    narrow = [name for name, weight in weights.items() if torch.finfo(weight.dtype).bits < 32]
    if narrow:
        raise FinewrightError(
            f"{len(narrow)} trainable weights are in less than 32 bits ({_list(narrow)})",
            remedy="keep the adapter in float32",
        )


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
