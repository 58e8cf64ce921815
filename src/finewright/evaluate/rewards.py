"""Rewards of answers: the scorers of evaluation as numbers, several of them weighed and added up.

What a reward has to ask, the base as a judge or a reward model, is handed in; a function of the user's own runs in a
process of its own (`own_function.py`). Knows no tokens and no training.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import FinewrightError, InputError
from finewright.base.protocols import Scorer
from finewright.base.recipe import Style
from finewright.base.recipe_judge import Criterion
from finewright.base.recipe_train import RewardPart
from finewright.base.records import Completion, CompletionRequest, Message, Record
from finewright.evaluate.judge.asking import Reply, about_one, read, request_of
from finewright.evaluate.own_function import OwnFunction
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.scorers.length import length
from finewright.evaluate.scorers.style import style_scorer
from finewright.evaluate.task import Task

Reward = Callable[[Sequence[Record], Sequence[str]], Sequence[float]]
"""Records and one answer to each -> a number for each."""

Ask = Callable[[Sequence[CompletionRequest]], Sequence[Completion]]
"""A completer's `complete`."""

Likes = Callable[[Sequence[tuple[Sequence[Message], str]]], Sequence[float]]
"""Answers behind their conversations -> how much a reward model likes each."""

_SCORED = {"valid": "validity", "fields": "fields", "length": "length", "style": "rules"}
"""The part of a scorer that is the reward."""

_KINDS = {"valid": ("classes", "labels", "json"), "fields": ("json",)}


@dataclass(frozen=True, slots=True)
class Part:
    """One reward by its name, and what it counts in the sum."""

    name: str
    weight: float
    reward: Reward


class Rewards:
    """Several rewards of the same answers; equal answers to a record are judged once."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)

    def __call__(self, records: Sequence[Record], answers: Sequence[str]) -> list[dict[str, float]]:
        """Each answer's rewards by name, unweighed. Raises what a reward raises."""
        pairs = [(record.id, answer) for record, answer in zip(records, answers, strict=True)]
        distinct = dict(zip(pairs, records, strict=True))
        of, said = list(distinct.values()), [answer for _, answer in distinct]
        found = {part.name: dict(zip(distinct, _finite(part, of, said), strict=True)) for part in self._parts}
        return [{name: values[pair] for name, values in found.items()} for pair in pairs]

    def total(self, rewards: Mapping[str, float]) -> float:
        """The weighted sum of one answer's rewards."""
        return sum(part.weight * rewards[part.name] for part in self._parts)


def _finite(part: Part, records: Sequence[Record], answers: Sequence[str]) -> list[float]:
    """The part's rewards. Raises FinewrightError where one is no number to learn from."""
    values = list(part.reward(records, answers))
    for record, value in zip(records, values, strict=True):
        if not math.isfinite(value):
            raise FinewrightError(
                f"the reward {part.name} of an answer to {record.source}:{record.line} is {value}",
                remedy="mend it, or leave it out of `train.reinforce.rewards`",
            )
    return values


def rewards_of(
    parts: Sequence[RewardPart],
    task: Task,
    style: Style,
    *,
    ask: Ask,
    likes: Callable[[Path], Likes],
    criteria: Sequence[Criterion] = (),
) -> Rewards:
    """The recipe's rewards. `ask` is the base's own completer, for a judge who goes by `criteria` or by a question of
    the reward's own, and `likes` opens a reward model's folder.

    Raises InputError where a reward does not fit the task, nothing is rewarded, or a user's function cannot be loaded.
    """
    check_rewards(parts, task, style)
    names = _names(parts)
    return Rewards(
        [
            Part(name, part.weight, _reward(part, task, style, ask, likes, criteria))
            for name, part in zip(names, parts, strict=True)
        ]
    )


