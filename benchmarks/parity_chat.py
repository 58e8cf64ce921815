"""What TRL's SFTTrainer learns of conversations: written for tests/model/test_parity_chat.py to meet.

Called by `make parity`. TRL renders, tokenises and masks the conversations itself: `assistant_only_loss` for all turns,
prompt and completion for the last one alone. Kept are its tokens, its masks, its loss and its gradients.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import PeftModel
from safetensors.torch import save_file
from trl import SFTConfig, SFTTrainer

from support.parity_chat import CALLS, TEXTS, tokenizer

MASKED = -100


def write(
    folder: Path, adapted: Callable[[], PeftModel], keeper: Callable[[], Any], settings: Callable[..., SFTConfig]
) -> None:
    """Write `chats.json` and `chats.safetensors`: one optimizer step for each way of learning conversations."""
    told, tensors = {}, {}
    for name, (rows, asked) in _cases().items():
        kept = keeper()
        with tempfile.TemporaryDirectory() as scratch:
            trainer = SFTTrainer(
                model=adapted(),
                args=_with(settings(scratch, len(rows), 1), asked),
                train_dataset=Dataset.from_list(rows),
                processing_class=tokenizer(),
                callbacks=[kept],
            )
            loss = trainer.train().training_loss
        told[name] = {"loss": loss, "examples": list(map(_seen, trainer.train_dataset))}
        tensors |= {f"{name}/{key}": value.contiguous() for key, value in kept.kept.items()}
        print(f"chats, {name}: {loss}")
    (folder / "chats.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    save_file(tensors, folder / "chats.safetensors")


def _cases() -> dict[str, tuple[list[dict[str, Any]], dict[str, Any]]]:
    """By name: rows as TRL takes them, and its settings."""
    last = [{"prompt": row["messages"][:-1], "completion": row["messages"][-1:]} for row in TEXTS]
    assistants = {"assistant_only_loss": True, "completion_only_loss": None}
    return {
        "all turns": (TEXTS, assistants),
        "all turns and calls": (CALLS, assistants),
        "last turn": (last, {"completion_only_loss": True}),
    }


def _with(settings: SFTConfig, asked: dict[str, Any]) -> SFTConfig:
    for key, value in asked.items():
        setattr(settings, key, value)
    return settings


def _seen(row: dict[str, Any]) -> dict[str, list[int]]:
    return {"tokens": row["input_ids"], "supervised": [int(label != MASKED) for label in row["labels"]]}
