"""What transformers and torch get for heads on tiny trunks, padded: for tests/model/test_classifier_parity.py to meet.

Called by `parity.py`; runs in the peers' environment.

An encoder under mean pooling and a linear layer, with torch's class-weighted and multi-label losses; a decoder as
`LlamaForSequenceClassification`, which reads the last state that is no padding.
"""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from support.parity_heads import CLASS_WEIGHTS, CLASSES, HELD, PAD, decoder, encoder, linear, texts


def expect_heads(folder: Path) -> dict[str, Any]:
    """Losses and probabilities of each head; weights and gradients go into a file of each in `folder`."""
    tokens = torch.nn.utils.rnn.pad_sequence([torch.tensor(text) for text in texts()], True, PAD)  # (N, T)
    mask = (torch.arange(tokens.shape[1]) < torch.tensor([len(text) for text in texts()])[:, None]).long()  # (N, T)
    return {
        "texts": texts(),
        "classes": _kept(folder, "encoder-classes", *_encoder(tokens, mask, _weighted)),
        "labels": _kept(folder, "encoder-labels", *_encoder(tokens, mask, _multi_label)),
        "decoder": _kept(folder, "decoder-classes", *_decoder(tokens, mask)),
    }


def _encoder(tokens: Tensor, mask: Tensor, loss: Any) -> tuple[nn.ModuleDict, Tensor, Tensor]:
    model = nn.ModuleDict({"trunk": encoder(), "head": linear()})
    states = model["trunk"](input_ids=tokens, attention_mask=mask).last_hidden_state  # (N, T, H)
    means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)  # (N, H)
    scores = model["head"](means)
    return model, scores, loss(scores)


def _weighted(scores: Tensor) -> Tensor:
    return functional.cross_entropy(scores, torch.tensor(CLASSES), weight=torch.tensor(CLASS_WEIGHTS))


def _multi_label(scores: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(scores, torch.tensor(HELD, dtype=torch.float32))


def _decoder(tokens: Tensor, mask: Tensor) -> tuple[nn.Module, Tensor, Tensor]:
    model = decoder()
    found = model(input_ids=tokens, attention_mask=mask, labels=torch.tensor(CLASSES))
    return model, found.logits, found.loss


def _kept(folder: Path, name: str, model: nn.Module, scores: Tensor, loss: Tensor) -> dict[str, Any]:
    loss.backward()
    tensors = {f"gradient/{key}": value.grad for key, value in model.named_parameters() if value.grad is not None}
    if name != "encoder-labels":  # its weights are those of `encoder-classes`
        tensors |= {f"weight/{key}": value.detach() for key, value in model.named_parameters()}
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / f"head-{name}.safetensors")
    print(f"head {name}: {loss.item()}")
    return {"loss": loss.item(), "scores": scores.tolist()}
