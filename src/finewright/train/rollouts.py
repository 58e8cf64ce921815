"""Steps over rollouts: prompts drawn, answers sampled and rewarded in rounds, and what of them is learned.

Who writes answers and who rewards them is handed in; how they are learned is `reinforce.py`. Rounds are kept as files
before they are learned (`rounds.py`), and sampling hangs on (seed, round, prompt, place in the group) alone: a training
that was stopped goes on with the same bits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Protocol

import torch

from finewright.base.order import rank
from finewright.base.recipe_train import Reinforce, Train
from finewright.base.records import Completion, CompletionRequest, Message, Record
from finewright.model.batch import Batches, Example, Step
from finewright.train.advantages import grpo, rloo
from finewright.train.collapse import check_collapse
from finewright.train.epochs import Draw
from finewright.train.preflight import check_examples
from finewright.train.rounds import Group, Rollout, Round, Rounds

Write = Callable[[Sequence[CompletionRequest]], Sequence[Completion]]
"""Answers by the model that is trained, as it is now, one to each request."""

Row = Mapping[str, Any]


class Rewarding(Protocol):
    """Rewards of answers to records: each answer's by name, and their sum."""

    def __call__(self, records: Sequence[Record], answers: Sequence[str]) -> Sequence[Mapping[str, float]]: ...
    def total(self, rewards: Mapping[str, float]) -> float: ...


class Learner(Protocol):
    """Who learns from a round, and has to know more of it than what is in it."""

    def observe(self, made: Round, examples: Sequence[Example]) -> Round:
        """The new round with what has to be known of the weights that wrote it."""
        ...

    def take_up(self, made: Round, examples: Sequence[Example]) -> frozenset[str]:
        """Make ready to learn from the round's examples; the ids of those whose reward teaches something."""
        ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is answered: a record, the messages that ask it, and their tokens."""

    record: Record
    messages: tuple[Message, ...]
    tokens: tuple[int, ...]

    @property
    def id(self) -> str:
        """The record's."""
        return self.record.id


class Rollouts:
    """Makes rounds: `settings.rollouts` answers of at most `longest` tokens to each prompt, rewarded and compared.

    `objective` is grpo or rloo, by which an answer is held against the others of its group, or ppo, which does so by
    token and elsewhere.
    """

    def __init__(
        self, objective: str, settings: Reinforce, longest: int, seed: int, write: Write, rewarding: Rewarding
    ) -> None:
        self._objective, self._settings, self._longest, self._seed = objective, settings, longest, seed
        self._write, self._rewarding = write, rewarding

    def __call__(self, number: int, prompts: Sequence[Prompt]) -> Round:
        """Round `number` of these prompts. Raises what writing and rewarding raise."""
        places = [(prompt, place) for prompt in prompts for place in range(self._settings.rollouts)]
        done = self._write([self._request(number, prompt, place) for prompt, place in places])
        rewards = self._rewarding([prompt.record for prompt, _ in places], [one.text for one in done])
        found = [
            Rollout(one.text, one.tokens, one.finish == "length", dict(parts), self._rewarding.total(parts))
            for one, parts in zip(done, rewards, strict=True)
        ]
        size = self._settings.rollouts
        groups = [found[start : start + size] for start in range(0, len(found), size)]
        return Round(number, tuple(map(_group, prompts, self._compared(groups))))

    def _request(self, number: int, prompt: Prompt, place: int) -> CompletionRequest:
        return CompletionRequest(
            prompt.messages,
            max_tokens=self._longest,
            temperature=self._settings.temperature,
            top_p=self._settings.top_p,
            seed=rank(self._seed, "rollout", number, prompt.id, place),
        )

    def _compared(self, groups: Sequence[Sequence[Rollout]]) -> list[list[Rollout]]:
        if self._objective == "ppo":
            return [list(group) for group in groups]
        rewards = torch.tensor([[one.reward for one in group] for group in groups], dtype=torch.float64)  # (B, G)
        over = grpo(rewards, self._settings.scale) if self._objective == "grpo" else rloo(rewards)  # (B, G)
        return [
            [one.with_advantage(value) for one, value in zip(group, values, strict=True)]
            for group, values in zip(groups, over.tolist(), strict=True)
        ]


def _group(prompt: Prompt, rollouts: Sequence[Rollout]) -> Group:
    record = prompt.record
    return Group(record.id, f"{record.source}:{record.line}", record.text, record.answer, tuple(rollouts))


