"""An encoder and one vector for each text from it: loaded, laid out without padding, pooled. Knows no head, no loss.

Packed rows are used wherever they are sound. Nothing is taken on trust: a few real texts are computed both ways first,
and where vectors or gradients differ, texts of one length lie side by side instead, which every encoder takes.
"""

import inspect
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import AutoModel, PreTrainedModel

from finewright.base.errors import BaseError, Place
from finewright.model.attention import Unsupported, attending
from finewright.model.batch import Batch, Batches, Example
from finewright.model.hub import Base
from finewright.model.packed import NAME, EvenBatches, PackedBatches, runs_of
from finewright.model.quiet import quiet

Pooling = Literal["mean", "first", "last"]

_LOOKED_AT, _APART = 64, 9
_CLOSE = 1e-3  # of vectors and of gradients, relative to their norm, in float32


def load_encoder(base: Base) -> PreTrainedModel:
    """The base's weights in fp32, in eval mode. Raises BaseError where it is no encoder, or is damaged."""
    if base.kind != "encoder":
        raise BaseError(f"`{base.name}` is no embedding base", remedy="choose one, such as minilm-l6")
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            model, seen = AutoModel.from_pretrained(
                base.folder,
                dtype=torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                local_files_only=True,
                trust_remote_code=False,
            )
        except (SafetensorError, OSError, RuntimeError) as fault:
            raise _damaged(base) from fault
    # Many encoders are published without their pooler, which nothing here reads; transformers makes a random one.
    if any("pooler" not in name for name in seen["missing_keys"]):
        raise _damaged(base)
    found: PreTrainedModel = model.eval()
    return found


def encoded(trunk: nn.Module, batch: Batch, pooling: Pooling) -> Tensor:
    """One vector for each text of the batch, (N, H), in the order of its ids."""
    given: Any = trunk
    with attending(given, NAME) if "packed" in batch.inputs else nullcontext():
        states = given(**batch.inputs).last_hidden_state  # (B, L, H)
    mask = batch.inputs.get("attention_mask")
    if mask is not None and not mask.all():
        return _pooled_within(states, mask.sum(1), pooling)
    runs = runs_of(batch)
    pieces = states.flatten(0, 1).split([count * length for count, length in runs])
    return torch.cat([_pooled(piece.unflatten(0, run), pooling) for piece, run in zip(pieces, runs, strict=True)])


def encoder_layout(trunk: nn.Module, examples: Sequence[Example], micro_tokens: int) -> tuple[Batches, str | None]:
    """How to lay out texts for the encoder, and why they are not packed, where they are not."""
    batches = PackedBatches(micro_tokens, first_position(trunk))
    reason = (_unsuited(trunk) or _differs(trunk, batches, examples)) if examples else None
    return (batches if reason is None else EvenBatches(micro_tokens)), reason


def first_position(trunk: nn.Module) -> int:
    """The position of a text's first token: behind the padding's own in RoBERTa and its kin, else 0."""
    tables = [module for name, module in trunk.named_modules() if name.endswith("position_embeddings")]
    padding = getattr(tables[0], "padding_idx", None) if tables else None
    return 0 if padding is None else int(padding) + 1


def no_dropout(trunk: nn.Module) -> None:
    """Switch the base's own dropout off, in place; what is saved keeps the configuration as it was."""
    for module in trunk.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0


def _pooled(states: Tensor, pooling: Pooling) -> Tensor:
    """(n, L, H) -> (n, H)."""
    if pooling == "mean":
        return states.mean(1)
    return states.select(1, 0 if pooling == "first" else -1)


def _pooled_within(states: Tensor, lengths: Tensor, pooling: Pooling) -> Tensor:
    """(n, L, H) of which the first `lengths` (n,) of each row count -> (n, H)."""
    rows, longest = states.shape[:2]
    if pooling == "mean":
        within = torch.arange(longest) < lengths[:, None]  # (n, L)
        return (states * within[..., None]).sum(1) / lengths[:, None]
    place = torch.zeros_like(lengths) if pooling == "first" else lengths - 1
    return states.flatten(0, 1).index_select(0, torch.arange(rows) * longest + place)


def _unsuited(trunk: nn.Module) -> str | None:
    if "position_ids" not in inspect.signature(trunk.forward).parameters:
        return "the base does not take positions from outside"
    if not isinstance(trunk, PreTrainedModel) or not trunk._can_set_attn_implementation():
        return "the base's attention cannot be replaced"
    return None


def _differs(trunk: nn.Module, batches: PackedBatches, examples: Sequence[Example]) -> str | None:
    """What differs between packed texts and texts by themselves, on a few real ones; None where nothing does."""
    by_length = sorted(examples[:_LOOKED_AT], key=lambda example: (len(example.tokens), example.id))
    looked_at = [*by_length[:2], *by_length[2::_APART]]
    try:
        packed = _computed(trunk, batches(looked_at))
    except Unsupported as fault:
        return f"the base asks for {fault}"
    except (RuntimeError, TypeError, ValueError) as fault:  # in a base's own code, whatever it stumbles over
        return f"the base does not take packed texts ({fault})"
    plain = _computed(trunk, EvenBatches(1)([replace(example, group=None) for example in looked_at]))
    apart = max((_relative(one, other) for one, other in zip(packed, plain, strict=True)), default=0.0)
    return None if apart <= _CLOSE else f"on a few texts it differs from the plain computation, by {apart:.1g}"


def _computed(trunk: nn.Module, batches: Sequence[Batch]) -> tuple[Tensor, Tensor]:
    """The texts' vectors, flat in the order of ids, and the gradients of a fixed sum over them, flat."""
    weights = [weight for weight in trunk.parameters() if weight.requires_grad]
    rows = {name: row for batch in batches for name, row in zip(batch.ids, encoded(trunk, batch, "mean"), strict=True)}
    found = torch.stack([rows[name] for name in sorted(rows)])  # (N, H)
    towards = torch.arange(found.numel()).cos().view_as(found).to(found)
    gradients = torch.autograd.grad((found * towards).sum(), weights, materialize_grads=True) if weights else ()
    return found.detach().flatten(), torch.cat([found.new_zeros(1), *(one.flatten() for one in gradients)])


def _relative(one: Tensor, other: Tensor) -> float:
    norm = float(other.norm())
    return float((one - other).norm()) / (norm or 1.0)


def _damaged(base: Base) -> BaseError:
    return BaseError(
        "the weights are damaged or incomplete",
        place=Place(base.folder),
        remedy="remove the folder and pull the base again, or copy it anew",
    )
