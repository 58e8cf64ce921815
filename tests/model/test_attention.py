"""Dense, merged and flex attention against each other, and trees against plain transformers, in loss and gradient."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from peft import PeftModel
from torch import Tensor, nn

from finewright.base.recipe_train import Lora
from finewright.model import attention, lora, tiles
from finewright.model.attention import Unsupported, Way, dense, flex, merged, tree_attention
from finewright.model.batch import Batch, Example
from finewright.model.layers import checkpoint_layers
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from finewright.model.tree import Tree, TreeBatches
from model.forests import examples
from support.parity_models import FAMILIES, decoder

PAD = 0


def tree_of(seed: int, **changes: int) -> tuple[Tree, int]:
    (batch,) = TreeBatches(10_000)(examples(seed, **changes))
    return batch.inputs["tree"], batch.tokens


def states(tokens: int, heads: int, key_heads: int, seed: int, width: int = 8) -> list[Tensor]:
    """Query, key and value in the layout that projections leave them in."""
    draw = torch.Generator().manual_seed(seed)
    shapes = [(heads,), (key_heads,), (key_heads,)]
    return [torch.randn(1, tokens, *shape, width, generator=draw).transpose(1, 2).requires_grad_() for shape in shapes]


def computed(way: Way, given: list[Tensor], tree: Tree) -> list[Tensor]:
    """The output and the gradients of query, key and value."""
    out = way(*given, tree, 0.3, None)
    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(0))
    return [out, *torch.autograd.grad((out * weights).sum(), given)]


@pytest.mark.parametrize("seed", range(60))
def test_merged_is_dense_whatever_is_trunk_and_tile(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(tiles, "SIDE", draw.choice([2, 4, 8, 16, 64]))
    monkeypatch.setattr(tiles, "_STEP", draw.choice([1, 2, 4]))
    tree, tokens = tree_of(seed, most=16)
    given = states(tokens, *draw.choice([(4, 2), (3, 3), (6, 1), (9, 3)]), seed)
    for one, other in zip(computed(merged, given, tree), computed(dense, given, tree), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_every_kind_of_piece_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of the check: trunks with and without queries below, tiles of several subtrees and of several sizes."""
    monkeypatch.setattr(tiles, "SIDE", 8)
    monkeypatch.setattr(tiles, "_STEP", 4)
    parts = [tree_of(seed, most=16)[0].parts for seed in range(60)]
    trunk = [node for one in parts for node in one.trunk]
    assert any(node.end > node.stop for node in trunk)
    assert any(node.end == node.stop for node in trunk)
    assert any(len(one.tiles) > 1 for one in parts)
    assert any((mask == 0).sum() < mask.shape[-1] * (mask.shape[-1] + 1) / 2 for one in parts for mask in masks(one))


def masks(parts: tiles.Parts) -> list[Tensor]:
    return [mask for bucket in parts.tiles for mask in bucket.mask]


def test_a_tile_holds_no_neighbour_of_another_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "SIDE", 8)
    monkeypatch.setattr(tiles, "_STEP", 1)
    for seed in range(200):
        tree, tokens = tree_of(seed, most=16)
        covered = sorted(index for bucket in tree.parts.tiles for index in set(bucket.index.flatten().tolist()))
        trunk = [place for node in tree.parts.trunk for place in range(node.start, node.stop)]
        assert sorted([*covered, *trunk]) == list(range(tokens))
        for bucket in tree.parts.tiles:
            for row in bucket.index.tolist():
                above = [{node.start for node in tree.parts.trunk if node.stop <= q < node.end} for q in row]
                assert all(one == above[0] for one in above)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore:flex_attention called without torch.compile")
