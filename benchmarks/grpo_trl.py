"""TRL's side of `grpo.py`: its own `GRPOTrainer.train()`, held before each optimizer step until it is asked for.

    grpo_trl.py JOB SIZE dynamic|static [tuning]

SIZE rollouts per device, all of a step's rollouts generated at once with a dynamic or a static cache. Steps come in the
job's order. Runs in the peers' environment; imports nothing of ours.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import Tensor
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from dpo_trl import adapter, decoder, put_first_weights, silent, versions
from letters import different_letters
from serve import answers, peak_bytes
from sft_trl import Held


class Measured(GRPOTrainer):  # type: ignore[misc]
    """The trainer as it is, on prompts that are token ids already; times and lengths are written down."""

    def __init__(self, prompts: dict[str, list[int]], *arguments: Any, **named: Any) -> None:
        self.parts: list[tuple[float, Tensor]] = []
        self.generated: list[float] = []
        self.asked: list[str] = []
        self._prompts = prompts
        super().__init__(*arguments, **named)

    def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
        self.asked = list(dict.fromkeys(prompts))
        return [self._prompts[name] for name in prompts], None, {}

    def _generate_single_turn(self, *arguments: Any, **named: Any) -> Any:
        began = time.perf_counter()
        found = super()._generate_single_turn(*arguments, **named)
        self.generated.append(time.perf_counter() - began)
        return found

    def training_step(self, *arguments: Any, **named: Any) -> Tensor:
        """One micro-batch, forwards and backwards; before the first of a step, all its rollouts."""
        loss: Tensor = super().training_step(*arguments, **named)
        self.parts.append((time.perf_counter(), loss))
        return loss

    def told(self) -> dict[str, Any]:
        """Of the step that was just taken: its prompts, seconds of generation, mean reward and length."""
        logged = self._metrics["train"]
        return {
            "asked": self.asked,
            "generation": self.generated[-1],
            "reward": logged["reward"][-1],
            "length": logged["completions/mean_length"][-1],
        }


def different(completions: list[str], **_: Any) -> list[float]:
    """The reward as TRL asks for it."""
    return [different_letters(text) for text in completions]


def main(path: str, size: int, cache: str, part: str = "steps") -> None:
    """Load, say so, and train as asked."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    prompts = [prompt for step in job[part] for prompt in step]
    rollouts = len(job[part][0]) * job["group"]
    held = Held(lambda found: answer(_renamed(found) | trainer.told()), rollouts)
    with tempfile.TemporaryDirectory() as scratch:
        settings = GRPOConfig(
            **silent(job, scratch),
            per_device_train_batch_size=size,
            gradient_accumulation_steps=rollouts // size,
            generation_batch_size=rollouts,
            num_generations=job["group"],
            max_completion_length=job["tokens"],
            generation_kwargs={"min_new_tokens": job["tokens"]} if job["whole"] else None,
            cache_implementation="static" if cache == "static" else None,
            shuffle_dataset=False,
            temperature=1.0,
            beta=job["kl"],
            epsilon=job["clip"],
            loss_type="grpo",
        )
        trainer = Measured(
            {prompt["id"]: prompt["tokens"] for prompt in prompts},
            model=decoder(job),
            reward_funcs=different,
            args=settings,
            train_dataset=Dataset.from_dict({"prompt": [prompt["id"] for prompt in prompts]}),
            processing_class=AutoTokenizer.from_pretrained(job["folder"]),
            peft_config=adapter(),
            callbacks=[held],
        )
        put_first_weights(trainer.model, job)
        held.trainer = trainer
        answer({"side": "trl", "settings": _told(settings), "versions": versions(), "bytes": peak_bytes()})
        trainer.train()


def _renamed(found: dict[str, Any]) -> dict[str, Any]:
    return {"rollouts" if name == "rows" else name: value for name, value in found.items()}


def _told(settings: GRPOConfig) -> dict[str, Any]:
    """The settings that decide the speed."""
    names = (
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "generation_batch_size",
        "num_generations",
        "max_completion_length",
        "cache_implementation",
        "beta",
        "loss_type",
        "num_iterations",
        "optim",
    )
    return {name: str(getattr(settings, name)) for name in names}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
