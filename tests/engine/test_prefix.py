"""Attention to a shared start kept once, against plain attention to keys copied and repeated."""

import pytest
import torch
from torch import nn
from transformers import AttentionInterface

from finewright.engine.prefix import NAME, Prefix, Refused, behind

ROWS, HEADS, TOKENS, OWN, SHARED, WIDTH = 3, 4, 2, 5, 7, 8


class Layer(nn.Module):
    """What the attention function looks at in a layer."""

    def __init__(self, number: int | None) -> None:
        super().__init__()
        self.layer_idx = number


def states(key_heads: int) -> tuple[torch.Tensor, ...]:
    """Queries, own keys and values, the start's keys and values, and a mask that hides some keys of each row."""
    draw = torch.Generator().manual_seed(key_heads)
    shapes = [
        (ROWS, HEADS, TOKENS, WIDTH),
        *[(ROWS, key_heads, OWN, WIDTH)] * 2,
        *[(1, key_heads, SHARED, WIDTH)] * 2,
    ]
    hidden = torch.rand(ROWS, 1, TOKENS, OWN, generator=draw) < 0.5
    hidden[..., -1] = False
    mask = torch.zeros(hidden.shape).masked_fill(hidden, float("-inf"))
    return *(torch.randn(shape, generator=draw) for shape in shapes), mask


def attention(layer: int | None = 0, key_heads: int = 2, **changed):
    query, key, value, shared_key, shared_value, mask = states(key_heads)
    given = {"attention_mask": mask, "scaling": 0.3, "prefix": Prefix([(shared_key, shared_value)])} | changed
    return AttentionInterface()[NAME](Layer(layer), query, key, value, **given)[0]


@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_equals_attention_to_copied_keys(key_heads):
    query, key, value, shared_key, shared_value, mask = states(key_heads)
    keys, values = (
        torch.cat([shared.expand(ROWS, -1, -1, -1), own], dim=2).repeat_interleave(HEADS // key_heads, dim=1)
        for shared, own in ((shared_key, key), (shared_value, value))
    )
    scores = 0.3 * query @ keys.transpose(2, 3) + torch.nn.functional.pad(mask, (SHARED, 0))
    expected = (scores.softmax(-1) @ values).transpose(1, 2)
    torch.testing.assert_close(attention(key_heads=key_heads), expected)


def test_the_scale_is_by_the_width_where_none_is_given():
    torch.testing.assert_close(attention(scaling=None), attention(scaling=WIDTH**-0.5))


def test_what_changes_nothing_is_let_through():
    idle = {"dropout": 0.0, "sliding_window": None, "softcap": None, "output_attentions": False, "use_cache": True}
    positions = torch.arange(TOKENS)[None]
    torch.testing.assert_close(attention(**idle, position_ids=positions), attention())


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sliding_window": 4096}, "sliding_window"),
        ({"softcap": 50.0}, "softcap"),
        ({"s_aux": torch.zeros(HEADS)}, "s_aux"),
        ({"dropout": 0.1}, "dropout"),
        ({"position_bias": torch.zeros(1)}, "position_bias"),
        ({"prefix": None}, "hand on"),
        ({"attention_mask": None}, "hand on"),
        ({"attention_mask": torch.zeros(ROWS, OWN)}, "hand on"),
        ({"layer": 1}, "their own keys"),
        ({"layer": None}, "their own keys"),
    ],
)
def test_what_is_not_implemented_is_refused(changed, message):
    with pytest.raises(Refused, match=message):
        attention(**changed)


def test_attending_to_nothing_leaves_the_model_as_it_is(grouped):
    with behind(grouped, None) as more:
        assert more == {}
        assert grouped.config._attn_implementation == "sdpa"