def test_flex_is_dense_forwards(seed: int) -> None:
    tree, tokens = tree_of(seed)
    given = [one.detach() for one in states(tokens, 4, 2, seed)]
    torch.testing.assert_close(flex(*given, tree, 0.3, None), dense(*given, tree, 0.3, None), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(flex(*given, tree, 0.3, 2), dense(*given, tree, 0.3, 2), rtol=1e-4, atol=1e-5)


@pytest.mark.gpu
@pytest.mark.parametrize("window", [None, 20])
@pytest.mark.parametrize("seed", range(2))
def test_flex_is_dense_forwards_and_backwards_on_a_gpu(seed: int, window: int | None) -> None:
    # The compiled kernel wants heads at least 16 wide, and blocks of 128 tokens.
    tree, tokens = tree_of(seed, most=40, longest=80)
    given = [one.detach().cuda().requires_grad_() for one in states(tokens, 4, 2, seed, width=16)]
    ways = (computed_on_gpu(way, given, tree, window) for way in (flex, dense))
    for one, other in zip(*ways, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)


def computed_on_gpu(way: Way, given: list[Tensor], tree: Tree, window: int | None) -> list[Tensor]:
    out = way(*given, tree, 0.3, window)
    return [out, *torch.autograd.grad(out.sin().sum(), given)]


def adapted(family: str) -> PeftModel:
    """A tiny decoder with an adapter that changes something."""
    model = lora.attach(decoder(family), Lora(rank=4, alpha=8), seed=0)
    draw = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.copy_(0.2 * torch.randn(weight.shape, generator=draw))
    return model.train()


def learned(model: PeftModel, batches: Sequence[Batch]) -> tuple[float, dict[str, Tensor]]:
    """Summed loss and gradients."""
    model.zero_grad()
    total = 0.0
    for batch in batches:
        loss = -log_probs(model, hidden_states(model, batch), batch).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        total += loss.item()
    return total, {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def close(one: tuple[float, dict[str, Tensor]], other: tuple[float, dict[str, Tensor]]) -> None:
    assert one[0] == pytest.approx(other[0], rel=1e-5)
    assert one[1].keys() == other[1].keys()
    for name, gradient in other[1].items():
        assert float((one[1][name] - gradient).norm()) <= 1e-4 * float(gradient.norm()) + 1e-7, name


def speaking(seed: int) -> list[Example]:
    """Examples over a larger vocabulary, each with something to learn but those of one token."""
    rows = examples(seed, most=14, vocabulary=6, longest=8)
    return [Example(row.id, row.tokens, (False,) + (True,) * (len(row.tokens) - 1)) for row in rows]


SHARING = [name for name in FAMILIES if name != "gemma2-softcap"]


@pytest.mark.parametrize("family", SHARING)
@pytest.mark.parametrize("way", [None, dense])
@pytest.mark.parametrize("seed", range(3))
def test_a_tree_is_the_plain_computation(
    family: str, way: Way | None, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way is not None:
        monkeypatch.setattr(attention, "choose", lambda device, window: way)
    monkeypatch.setattr(tiles, "SIDE", 4)
    model, rows = adapted(family), speaking(seed)
    close(
        learned(model, TreeBatches(10_000)(rows)), learned(model, [padded([row], PAD) for row in rows if row.targets])
    )


@pytest.mark.parametrize("budget", [1, 9, 30])
def test_any_cut_into_micro_batches_gives_the_same_gradient(budget: int) -> None:
    model, rows = adapted("llama"), speaking(5)
    cut = TreeBatches(budget)(rows)
    assert len(cut) > 1
    close(learned(model, cut), learned(model, TreeBatches(10_000)(rows)))


def test_two_computations_give_the_same_bits() -> None:
    model, rows = adapted("llama"), speaking(7)
    one, two = (learned(model, TreeBatches(20)(rows)) for _ in range(2))
    assert one[0] == two[0]
    assert all(torch.equal(one[1][name], two[1][name]) for name in one[1])


def test_gradient_checkpointing_changes_nothing() -> None:
    model, rows = adapted("llama"), speaking(8)
    before = learned(model, TreeBatches(10_000)(rows))
    checkpoint_layers(model)
    calls = counting(model)
    close(learned(model, TreeBatches(10_000)(rows)), before)
    assert calls == [2], "the layer is computed twice"


def counting(model: PeftModel) -> list[int]:
    calls = [0]

    def count(*_: Any) -> None:
        calls[0] += 1

    model.get_decoder().layers[0].self_attn.register_forward_hook(count)
    return calls


def asked(**keywords: Any) -> Callable[[], object]:
    tree, tokens = tree_of(0)
    given: dict[str, Any] = {"attention_mask": None, "scaling": 0.3, "tree": tree} | keywords
    return lambda: tree_attention(nn.Identity(), *states(tokens, 4, 2, 0), **given)


@pytest.mark.parametrize(
    "keywords",
    [
        {"softcap": 50.0},
        {"s_aux": torch.zeros(4)},
        {"dropout": 0.1},
        {"attention_mask": torch.ones(1, 4)},
        {"something_new": 3},
        {"tree": None},
    ],
    ids=lambda keywords: next(iter(keywords)),
)
def test_what_is_not_implemented_is_refused(keywords: dict[str, Any]) -> None:
    with pytest.raises(Unsupported, match=r"no tree|" + next(iter(keywords))):
        asked(**keywords)()


def test_what_is_empty_or_harmless_is_not() -> None:
    asked(softcap=None, s_aux=None, output_attentions=False, use_cache=False, position_ids=torch.zeros(1))()


def test_the_way_is_chosen_by_device_and_window() -> None:
    assert attention.choose(torch.device("cpu"), None) is merged
    assert attention.choose(torch.device("cpu"), 4) is dense
    assert attention.choose(torch.device("cuda"), None) is flex


def test_a_window_as_long_as_the_longest_path_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tree, tokens = tree_of(3)
    windows: list[int | None] = []

    def noting(query: Tensor, key: Tensor, value: Tensor, tree: Tree, scale: float, window: int | None) -> Tensor:
        windows.append(window)
        return dense(query, key, value, tree, scale, window)

    for window in (tree.depth - 1, tree.depth, None):
        tree_attention(nn.Identity(), *states(tokens, 4, 2, 0), None, sliding_window=window, tree=tree, way=noting)
    assert windows == [tree.depth - 1, None, None]
