"""TRL's side of `sft.py`: its own `SFTTrainer.train()`, held before each optimizer step until it is asked for.

    sft_trl.py JOB SIZE UNIT padded|padding-free [tuning]

SIZE rows per device and UNIT rows per optimizer step, which are the first UNIT of a step's rows. Within a step rows are
sorted by length, which is what length grouping aims at, and steps come in the job's order. Runs in the peers'
environment and imports nothing of finewright.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer

from serve import answers, peak_bytes, question


class Measured(SFTTrainer):  # type: ignore[misc]
    """The trainer as it is; the loss and the end of each micro-batch are written down besides."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.parts: list[tuple[float, Tensor]] = []

    def training_step(self, *arguments: Any, **named: Any) -> Tensor:
        """One micro-batch, forwards and backwards."""
        loss: Tensor = super().training_step(*arguments, **named)
        self.parts.append((time.perf_counter(), loss))
        return loss


class Held(TrainerCallback):  # type: ignore[misc]
    """Waits for a question before each optimizer step, the laying out of its rows included, and answers after it."""

    def __init__(self, answer: Callable[[dict[str, Any]], None], unit: int) -> None:
        self.answer, self.unit = answer, unit
        self.trainer: Measured | None = None
        self.began = 0.0

    def on_train_begin(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
        """All is set up."""
        self._next(control)

    def on_step_end(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
        """Clipped, stepped, and the gradients are gone."""
        ended = time.perf_counter()
        parts = self.trainer.parts  # type: ignore[union-attr]
        ends = [self.began, *(moment for moment, _ in parts)]
        self.answer(
            {
                "seconds": ended - self.began,
                "rows": self.unit,
                "loss": sum(float(loss) for _, loss in parts),
                "micro_batches": [after - before for before, after in pairwise(ends)],
                "bytes": peak_bytes(),
            }
        )
        parts.clear()
        self._next(control)

    def _next(self, control: Any) -> None:
        if question() is None:
            control.should_training_stop = True
        self.began = time.perf_counter()


def main(path: str, size: int, unit: int, layout: str, part: str = "steps") -> None:
    """Load, say so, and train as asked."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    steps = job["steps"] if part == "steps" else _cut(job["tuning"], unit)
    chosen = [sorted(step[:unit], key=lambda row: len(row["tokens"])) for step in steps]
    held = Held(answer, unit)
    with tempfile.TemporaryDirectory() as scratch:
        held.trainer = _trainer(job, chosen, _settings(job, scratch, size, unit, layout), held)
        answer({"side": "trl", "settings": _told(held.trainer.args), "versions": _versions(), "bytes": peak_bytes()})
        held.trainer.train()


def _settings(job: dict[str, Any], scratch: str, size: int, unit: int, layout: str) -> SFTConfig:
    """What the protocol names; everything that is not training is off."""
    return SFTConfig(
        output_dir=scratch,
        per_device_train_batch_size=size,
        gradient_accumulation_steps=unit // size,
        num_train_epochs=1,
        learning_rate=job["train"]["learning_rate"],
        lr_scheduler_type="constant",
        max_grad_norm=1.0,
        max_length=None,
        completion_only_loss=True,
        padding_free=layout == "padding-free",
        train_sampling_strategy="sequential",
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        dataloader_pin_memory=False,
        logging_strategy="no",
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _trainer(job: dict[str, Any], steps: list[list[dict[str, Any]]], settings: SFTConfig, held: Held) -> Measured:
    rows = [row for step in steps for row in step]
    model = AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, attn_implementation="sdpa")
    adapter = LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")
    return Measured(
        model=model,
        args=settings,
        train_dataset=Dataset.from_dict(
            {"input_ids": [row["tokens"] for row in rows], "completion_mask": [row["supervised"] for row in rows]}
        ),
        processing_class=AutoTokenizer.from_pretrained(job["folder"]),
        peft_config=adapter,
        callbacks=[held],
    )


def _cut(rows: list[Any], unit: int) -> list[list[Any]]:
    return [rows[start : start + unit] for start in range(0, len(rows) - unit + 1, unit)]


def _told(settings: SFTConfig) -> dict[str, Any]:
    """The settings that decide the speed."""
    names = (
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "padding_free",
        "packing",
        "loss_type",
        "optim",
    )
    return {name: str(getattr(settings, name)) for name in names}


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("trl", "transformers", "peft", "torch", "datasets", "accelerate")}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