def check_rewards(parts: Sequence[RewardPart], task: Task, style: Style) -> None:
    """Raise InputError for the first reward that does not fit the task, or where nothing is rewarded."""
    for part in parts:
        if task.kind not in _KINDS.get(part.scorer, (task.kind,)):
            raise InputError(
                f"train.reinforce.rewards: {part.scorer} does not fit answers of the kind {task.kind}",
                remedy=f"it is for {' and '.join(_KINDS[part.scorer])}; take another scorer",
            )
        if part.scorer == "style" and not style.rules:
            raise InputError(
                "train.reinforce.rewards: style has no rules to go by", remedy="write some under `evaluate.style`"
            )
    if not any(part.weight for part in parts):
        raise InputError("train.reinforce.rewards: every weight is 0", remedy="give one reward a weight")


def _names(parts: Sequence[RewardPart]) -> list[str]:
    """The scorer's name, with a number from its second use on."""
    met: Counter[str] = Counter()
    names = []
    for part in parts:
        met[part.scorer] += 1
        names.append(part.scorer if met[part.scorer] == 1 else f"{part.scorer} {met[part.scorer]}")
    return names


def _reward(
    part: RewardPart, task: Task, style: Style, ask: Ask, likes: Callable[[Path], Likes], criteria: Sequence[Criterion]
) -> Reward:
    match part.scorer:
        case "python":
            return OwnFunction(_path(part), part.function, part.seconds)
        case "model":
            return _liked(likes(_path(part)))
        case "judge":
            return _judged(ask, _criterion(part, criteria))
        case "style":
            return _scored(style_scorer(style), _SCORED["style"])
        case "length":
            return _scored(length(), _SCORED["length"])
        case _:
            return _scored(scorer_for(task), _SCORED.get(part.scorer))


def _path(part: RewardPart) -> Path:
    if part.path is None:
        raise InputError(f"train.reinforce.rewards: {part.scorer} names no path", remedy="add a `path` to it")
    return part.path


def _scored(scorer: Scorer, part: str | None) -> Reward:
    """A scorer's named part as a reward; None: whether the answer is right."""

    def reward(records: Sequence[Record], answers: Sequence[str]) -> list[float]:
        scores = [scorer(answer, record) for record, answer in zip(records, answers, strict=True)]
        return [float(score.correct) if part is None else score.parts[part] for score in scores]

    return reward


def _liked(likes: Likes) -> Reward:
    def reward(records: Sequence[Record], answers: Sequence[str]) -> Sequence[float]:
        return likes([(record.messages, answer) for record, answer in zip(records, answers, strict=True)])

    return reward


def _judged(ask: Ask, criterion: Criterion) -> Reward:
    """How high the base puts an answer on the criterion's scale, by the probabilities of its levels."""

    def reward(records: Sequence[Record], answers: Sequence[str]) -> list[float]:
        asked = [about_one(record, answer, criterion) for record, answer in zip(records, answers, strict=True)]
        done = ask([request_of(question, written=False) for question in asked])
        return [_height(read(question, one), criterion) for question, one in zip(asked, done, strict=True)]

    return reward


def _criterion(part: RewardPart, criteria: Sequence[Criterion]) -> Criterion:
    """The criterion that the reward names, or its own rubric as a question of yes or no."""
    named = next((one for one in criteria if one.name == part.criterion), None)
    if part.criterion is not None and named is None:
        raise InputError(
            f"train.reinforce.rewards: there is no criterion {part.criterion!r}",
            remedy="add it to `evaluate.judge.criteria`",
        )
    return named or Criterion(name="rubric", question=part.rubric)


def _height(reply: Reply, criterion: Criterion) -> float:
    """Raises FinewrightError for a reply that says nothing: what is inconclusive is no reward."""
    height = reply.height(len(criterion.levels))
    if height is None:
        *others, last = criterion.levels
        raise FinewrightError(
            f"the judge gives neither {', '.join(others)} nor {last} any probability",
            remedy="word its question so that these are its answers, or take another reward",
        )
    return height
