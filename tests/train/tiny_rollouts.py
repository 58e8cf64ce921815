"""Learning from rewards in a second: a random Llama 16 wide, the real engine, sixty-four words, the real loop.

Run as a script, it trains into a folder and kills itself with SIGKILL inside a chosen micro-batch:

    python tiny_rollouts.py FOLDER OBJECTIVE UPDATES CALLS
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import LlamaConfig, LlamaForCausalLM

from finewright.base.recipe_train import Lora, Reinforce, Train
from finewright.base.records import Completion, CompletionRequest, Message, Record
from finewright.engine.local import LocalCompleter
from finewright.model import lora
from finewright.model.batch import Batches, Example
from finewright.model.chat import Chat
from finewright.model.tree import TreeBatches
from finewright.model.value import Valued
from finewright.train.figures import Noticing
from finewright.train.loop import Loss, train
from finewright.train.metrics import Metrics, rows_of
from finewright.train.outcome import Outcome
from finewright.train.reinforce import RolloutLoss, seen
from finewright.train.rollouts import Prompt, Rollouts, RolloutSteps
from finewright.train.rounds import Rounds
from support.parity_chat import VOCABULARY, tokenizer
from train.tiny_training import killing, store_in

LONGEST, CONTEXT, SEED = 6, 64, 7
WANTED = ("yes", "no", "monday", "friday", "paid", "due", "the", "a")
"""Words that are rewarded: an eighth of all."""


def tiny_decoder(seed: int = 0) -> PeftModel:
    """A two-layer Llama over the words, with a rank-8 adapter; equal arguments, equal weights."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=CONTEXT,
        initializer_range=0.4,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    return lora.attach(model, Lora(rank=8, alpha=16), seed=seed)


def chat() -> Chat:
    return Chat(tokenizer())


def prompts(count: int = 6) -> list[Prompt]:
    """Questions that begin alike, each with an answer that nobody gives."""
    asks = ("is it paid ?", "is it due ?", "who are you ?", "when was it paid ?", "how much ?", "which one is due ?")
    spoken = chat()
    made = []
    for number in range(count):
        messages = (Message("system", "be brief ."), Message("user", asks[number % 6] + " w50" * (number // 6)))
        record = Record(f"row-{number}", messages, "acme", "tiny.csv", number + 2)
        made.append(Prompt(record, messages, tuple(spoken.encode_prompt(messages))))
    return made


def settings(**changes: object) -> Train:
    """One pass over six prompts, three a round, four answers each, validated behind every step, on one thread."""
    how = {"rollouts": 4, "kl": 0.1, "collapse": 0}
    names = set(Reinforce.model_fields)
    how |= {name: value for name, value in changes.items() if name in names}
    chosen = {"epochs": 1, "batch": 3, "learning_rate": 1e-2, "threads": 1, "evaluations": 4, "patience": 0}
    chosen |= {name: value for name, value in changes.items() if name not in names}
    return Train.model_validate(chosen | {"reinforce": how})


class Wanted:
    """The share of an answer's words that are wanted, and a part for having said anything."""

    def __call__(self, records: Sequence[Record], answers: Sequence[str]) -> list[dict[str, float]]:
        said = [answer for _, answer in zip(records, answers, strict=True)]
        return [{"wanted": self._share(answer), "speaks": float(bool(answer.split()))} for answer in said]

    def total(self, rewards: Mapping[str, float]) -> float:
        return rewards["wanted"] + 0.1 * rewards["speaks"]

    def _share(self, answer: str) -> float:
        words = answer.split()
        return sum(word in WANTED for word in words) / len(words) if words else 0.0


class Reinforced:
    """Everything a training by rewards is put together from, as a flow does it."""

    def __init__(
        self,
        folder: Path,
        objective: str,
        chosen: Train,
        *,
        model: PeftModel | None = None,
        batches: Batches | None = None,
        rewarding: Wanted | None = None,
        asked: Sequence[Prompt] | None = None,
        circumstances: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.chosen, self.objective = folder, chosen, objective
        self.model = model or tiny_decoder()
        self.trained: nn.Module = Valued(self.model, 16) if objective == "ppo" else self.model
        self.batches = batches or TreeBatches(64)
        self.prompts = list(asked or prompts())
        self.rewarding = rewarding or Wanted()
        self.rounds = Rounds(folder / "rollouts", {"digest": "r"}, circumstances or {"torch": "2"})
        self.loss = RolloutLoss(
            objective,
            chosen.reinforce,
            LONGEST,
            model=self.trained,
            batches=self.batches,
            reference=self.reference,
        )
        self.steps = RolloutSteps(
            objective,
            self.prompts,
            chosen,
            SEED,
            make=Rollouts(objective, chosen.reinforce, LONGEST, SEED, self.write, self.rewarding),
            learner=self.loss,
            batches=self.batches,
            rounds=self.rounds,
            history=self.history,
        )
        self.log = folder / "metrics.jsonl"

    def history(self) -> list[dict[str, object]]:
        return [row for row in rows_of(self.log) if "round" in row] if self.log.exists() else []

    def reference(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        with self.model.disable_adapter():
            found = seen(self.model, examples, self.batches, self.chosen.reinforce.temperature)
        return {name: at.log_probs for name, at in found.items()}

    def write(self, requests: Sequence[CompletionRequest]) -> list[Completion]:
        learning = self.model.training
        engine = LocalCompleter(self.model.get_base_model(), chat(), context=CONTEXT, batch_tokens=4096)
        done = engine.complete(requests)
        self.model.train(learning)
        return done

    def held_out(self) -> float:
        """Minus the mean reward of greedy answers to the prompts themselves."""
        done = self.write([CompletionRequest(one.messages, max_tokens=LONGEST) for one in self.prompts])
        found = self.rewarding([one.record for one in self.prompts], [one.text for one in done])
        return -sum(map(self.rewarding.total, found)) / len(found)

    def train(self, loss: Loss | None = None, interrupted: Callable[[], bool] = lambda: False) -> Outcome:
        with Metrics(self.log) as metrics:
            return train(
                self.trained,
                Noticing(self.steps, self.loss.noticed),
                loss or self.loss,
                self.chosen,
                seed=SEED,
                store=store_in(self.folder),
                validate=self.held_out,
                metrics=metrics,
                interrupted=interrupted,
            )


if __name__ == "__main__":
    made = Reinforced(Path(sys.argv[1]), sys.argv[2], settings(updates=int(sys.argv[3]), epochs=2))
    made.train(killing(int(sys.argv[4]), made.loss))
