"""A frozen base in 4 bits: NF4 with its scales quantised too (Dettmers et al. 2023, section 3), by bitsandbytes.

Says whether that can be had here and makes what comes out of it compute alike in training and in serving. Knows
matrices; no adapters and no training.
"""

from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn
from transformers import BitsAndBytesConfig

from finewright.base.errors import InputError

_INSTALL = "run `pip install bitsandbytes`, or leave `train.quantise` out"


def configuration() -> BitsAndBytesConfig:
    """How transformers quantises while it loads: all linear matrices but the head, computing in fp32."""
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )


def check_quantising(device: str = "cpu") -> None:
    """Raise InputError where bitsandbytes is not installed, or cannot compute on `device`."""
    if find_spec("bitsandbytes") is None:
        raise InputError("`train.quantise` needs bitsandbytes, which is not installed", remedy=_INSTALL)
    bitsandbytes, library = _library()
    able = device in bitsandbytes.supported_torch_devices and (device == "cpu" or library.compiled_with_cuda)
    if not able or type(library).__name__ == "ErrorHandlerMockBNBNativeLibrary":
        raise InputError(
            f"bitsandbytes as installed here cannot quantise on the device `{device}`",
            remedy="leave `train.quantise` out, or install a build of bitsandbytes for this machine",
        )


def quantiser() -> str:
    """What quantises here, with its version, which decides the last bits."""
    return f"bitsandbytes {version('bitsandbytes')}"


def is_quantised(model: nn.Module) -> bool:
    """Whether matrices of the model are held in 4 bits."""
    return any(type(module).__name__ == "Linear4bit" for module in model.modules())


def settle_kernels(model: nn.Module) -> None:
    """Have every 4-bit matrix computed by the same kernel in training and outside it.

    On processors with bfloat16 instructions bitsandbytes packs a matrix anew when it is first used for inference. From
    then on it computes in bfloat16 and lets no gradient through, also in training: after one validation the layers
    below would learn nothing more.
    """
    for module in model.modules():
        if type(module).__name__ == "Linear4bit":
            given: Any = module
            given.support_avx512bf16_for_cpu = False


def _library() -> tuple[Any, Any]:
    import bitsandbytes
    from bitsandbytes.cextension import lib

    return bitsandbytes, lib
