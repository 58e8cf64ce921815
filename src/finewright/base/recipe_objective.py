"""What the tuned arm learns from, worked out from recipe and data, and the rules between an objective and other keys.

Reads the document as written, as `base/recipe_rules.py` does; what hangs on the data is told when they are read.
"""

from pathlib import Path
from typing import Any

from finewright.base.errors import InputError
from finewright.base.recipe_train import Train
from finewright.base.records import TaskKind
from finewright.base.yaml_lines import Document, KeyPath

OF_PAIRS = ("dpo", "ipo", "orpo", "simpo")
OF_FEEDBACK = ("kto",)
OF_REWARDS = ("grpo", "rloo", "ppo")
MAKING_EXAMPLES = (*OF_FEEDBACK, *OF_REWARDS)
"""Objectives that make examples of their own while they learn: mismatched answers, rollouts."""

_NEEDS_PATH = {"model": "the folder of a reward model", "python": "the file with the function"}


def objective_of(settings: Train, kind: TaskKind) -> str:
    """The recipe's objective; `auto` goes by the kind of the data.

    Raises InputError where data of this kind cannot be learned from in that way.
    """
    usual = {"preferences": "dpo", "feedback": "kto"}.get(kind, "answers")
    asked = settings.objective if settings.objective != "auto" else usual
    fitting = {"preferences": OF_PAIRS, "feedback": OF_FEEDBACK, "documents": ("answers",)}
    allowed = fitting.get(kind, ("answers", "distil", *OF_REWARDS))
    if asked not in allowed:
        raise InputError(
            f"train.objective: {asked} cannot learn from {_DATA.get(kind, 'answers')}",
            remedy=f"write {' or '.join(allowed)}, or leave it out",
        )
    return asked


_DATA = {"preferences": "preferences", "feedback": "feedback", "documents": "documents"}


def objective_faults(document: Document, folder: Path) -> list[InputError]:
    """All breaches, in no order; paths are taken from `folder`, the recipe's own."""
    return [*_no_replay(document), *_no_margin(document), *_rewards(document, folder)]


def _no_replay(document: Document) -> list[InputError]:
    """General examples are learned token by token, which does not add up with whole pairs or rollouts."""
    objective = document.get("train", "objective")
    if objective not in (*OF_PAIRS, *OF_FEEDBACK, *OF_REWARDS, "distil"):
        return []
    asked = [key for key in ("file", "self_generated") if document.get("train", "replay", key) is not None]
    return [
        _fault(
            document,
            ("train", "replay", key),
            f"does not go with objective: {objective}",
            "leave it out: these objectives hold to the base by themselves",
        )
        for key in asked
    ]


def _no_margin(document: Document) -> list[InputError]:
    """Settings of `train.preference` that the objective does not read."""
    objective = document.get("train", "objective")
    read_by = {
        "margin": ("simpo",),
        "smoothing": ("auto", "dpo"),
        "length_normalised": ("auto", "dpo"),
        "desirable": ("auto", "kto"),
        "undesirable": ("auto", "kto"),
    }
    return [
        _fault(document, ("train", "preference", key), f"is not read by objective: {objective}", "leave it out")
        for key, readers in read_by.items()
        if document.get("train", "preference", key) is not None and (objective or "auto") not in readers
    ]


def _rewards(document: Document, folder: Path) -> list[InputError]:
    rewards: Any = document.get("train", "reinforce", "rewards")
    if not isinstance(rewards, list):
        return []
    faults = []
    for number, part in enumerate(rewards):
        scorer, path = (part.get("scorer"), part.get("path")) if isinstance(part, dict) else (None, None)
        if scorer in _NEEDS_PATH and not isinstance(path, str):
            what = f"reward {number + 1} ({scorer}) names no path"
            faults.append(_fault(document, ("train", "reinforce", "rewards"), what, f"add path: {_NEEDS_PATH[scorer]}"))
        elif isinstance(path, str) and not (folder / Path(path).expanduser()).exists():
            what = f"reward {number + 1} names {path!r}, which is not there"
            faults.append(
                _fault(document, ("train", "reinforce", "rewards"), what, "paths are relative to the recipe's folder")
            )
    return faults


def _fault(document: Document, key: KeyPath, what: str, remedy: str) -> InputError:
    return InputError(f"{'.'.join(key)}: {what}", place=document.place(key), remedy=remedy)
