"""Learning from rewards in a run: the model in training answers, the recipe's scorers reward, the loop learns.

Joins engine, scorers and the training room; knows no arms and no report. The rounds of rollouts lie in `rollouts/`.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor
from transformers import PreTrainedModel

from finewright.base.errors import InputError, Place
from finewright.base.recipe_objective import objective_of
from finewright.base.records import Completion, CompletionRequest, Record
from finewright.evaluate.judge.words import UNCHECKED
from finewright.evaluate.own_function import OwnFunction
from finewright.evaluate.rewards import Likes, Rewards, check_rewards, rewards_of
from finewright.flows.asking import completer_of
from finewright.flows.examples import prompt_of
from finewright.flows.folder import RunFolder
from finewright.flows.learning import versions
from finewright.flows.method import Material, Method, Teach
from finewright.flows.prepare import Prepared
from finewright.flows.reward import open_reward
from finewright.model.batch import Batches, Example
from finewright.model.hub import load_decoder
from finewright.model.value import Valued
from finewright.train.collapse import check_learned
from finewright.train.figures import Noticing
from finewright.train.metrics import rows_of
from finewright.train.reinforce import RolloutLoss, seen
from finewright.train.rollouts import Prompt, Rollouts, RolloutSteps, Write
from finewright.train.rounds import Rounds


def longest_rollout(prepared: Prepared) -> int:
    """The most tokens of a rollout: the recipe's, or as many as an answer may have that is measured."""
    return prepared.recipe.train.reinforce.max_tokens or prepared.task.max_tokens


def check_reinforce(prepared: Prepared) -> None:
    """Raise InputError where the recipe's rewards cannot be given to these data, before anything is written.

    At fault are a scorer that does not fit the task, a function of the user's that cannot be loaded, a folder without
    a reward model, and a row whose prompt leaves no room for an answer.
    """
    parts, longest, limit = prepared.recipe.train.reinforce.rewards, longest_rollout(prepared), prepared.fitting.limit
    check_rewards(parts, prepared.task, prepared.recipe.evaluate.style)
    for part in parts:
        if part.scorer == "python" and part.path is not None:
            OwnFunction(part.path, part.function, part.seconds).close()
        if part.scorer == "model" and part.path is not None:
            open_reward(part.path)
    for prompt in (*_prompts(prepared, prepared.learning), *_prompts(prepared, prepared.choosing)):
        if len(prompt.tokens) + longest > limit:
            raise InputError(
                f"the prompt is {len(prompt.tokens)} tokens long and a rollout up to {longest}, {limit} is the most",
                place=Place(prompt.record.source, prompt.record.line),
                remedy="lower `train.reinforce.max_tokens`, or shorten the row",
            )


def reinforced(prepared: Prepared, folder: RunFolder, say: Callable[[str], None]) -> Teach:
    """The recipe's rewards as a way to learn: grpo, rloo or ppo."""
    recipe, task = prepared.recipe, prepared.task
    settings, how = recipe.train, recipe.train.reinforce
    objective, longest = objective_of(settings, task.kind), longest_rollout(prepared)

    def teach(model: PreTrainedModel | PeftModel, _: Material, batches: Batches) -> Method:
        _check_temperature(model, how.temperature)
        say("Rewarded: " + ", ".join(f"{part.scorer} times {part.weight:g}" for part in how.rewards))
        if any(part.scorer == "judge" for part in how.rewards):
            say(UNCHECKED)
        base = _Base(prepared, model)
        criteria = recipe.evaluate.judge.criteria
        rewards = rewards_of(
            how.rewards, task, recipe.evaluate.style, ask=base.complete, likes=_likes, criteria=criteria
        )
        trained = Valued(model, model.get_output_embeddings().weight.shape[1]) if objective == "ppo" else model
        write = completer_of(prepared, model).complete
        prompts = _prompts(prepared, prepared.learning)

        def reference(examples: Sequence[Example]) -> dict[str, Tensor]:
            with base.asked() as frozen:
                return {name: at.log_probs for name, at in seen(frozen, examples, batches, how.temperature).items()}

        def history() -> list[dict[str, Any]]:
            return [row for row in rows_of(folder.metrics) if "round" in row]

        loss = RolloutLoss(objective, how, longest, model=trained, batches=batches, reference=reference)
        steps = RolloutSteps(
            objective,
            prompts,
            settings,
            recipe.seed,
            make=Rollouts(objective, how, longest, recipe.seed, write, rewards),
            learner=loss,
            batches=batches,
            rounds=_rounds(prepared, folder),
            history=history,
        )
        held_out = _prompts(prepared, prepared.choosing)
        return Method(
            Noticing(steps, loss.noticed),
            loss,
            validate=lambda: -_held_out_reward(held_out, longest, write, rewards),
            said=f"Training on the rewards of {how.rollouts} answers to each of {len(prompts)} prompts: {steps.total} "
            f"steps of {settings.batch}. The validation loss is minus the mean reward of greedy answers to "
            f"{len(held_out)} validation rows: the weights of the highest are kept",
            trained=trained,
            by_reward=True,
            check=lambda: check_learned(history()),
        )

    return teach


def _held_out_reward(prompts: Sequence[Prompt], longest: int, write: Write, rewards: Rewards) -> float:
    """The mean reward of greedy answers to held-out prompts."""
    done = write([CompletionRequest(prompt.messages, max_tokens=longest) for prompt in prompts])
    found = rewards([prompt.record for prompt in prompts], [one.text for one in done])
    return fmean(rewards.total(parts) for parts in found)


def _prompts(prepared: Prepared, records: Sequence[Record]) -> list[Prompt]:
    """The records as the tuned arm is asked them."""
    asked = [(record, prompt_of(prepared.recipe, prepared.task, record)) for record in records]
    return [Prompt(record, messages, tuple(prepared.chat.encode_prompt(messages))) for record, messages in asked]


def _rounds(prepared: Prepared, folder: RunFolder) -> Rounds:
    circumstances = versions() | {"threads": str(torch.get_num_threads())}
    return Rounds(folder.rollouts, {"digest": prepared.digest}, circumstances)


def _likes(path: Path) -> Likes:
    return open_reward(path).scores


class _Base:
    """The base beside the model that is trained from it: an adapter's without the adapter, or else a frozen copy."""

    def __init__(self, prepared: Prepared, model: PreTrainedModel | PeftModel) -> None:
        self._prepared, self._model = prepared, model
        self._copy: PreTrainedModel | None = None

    @contextmanager
    def asked(self) -> Iterator[PreTrainedModel | PeftModel]:
        """The base while the block runs."""
        if isinstance(self._model, PeftModel):
            with self._model.disable_adapter():
                yield self._model
            return
        if self._copy is None:
            self._copy = load_decoder(self._prepared.base).requires_grad_(False)
        yield self._copy

    def complete(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        """The base's answers."""
        with self.asked() as frozen:
            return completer_of(self._prepared, frozen).complete(requests)


def _check_temperature(model: PreTrainedModel | PeftModel, temperature: float) -> None:
    """Raise InputError where the distribution at a temperature could not be had by scaling the states."""
    bias = getattr(model.get_output_embeddings(), "bias", None)
    cap = getattr(model.config.get_text_config(), "final_logit_softcapping", None)
    if temperature != 1 and (bias is not None or cap):
        raise InputError(
            f"train.reinforce.temperature: with this base rollouts are learned at 1 alone, not at {temperature:g}",
            remedy="leave the temperature out",
        )
