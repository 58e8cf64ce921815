"""The one place that hands a key-value cache to a model. Knows nothing of what the tokens mean."""

from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from finewright.engine.prefix import Prefix, behind


def forward(
    model: PreTrainedModel,
    cache: DynamicCache,
    tokens: Tensor,
    positions: Tensor,
    mask: Tensor | None,
    *,
    last: int = 0,
    prefix: Prefix | None = None,
) -> Tensor:
    """Read (B, T) tokens behind what `cache` holds, and behind `prefix` if there is one.

    Returns logits (B, T, V) of what follows each token, or (B, last, V) of what follows the last few. `mask` is
    (B, held + T), true where a token counts, or (B, 1, T, held + T), added to the scores; with a prefix the latter.
    Raises Refused where the model cannot attend to a prefix.
    """
    with behind(model, prefix) as more:
        logits: Tensor = model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=last,
            **more,
        ).logits
    return logits
