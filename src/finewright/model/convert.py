"""A GGUF file to a plain transformers folder, dequantised once. Knows nothing of where the file came from."""

import contextlib
import io
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.base.progress import interactive
from finewright.model.quiet import quiet

_MARKS = ("quantization_method", "is_quantized", "hf_quantizer")


def dequantise(gguf: Path, folder: Path) -> None:
    """Write the model of `gguf` to `folder` as fp32 safetensors with its tokenizer and chat template."""
    # transformers shows a bar of its own while it dequantises, which no setting turns off.
    shown = contextlib.nullcontext() if interactive() else contextlib.redirect_stderr(io.StringIO())
    with quiet(), shown:
        model: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        # With the quantisation marks left on, save_pretrained would write the weights down as GGUF's.
        model.hf_quantizer = None
        for mark in _MARKS:
            vars(model).pop(mark, None)
        vars(model.config).pop("quantization_config", None)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