class RolloutSteps:
    """The optimizer steps over rounds of rollouts: `settings.batch` prompts a round, `updates` steps on each.

    make      makes a round of prompts with the weights as they are
    learner   who learns from it
    rounds    where rounds are kept
    history   the rows of the log so far that have a `round`
    total     optimizer steps in all
    per_epoch optimizer steps in one pass over the prompts

    A step hangs on its number, the weights, and what was written before: a resumed run finds all three as they were.
    Where nothing is to be learned, a step has no batches. Raises FinewrightError where learning has collapsed.
    """

    def __init__(
        self,
        objective: str,
        prompts: Sequence[Prompt],
        settings: Train,
        seed: int,
        *,
        make: Callable[[int, Sequence[Prompt]], Round],
        learner: Learner,
        batches: Batches,
        rounds: Rounds,
        history: Callable[[], Sequence[Row]],
    ) -> None:
        self._objective, self._settings = objective, settings.reinforce
        self._draw = Draw(prompts, lambda prompt: prompt.id, settings, seed)
        self._make, self._learner, self._batches = make, learner, batches
        self._rounds, self._history = rounds, history
        self.per_epoch = self._draw.per_epoch * self._settings.updates
        self.total = self._draw.total * self._settings.updates
        self._hand: _InHand | None = None

    def step(self, number: int) -> Step:
        """Step `number`, 0-based; the first of a round has its rollouts made, or reads them where they are kept."""
        round_number, place = divmod(number, self._settings.updates)
        rows = self._history()
        if place == 0:
            check_collapse(rows, self._settings.collapse)
        hand = self._in_hand(round_number, begins=place == 0)
        # Before anything was learned a model that began as its own reference has a divergence without a gradient, and
        # a first step that moves no weight is taken for a fault.
        held = self._held_to_base and (hand.teaching or any(row["tokens"] for row in rows))
        learned = [example for example in hand.examples if held or example.id in hand.teaching]
        return Step(self._batches(learned), self._weight(hand), lambda: figures(hand.made, self._objective))

    @property
    def _held_to_base(self) -> bool:
        return self._settings.kl > 0 and self._objective != "ppo"  # which has the divergence among its rewards

    def _weight(self, hand: "_InHand") -> float:
        """What the summed loss is divided by: all answers or tokens of the round, whether or not they teach."""
        if self._settings.normalise == "tokens" and self._objective != "rloo":
            return float(sum(example.targets for example in hand.examples))
        return float(len(hand.examples))

    def _in_hand(self, number: int, *, begins: bool) -> "_InHand":
        if self._hand is None or self._hand.made.number != number:
            prompts = self._draw.at(number)
            made = (self._rounds.begun(number) or self._written(number, prompts)) if begins else None
            made = made or self._rounds.resumed(number)
            examples = examples_in(made, prompts)
            self._hand = _InHand(made, examples, self._learner.take_up(made, examples))
        return self._hand

    def _written(self, number: int, prompts: Sequence[Prompt]) -> Round:
        made = self._make(number, prompts)
        made = self._learner.observe(made, examples_in(made, prompts))
        self._rounds.write(made)
        return made


@dataclass(frozen=True, slots=True)
class _InHand:
    """The round that is being learned, its examples, and which of them have something to teach."""

    made: Round
    examples: list[Example]
    teaching: frozenset[str]


def examples_in(made: Round, prompts: Sequence[Prompt]) -> list[Example]:
    """A round's rollouts as examples, in order: what was written is supervised, as it was written.

    They are named by their place in the round. Raises InputError where nothing was written.
    """
    examples = [
        _example(f"{row} {place}", prompt.tokens, rollout.tokens)
        for row, (prompt, group) in enumerate(zip(prompts, made.groups, strict=True))
        for place, rollout in enumerate(group.rollouts)
    ]
    check_examples(examples)
    return examples


def _example(name: str, prompt: tuple[int, ...], answer: tuple[int, ...]) -> Example:
    return Example(name, prompt + answer, (False,) * len(prompt) + (True,) * len(answer))


def figures(made: Round, objective: str) -> dict[str, float]:
    """What the log says of a round.

    round, reward (mean), reward_spread (mean over groups of the standard deviation within), reward/<name> (mean of each
    part), alike (share of groups without spread; of ppo 1 or 0, whether the whole round has none), length (mean tokens)
    and cut (share of the answers ended by their length).
    """
    rollouts = made.rollouts
    totals = [one.reward for one in rollouts]
    alike = float(len(set(totals)) == 1) if objective == "ppo" else fmean(group.alike for group in made.groups)
    return {
        "round": made.number,
        "reward": fmean(totals),
        "reward_spread": fmean(stdev(group.rewards) for group in made.groups),
        **{f"reward/{name}": fmean(one.rewards[name] for one in rollouts) for name in rollouts[0].rewards},
        "alike": alike,
        "length": fmean(len(one.tokens) for one in rollouts),
        "cut": fmean(one.cut for one in rollouts),
    }
