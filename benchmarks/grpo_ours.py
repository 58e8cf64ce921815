"""finewright's side of `grpo.py`: one optimizer step per question, by the pieces that `train/loop.py` is made of.

    grpo_ours.py JOB

`{"step": n}` writes step n's rollouts, rewards them, keeps them in a file, and learns from them. Where all rollouts are
to have the same length, the engine is told of a terminator that no vocabulary has.
"""

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from descent import SEED, descended
from finewright.base.recipe_train import Lora, Reinforce, Train
from finewright.base.records import Completion, CompletionRequest, Message, Record
from finewright.engine.local import LocalCompleter
from finewright.model import lora
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from finewright.model.tree import TreeBatches
from finewright.train.heap import keep_freed_memory
from finewright.train.optim import adamw
from finewright.train.reinforce import RolloutLoss, seen
from finewright.train.rollouts import Prompt, Rollouts, RolloutSteps
from finewright.train.rounds import Rounds
from finewright.train.sameness import reseed, same_bits
from letters import different_letters
from serve import answers, peak_bytes, question

BATCH_TOKENS = 8192
_NEVER = -1


class Letters:
    """The reward of both sides, as rollouts ask for it; `asked` names the prompts that were last rewarded."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, records: Sequence[Record], answers: Sequence[str]) -> list[dict[str, float]]:
        """One reward to each answer."""
        self.asked = list(dict.fromkeys(record.id for record in records))
        return [{"letters": different_letters(answer)} for _, answer in zip(records, answers, strict=True)]

    def total(self, rewards: Mapping[str, float]) -> float:
        """The one reward."""
        return rewards["letters"]


class Timed:
    """A completer's answers; `seconds` is how long the last ones took."""

    def __init__(self, completer: LocalCompleter) -> None:
        self._completer, self.seconds = completer, 0.0

    def __call__(self, requests: Sequence[CompletionRequest]) -> Sequence[Completion]:
        """One answer to each request."""
        began = time.perf_counter()
        done = self._completer.complete(requests)
        self.seconds = time.perf_counter() - began
        return done


def main(path: str) -> None:
    """Load, say so, and answer until there are no more questions."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    settings = _settings(job)
    torch.set_num_threads(job["threads"])
    keep_freed_memory()
    base = find(job["base"])
    model = lora.attach(load_decoder(base), settings.lora, seed=SEED).train()
    chat = Chat(load_tokenizer(base))
    if job["whole"]:
        chat.terminator = _NEVER
    write = Timed(LocalCompleter(model, chat, context=base.context, batch_tokens=BATCH_TOKENS))
    optimizer = adamw(model, settings)
    letters, rows = Letters(), list[dict[str, Any]]()
    with tempfile.TemporaryDirectory() as scratch:
        loss, steps = _method(job, settings, model, write, letters, rows, Path(scratch))
        answer({"side": "ours", "settings": settings.model_dump(mode="json"), "bytes": peak_bytes()})
        with same_bits(job["threads"]):
            while asked := question():
                began = time.perf_counter()
                reseed(SEED, asked["step"])
                step = steps.step(asked["step"])
                learned = descended(model, optimizer, step, loss, settings)
                seconds = time.perf_counter() - began
                figures = dict(step.figures())
                rows.append(figures | {"tokens": sum(batch.tokens for batch in step.batches)})
                answer(
                    {
                        "seconds": seconds,
                        "generation": write.seconds,
                        "rollouts": settings.batch * settings.reinforce.rollouts,
                        "asked": letters.asked,
                        "reward": figures["reward"],
                        "length": figures["length"],
                        "tokens": rows[-1]["tokens"],
                        "loss": learned,
                        "bytes": peak_bytes(),
                    }
                )


def _settings(job: dict[str, Any]) -> Train:
    reinforce = Reinforce(rollouts=job["group"], max_tokens=job["tokens"], kl=job["kl"], clip=job["clip"])
    return Train(
        **job["train"], objective="grpo", batch=len(job["steps"][0]), epochs=1, lora=Lora(), reinforce=reinforce
    )


def _method(
    job: dict[str, Any],
    settings: Train,
    model: Any,
    write: Timed,
    letters: Letters,
    rows: list[dict[str, Any]],
    scratch: Path,
) -> tuple[RolloutLoss, RolloutSteps]:
    """The loss and its steps, over the job's prompts: they are drawn in the order that the job has them in."""
    batches = TreeBatches(job["micro_tokens"])
    reference = partial(_reference, model, batches, settings.reinforce.temperature)
    longest = job["tokens"]
    loss = RolloutLoss("grpo", settings.reinforce, longest, model=model, batches=batches, reference=reference)
    steps = RolloutSteps(
        "grpo",
        [_prompt(prompt) for step in job["steps"] for prompt in step],
        settings,
        SEED,
        make=Rollouts("grpo", settings.reinforce, longest, SEED, write, letters),
        learner=loss,
        batches=batches,
        rounds=Rounds(scratch, {"run": "benchmark"}, {}),
        history=lambda: rows,
    )
    return loss, steps


def _reference(
    model: Any, batches: TreeBatches, temperature: float, examples: Sequence[Example]
) -> dict[str, torch.Tensor]:
    """The base's log-probability of every target."""
    with model.disable_adapter():
        found = seen(model, examples, batches, temperature)
    return {name: of.log_probs for name, of in found.items()}


def _prompt(row: dict[str, Any]) -> Prompt:
    messages = tuple(Message(one["role"], one["content"]) for one in row["messages"])
    return Prompt(Record(row["id"], messages, row["wanted"]), messages, tuple(row["tokens"]))


if __name__ == "__main__":
    main(sys.argv[1])
