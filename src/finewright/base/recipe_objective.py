"""What the tuned arm learns from, worked out from recipe and data, and the rules between an objective and other keys.

Reads the document as written, as `base/recipe_rules.py` does; what hangs on the data is told when they are read.
"""

import stat
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any, get_args

from finewright.base.errors import InputError
from finewright.base.places import located, mode_at
from finewright.base.recipe_train import Train
from finewright.base.records import TaskKind
from finewright.base.yaml_lines import Document

OF_PAIRS = ("dpo", "ipo", "orpo", "simpo")
OF_FEEDBACK = ("kto",)
OF_REWARDS = ("grpo", "rloo", "ppo")
MAKING_EXAMPLES = (*OF_FEEDBACK, *OF_REWARDS)
"""Objectives that make examples of their own while they learn: mismatched answers, rollouts."""

_READERS = {
    "dp": ("auto", "answers"),  # preferences compare examples, rollouts come of them: neither has one row's gradient
    "replay": ("auto", "answers"),  # learned token by token, which does not add up with whole pairs or rollouts
    "preference": ("auto", *OF_PAIRS, *OF_FEEDBACK),
    "preference.margin": ("simpo",),
    "preference.smoothing": ("auto", "dpo"),
    "preference.length_normalised": ("auto", "dpo"),
    "preference.desirable": ("auto", "kto"),
    "preference.undesirable": ("auto", "kto"),
    "reinforce": OF_REWARDS,
    "reinforce.scale": ("grpo", "ppo"),
    "reinforce.normalise": ("grpo", "ppo"),
    "reinforce.value_weight": ("ppo",),
    "reinforce.discount": ("ppo",),
    "reinforce.smoothing": ("ppo",),
    "distil": ("distil",),
}
"""Which objectives read a section of `train`, and which of these a key of it that not all of them read."""

_OBJECTIVES = get_args(Train.model_fields["objective"].annotation)
_USUAL = Train()

_NEEDS_PATH = {"model": "the folder of a reward model", "python": "the file with the function"}
_OF_SCORERS = {
    "path": tuple(_NEEDS_PATH),
    "function": ("python",),
    "seconds": ("python",),
    "rubric": ("judge",),
    "criterion": ("judge",),
}
"""Which scorers read a key of a reward that not all of them read."""


def objective_of(settings: Train, kind: TaskKind) -> str:
    """The recipe's objective; `auto` goes by the kind of the data.

    Raises InputError where data of this kind cannot be learned from in that way, or the recipe sets what that way does
    not read.
    """
    usual = {"preferences": "dpo", "feedback": "kto"}.get(kind, "answers")
    asked = settings.objective if settings.objective != "auto" else usual
    fitting = {"preferences": OF_PAIRS, "feedback": OF_FEEDBACK, "documents": ("answers",)}
    allowed = fitting.get(kind, ("answers", "distil", *OF_REWARDS))
    if asked not in allowed:
        raise InputError(
            f"train.objective: {asked} cannot learn from {kind if kind in fitting else 'answers'}",
            remedy=f"write {' or '.join(allowed)}, or leave it out",
        )
    if settings.dp.on and kind == "documents":
        raise InputError(
            "train.dp does not go with documents, of which one is many examples", remedy="leave `train.dp` out"
        )
    for key, readers in _READERS.items():
        if asked not in readers and _value(settings, key) != _value(_USUAL, key):
            raise InputError(_unread(key, asked), remedy=_choose(readers))
    return asked


def objective_faults(document: Document, folder: Path) -> list[InputError]:
    """All breaches, in no order; paths are taken from `folder`, the recipe's own."""
    return [*_not_read(document), *_rewards(document, folder), *_not_private(document)]


def _not_read(document: Document) -> list[InputError]:
    """Sections and keys that the objective does not read; of a section that it does not read, the section alone."""
    objective = document.get("train", "objective") or "auto"
    if objective not in _OBJECTIVES:
        return []  # a fault of its own
    unread = [key for key, readers in _READERS.items() if objective not in readers]
    return [
        InputError(
            _unread(key, objective), place=document.place(("train", *key.split("."))), remedy=_choose(_READERS[key])
        )
        for key in unread
        if document.get("train", *key.split(".")) is not None and key.partition(".")[0] not in set(unread) - {key}
    ]


_UNBOUND = {
    "method": (("full",), "is of an adapter's gradients", "write method: lora"),
    "gradient_checkpointing": ((True,), "goes backward twice through an example", "leave it out"),
    "replay.file": (None, "would have to hold for replayed rows", "leave replay out"),
    "replay.self_generated": (None, "would have to hold for replayed rows", "leave replay out"),
}
"""Keys of `train` that do not go with `dp`: the values that do not (None: any), why, and what to do."""


def _not_private(document: Document) -> list[InputError]:
    """Settings under which the bound of `train.dp` would not hold, or could not be kept."""
    if document.get("train", "dp", "epsilon") is None:
        return []
    found = {key: document.get("train", *key.split(".")) for key in _UNBOUND}
    return [
        InputError(
            f"train.{key} does not go with train.dp, which {why}",
            place=document.place(("train", *key.split("."))),
            remedy=remedy,
        )
        for key, (values, why, remedy) in _UNBOUND.items()
        if found[key] is not None and (values is None or found[key] in values)
    ]


def _unread(key: str, objective: str) -> str:
    return f"train.{key} does not go with objective: {objective}"


def _choose(readers: Sequence[str]) -> str:
    return f"leave it out, or write objective: {' or '.join(name for name in readers if name != 'auto')}"


def _rewards(document: Document, folder: Path) -> list[InputError]:
    rewards: Any = document.get("train", "reinforce", "rewards")
    parts = enumerate(rewards) if isinstance(rewards, list) else ()
    return [
        InputError(f"train.reinforce.rewards: reward {number + 1} {what}", place=place, remedy=remedy)
        for number, part in parts
        if isinstance(part, dict)
        for key, what, remedy in _reward_faults(part, folder)
        for place in [document.place(("train", "reinforce", "rewards", str(number), key))]
    ]


def _reward_faults(part: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, str, str]]:
    """The key at fault, what is wrong with it, and the remedy."""
    scorer, path = part.get("scorer"), part.get("path")
    if scorer in _NEEDS_PATH and "path" not in part:
        yield "scorer", f"({scorer}) names no path", f"add path: {_NEEDS_PATH[scorer]}"
    for key, readers in _OF_SCORERS.items():
        if isinstance(scorer, str) and key in part and scorer not in readers:
            yield key, f"({scorer}) does not read {key}", f"leave it out; it is for scorer: {' or '.join(readers)}"
    if isinstance(path, str) and scorer in _NEEDS_PATH:
        mode = mode_at(located(path, folder))
        if mode is None:
            yield "path", f"names {path!r}, which is not there", "paths are relative to the recipe's folder"
        elif scorer == "python" and stat.S_ISDIR(mode):
            yield "path", f"names the folder {path!r}", f"name {_NEEDS_PATH['python']}"


def _value(settings: Train, key: str) -> Any:
    return reduce(getattr, key.split("."), settings)
