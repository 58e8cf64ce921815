"""transformers' side of `encoder.py`: its own `Trainer.train()`, held before each epoch until it is asked for.

    encoder_peer.py JOB random|group_by_length

Runs in the peers' environment and imports nothing of finewright. Questions are those of `encoder_ours.py`.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, DataCollatorWithPadding, Trainer, TrainerCallback, TrainingArguments

from serve import answers, peak_bytes, question


class Pooled(nn.Module):
    """The encoder, the mean over each text's tokens, and a linear layer; the loss is torch's cross-entropy."""

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__()
        self.trunk = AutoModel.from_pretrained(job["folder"], dtype=torch.float32, attn_implementation="sdpa")
        for module in self.trunk.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        self.head = nn.Linear(self.trunk.config.hidden_size, job["labels"])
        self.head.load_state_dict(load_file(job["head"]))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """(B, T) twice and (B,) to the loss () and the scores (B, K)."""
        states = self.trunk(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state  # (B, T, H)
        mask = attention_mask[..., None].to(states.dtype)  # (B, T, 1)
        scores = self.head((states * mask).sum(1) / mask.sum(1))
        return {"loss": nn.functional.cross_entropy(scores, labels), "logits": scores}


class Held(TrainerCallback):  # type: ignore[misc]
    """Waits for a question before each epoch, the drawing of its rows included, and answers after it."""

    def __init__(self, answer: Callable[[dict[str, Any]], None], idle: Callable[[dict[str, Any]], None]) -> None:
        self.answer, self.idle = answer, idle
        self.began, self.trainer = 0.0, None

    def on_epoch_begin(self, _args: Any, _state: Any, control: Any, **_: Any) -> None:
        """Answer what changes nothing until an epoch is asked for."""
        while asked := question():
            if "epoch" in asked:
                break
            self.idle(asked)
        else:
            control.should_training_stop = True
        self.began = time.perf_counter()

    def on_epoch_end(self, _args: Any, _state: Any, _control: Any, **_: Any) -> None:
        """All steps of the epoch are done."""
        seconds = time.perf_counter() - self.began
        trainer: Any = self.trainer
        self.answer(
            {
                "seconds": seconds,
                "rows": len(trainer.train_dataset),
                "loss": float(trainer.last_loss),
                "bytes": peak_bytes(),
            }
        )


class Measured(Trainer):  # type: ignore[misc]
    """The trainer as it is; the loss of the last step is kept besides."""

    last_loss: Tensor

    def training_step(self, *arguments: Any, **named: Any) -> Tensor:
        """One step, forwards and backwards."""
        self.last_loss = super().training_step(*arguments, **named)
        return self.last_loss


def main(path: str, sampling: str) -> None:
    """Load, say so, and train as asked."""
    answer = answers()
    job = json.loads(Path(path).read_text())
    torch.set_num_threads(job["threads"])
    model, collate = Pooled(job), DataCollatorWithPadding(AutoTokenizer.from_pretrained(job["folder"]))
    rows, test = _rows(job["train_rows"]), _rows(job["test_rows"])

    @torch.no_grad()
    def idle(asked: dict[str, Any]) -> None:
        training = model.training
        model.eval()
        if "loss_of" in asked:
            answer({"loss": float(model(**collate(rows[: asked["loss_of"]]))["loss"])})
        else:
            answer({"accuracy": _accuracy(model, collate, test)})
        model.train(training)

    held = Held(answer, idle)
    with tempfile.TemporaryDirectory() as scratch:
        held.trainer = Measured(
            model=model,
            args=_settings(job, scratch, sampling),
            train_dataset=rows,
            data_collator=collate,
            callbacks=[held],
        )
        answer({"side": sampling, "settings": _told(held.trainer.args), "versions": _versions(), "bytes": peak_bytes()})
        held.trainer.train()
    while asked := question():
        idle(asked)


def _settings(job: dict[str, Any], scratch: str, sampling: str) -> TrainingArguments:
    """What the job names; everything that is not training is off."""
    return TrainingArguments(
        output_dir=scratch,
        per_device_train_batch_size=job["batch"],
        num_train_epochs=job["epochs"],
        learning_rate=job["train"]["learning_rate"],
        lr_scheduler_type="constant",
        max_grad_norm=job["train"]["clip"],
        train_sampling_strategy=sampling,
        bf16=False,
        use_cpu=True,
        dataloader_pin_memory=False,
        logging_strategy="no",
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _accuracy(model: Pooled, collate: DataCollatorWithPadding, rows: list[dict[str, Any]]) -> float:
    ordered = sorted(rows, key=lambda row: len(row["input_ids"]))
    right = 0
    for start in range(0, len(ordered), 64):
        batch = collate(ordered[start : start + 64])
        right += int((model(**batch)["logits"].argmax(1) == batch["labels"]).sum())
    return right / len(rows)


def _rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"input_ids": row["tokens"], "attention_mask": [1] * len(row["tokens"]), "labels": row["label"]} for row in rows
    ]


def _told(settings: TrainingArguments) -> dict[str, Any]:
    """The settings that decide the speed."""
    names = ("per_device_train_batch_size", "train_sampling_strategy", "optim", "weight_decay", "max_grad_norm")
    return {name: str(getattr(settings, name)) for name in names}


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("transformers", "torch", "accelerate")}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
