"""What TRL and plain transformers get on documents: written for tests/train/test_parity_pretrain.py to meet.

    make parity

Every row of every document is an example of its own for SFTTrainer, learned whole, in one optimizer step: what packed
documents must equal. Losses go into `expected-pretrain.json`, the adapter's gradients beside it; the weights are those
of `llama.safetensors`.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets import Dataset
from peft import PeftModel
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast, TrainerCallback
from trl import SFTConfig, SFTTrainer

from support.parity_documents import documents, rows

Likelihood = Callable[[PeftModel, list[int], list[int]], list[float]]


def expect_pretrain(
    folder: Path,
    model: Callable[[], PeftModel],
    likelihood: Likelihood,
    gradients: Any,
    settings: Callable[[str, int, int], SFTConfig],
    tokenizer: PreTrainedTokenizerFast,
) -> dict[str, Any]:
    """Loss of the step and each document's negative log-likelihoods; the gradients go to `folder`."""
    cut = [row for document in documents() for row in rows(document)]
    loss = trained(model(), cut, gradients, settings, tokenizer)
    tensors = {name: value.contiguous() for name, value in gradients.kept.items()}
    save_file(tensors, folder / "pretrain.safetensors")
    alone = model()
    return {
        "loss": loss,
        "documents": documents(),
        "negative_log_likelihoods": [
            [nats for row in rows(document) for nats in likelihood(alone, row, [0, *[1] * (len(row) - 1)])]
            for document in documents()
        ],
    }


def trained(
    model: PeftModel,
    cut: list[list[int]],
    gradients: TrainerCallback,
    settings: Callable[[str, int, int], SFTConfig],
    tokenizer: PreTrainedTokenizerFast,
) -> float:
    """Loss of one optimizer step by SFTTrainer over all rows, every token learned; not clipped."""
    with tempfile.TemporaryDirectory() as scratch:
        config = settings(scratch, len(cut), 1)
        config.completion_only_loss = False
        trainer = SFTTrainer(
            model=model,
            args=config,
            train_dataset=Dataset.from_dict({"input_ids": cut}),
            processing_class=tokenizer,
            callbacks=[gradients],
        )
        return float(trainer.train().training_loss)


def write(path: Path, told: dict[str, Any]) -> None:
    """The figures, as JSON."""
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")
