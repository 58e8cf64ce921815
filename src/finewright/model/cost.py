"""What a decoder costs by arithmetic: floating-point operations and bytes, from its configuration alone.

A linear layer of P weights takes 2P operations per token forwards (a multiplication and an addition each). LoRA trains
with 2P more for the gradient of the activations and none for that of the frozen weights; what the adapter adds is
2 (in + out) r per layer, three times in training. Attention's part, quadratic in length, is left out: rows are short.
A block is taken to be Llama's; for one with two feed-forward matrices, such as GPT-2's, figures are too high.
"""

from dataclasses import dataclass

from transformers import AutoConfig

from finewright.base.recipe_train import Learning, Lora, Train
from finewright.model.hub import Base
from finewright.model.quiet import quiet

_FLOAT = 4
_HEAD_CHUNK = 128
# Memory that the allocator holds for each byte kept for the backward pass, since freed temporaries lie between the
# kept ones: 1.5 on SmolLM2-135M between 1,400 and 4,000 tokens on two threads.
_HELD = 1.6
_MODULES = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


@dataclass(frozen=True, slots=True)
class Shape:
    """A decoder's sizes: `hidden` wide, `inner` in the feed-forward part, `kv` wide keys, `vocabulary` tokens."""

    layers: int
    hidden: int
    inner: int
    queries: int
    kv: int
    vocabulary: int
    parameters: int

    @property
    def linear(self) -> dict[str, tuple[int, int]]:
        """In and out of each linear layer of a block, by name."""
        h, f = self.hidden, self.inner
        return {
            "q_proj": (h, self.queries),
            "k_proj": (h, self.kv),
            "v_proj": (h, self.kv),
            "o_proj": (self.queries, h),
            "gate_proj": (h, f),
            "up_proj": (h, f),
            "down_proj": (f, h),
        }

    @property
    def block_weights(self) -> int:
        """Weights in the linear layers of all blocks."""
        return self.layers * sum(a * b for a, b in self.linear.values())


def shape_of(base: Base) -> Shape:
    """Read a decoder's sizes from its `config.json`."""
    with quiet():
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True, trust_remote_code=False)
    heads, hidden = config.num_attention_heads, config.hidden_size
    width = getattr(config, "head_dim", None) or hidden // heads
    return Shape(
        layers=config.num_hidden_layers,
        hidden=hidden,
        inner=getattr(config, "intermediate_size", None) or 4 * hidden,
        queries=heads * width,
        kv=(getattr(config, "num_key_value_heads", None) or heads) * width,
        vocabulary=config.vocab_size,
        parameters=base.parameters,
    )


def adapter_weights(shape: Shape, lora: Lora) -> int:
    """How many weights the adapter has."""
    names = _MODULES if lora.modules == "all-linear" else _MODULES & set(lora.modules)
    magnitudes = {name: shape.linear[name][1] if lora.variant == "dora" else 0 for name in names}
    ranks = {name: lora.ranks.get(name, lora.rank) for name in names}
    return shape.layers * sum(ranks[name] * sum(shape.linear[name]) + magnitudes[name] for name in names)


def reading_flops(shape: Shape) -> float:
    """Operations per prompt token."""
    return 2.0 * shape.block_weights


def writing_flops(shape: Shape) -> float:
    """Operations per token written: the blocks and the head over the whole vocabulary."""
    return 2.0 * (shape.block_weights + shape.hidden * shape.vocabulary)


def trained_weights(shape: Shape, settings: Learning) -> int:
    """How many weights learn: the adapter's, or the base's own."""
    if settings.method == "lora":
        return round(adapter_weights(shape, settings.lora) * learning_share(shape, settings))
    return shape.parameters if settings.layers is None else round(shape.block_weights * learning_share(shape, settings))


def learning_share(shape: Shape, settings: Learning) -> float:
    """The share of the layers that learn."""
    asked = settings.layers
    chosen = shape.layers if asked is None else asked if isinstance(asked, int) else len(set(asked))
    return min(chosen, shape.layers) / shape.layers


def training_flops(shape: Shape, settings: Learning) -> float:
    """Operations per token trained on, forwards and backwards; without the head, which few tokens meet.

    Backwards goes down to the lowest layer that learns and no deeper.
    """
    asked = settings.layers
    lowest = 0 if asked is None else shape.layers - asked if isinstance(asked, int) else min(asked, default=0)
    backwards = 2.0 * shape.block_weights * (1 - lowest / shape.layers)
    own = 2.0 * shape.block_weights * learning_share(shape, settings) if settings.method == "full" else 0.0
    added = 6.0 * trained_weights(shape, settings) if settings.method == "lora" else 0.0
    return 2.0 * shape.block_weights + backwards + own + added


def training_bytes(shape: Shape, settings: Train, micro_tokens: int) -> int:
    """Peak memory of training: fp32 weights, what learns and its state, activations of a micro-batch, some logits.

    Kept per token and layer for the backward pass: about seven vectors as wide as the model and two as wide as the
    feed-forward part, or the layer's input alone where layers are computed again. What learns is held with its gradient
    and AdamW's two moments.
    """
    layer = 7 * shape.hidden + 2 * shape.inner
    kept = shape.layers * shape.hidden + layer if settings.gradient_checkpointing else shape.layers * layer
    activations = int(_HELD * micro_tokens * kept)
    logits = 3 * _HEAD_CHUNK * shape.vocabulary
    # The adapter comes on top of the base; the base's own weights are there already.
    held = (4 if settings.method == "lora" else 3) * trained_weights(shape, settings)
    return _FLOAT * (shape.parameters + held + activations + logits)


def serving_bytes(shape: Shape, batch_tokens: int) -> int:
    """Peak memory of answering: weights, keys and values of the tokens side by side, and one layer's activations."""
    cache = batch_tokens * shape.layers * 2 * shape.kv
    activations = batch_tokens * (4 * shape.hidden + 3 * shape.inner)
    return _FLOAT * (shape.parameters + cache + activations)


def trained_bytes(shape: Shape, settings: Learning) -> int:
    """Size on disk of what learns."""
    return _FLOAT * trained_weights(shape, settings)
