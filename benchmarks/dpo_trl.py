"""TRL's side of `dpo.py`: its own `DPOTrainer.train()`, held before each optimizer step until it is asked for.

    dpo_trl.py JOB SIZE UNIT each-step|precomputed [tuning]

SIZE pairs per device and UNIT pairs per optimizer step, which are the first UNIT of a step's. Within a step pairs are
sorted by length, and steps come in the job's order. Precomputed references are found while the trainer is set up: the
seconds of those of a step's pairs are added to the step. Runs in the peers' environment, imports nothing of finewright.
"""

import json
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel
from trl import DPOConfig, DPOTrainer

from serve import answers, peak_bytes
from sft_trl import Held


class Measured(DPOTrainer):  # type: ignore[misc]
    """The trainer as it is, on pairs that are token ids already; times and log-probabilities are written down."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.parts: list[tuple[float, Tensor]] = []
        self.references: list[float] = []
        self.answered = 0
        super().__init__(*arguments, **named)

    def _prepare_dataset(self, dataset: Dataset, *_: Any) -> Dataset:
        return dataset

    def compute_ref_log_probs(self, *arguments: Any, **named: Any) -> Any:
        """A micro-batch's reference, before training; the micro-batches come in their order."""
        began = time.perf_counter()
        found = super().compute_ref_log_probs(*arguments, **named)
        self.references.append(time.perf_counter() - began)
        return found

    def training_step(self, *arguments: Any, **named: Any) -> Tensor:
        """One micro-batch, forwards and backwards."""
        loss: Tensor = super().training_step(*arguments, **named)
        self.parts.append((time.perf_counter(), loss))
        return loss

    def told(self) -> dict[str, Any]:
        """Of the step that was just taken: seconds of its precomputed references, and mean nats of the answers."""
        count = len(self.parts)
        seconds = sum(self.references[self.answered : self.answered + count])
        self.answered += count
        logged = self._metrics["train"]
        likely = {side: sum(logged[f"logps/{side}"][-count:]) / count for side in ("chosen", "rejected")}
        return {"reference": seconds, "likelihood": likely}


def main(path: str, size: int, unit: int, reference: str, part: str = "steps") -> None:
    """Load, say so, and train as asked."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    steps = job["steps"] if part == "steps" else cut(job["tuning"], unit)
    rows = [row for step in steps for row in sorted(step[:unit], key=_longest)]

    def told(found: dict[str, Any]) -> None:
        more = trainer.told()
        pairs = found.pop("rows")
        answer(found | more | {"pairs": pairs, "seconds": found["seconds"] + more["reference"]})

    held = Held(told, unit)
    with tempfile.TemporaryDirectory() as scratch:
        settings = DPOConfig(
            **silent(job, scratch),
            per_device_train_batch_size=size,
            gradient_accumulation_steps=unit // size,
            train_sampling_strategy="sequential",
            max_length=None,
            beta=job["beta"],
            precompute_ref_log_probs=reference == "precomputed",
        )
        trainer = Measured(
            model=decoder(job),
            args=settings,
            train_dataset=Dataset.from_dict({f"{name}_ids": [row[name] for row in rows] for name in _PARTS}),
            processing_class=AutoTokenizer.from_pretrained(job["folder"]),
            peft_config=adapter(),
            callbacks=[held],
        )
        put_first_weights(trainer.model, job)
        held.trainer = trainer
        answer({"side": reference, "settings": _told(settings), "versions": versions(), "bytes": peak_bytes()})
        trainer.train()


_PARTS = ("prompt", "chosen", "rejected")


def _longest(row: dict[str, Any]) -> int:
    return len(row["prompt"]) + max(len(row["chosen"]), len(row["rejected"]))


def silent(job: dict[str, Any], scratch: str) -> dict[str, Any]:
    """Settings of any of TRL's trainers: one pass over the rows; everything that is not training is off."""
    return {
        "output_dir": scratch,
        "num_train_epochs": 1,
        "learning_rate": job["train"]["learning_rate"],
        "lr_scheduler_type": "constant",
        "max_grad_norm": job["train"]["clip"],
        "gradient_checkpointing": False,
        "bf16": False,
        "use_cpu": True,
        "dataloader_pin_memory": False,
        "logging_strategy": "no",
        "save_strategy": "no",
        "eval_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


def decoder(job: dict[str, Any]) -> PreTrainedModel:
    """The base in fp32."""
    return AutoModelForCausalLM.from_pretrained(job["folder"], dtype=torch.float32, attn_implementation="sdpa")


def adapter() -> LoraConfig:
    """Rank 16 on all linear matrices."""
    return LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")


@torch.no_grad()
def put_first_weights(model: Any, job: dict[str, Any]) -> None:
    """The adapter begins as ours does."""
    first = load_file(job["adapter"])
    learned = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
    if set(first) != set(learned):
        raise SystemExit(f"the adapters differ: {sorted(set(first) ^ set(learned))[:4]}")
    for name, weight in learned.items():
        weight.copy_(first[name])


def cut(rows: list[Any], unit: int) -> list[list[Any]]:
    """Rows in steps of `unit`; what is left over is left out."""
    return [rows[start : start + unit] for start in range(0, len(rows) - unit + 1, unit)]


def versions() -> dict[str, str]:
    """What the peer's figures depend on."""
    return {name: version(name) for name in ("trl", "transformers", "peft", "torch", "datasets", "accelerate")}


def _told(settings: DPOConfig) -> dict[str, Any]:
    """The settings that decide the speed."""
    names = (
        "per_device_train_batch_size",
        "gradient_accumulation_steps",
        "precompute_ref_log_probs",
        "padding_free",
        "loss_type",
        "optim",
    )
    return {name: str(getattr(settings, name)) for name in names}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
