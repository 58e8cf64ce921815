"""States below the lowest layer that learns, kept: the same loss and gradients as computed anew, wherever it is cut."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from finewright.base.recipe_train import Train
from finewright.model.batch import Batch, Example
from finewright.model.frozen import FrozenStates, keep_states, lowest_learning, states_bytes
from finewright.model.full import unfreeze
from finewright.model.hub import find, load_decoder
from finewright.model.padded import padded
from finewright.model.states import hidden_states, log_probs
from finewright.model.tree import TreeBatches
from support.tiny import tiny_base

IDENTITY = {"base": "b"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> nn.Module:
    folder = tmp_path_factory.mktemp("frozen")
    base = find(str(tiny_base(folder / "base", layers=4)), folder / "home")
    return unfreeze(load_decoder(base), Train(method="full", layers=2))


def examples() -> list[Example]:
    """Levels of shared tokens, short shared runs, duplicates, a beginning of another, and rows that share nothing."""
    prompt = tuple(range(3, 23))
    rows = [
        (*prompt, 5, 6, 7),
        (*prompt, 5, 6, 8, 9),
        (*prompt, 30),
        (*prompt, 5, 6, 7),
        prompt[:12],
        (40, 41, 50, 51),
        (40, 42, 52, 53, 54),
        (60, 61),
    ]
    return [Example(f"e{n}", row, (False, *[True] * (len(row) - 1))) for n, row in enumerate(rows)]


def scores(model: nn.Module, batches: tuple[Batch, ...]) -> dict[tuple[str, int], Tensor]:
    """Each entry's log-probability by (example, place among its targets)."""
    found: dict[tuple[str, int], Tensor] = {}
    for batch in batches:
        seen: dict[str, int] = {}
        for row, score in zip(
            batch.example.tolist(), log_probs(model, hidden_states(model, batch), batch), strict=True
        ):
            place = seen[batch.ids[row]] = seen.get(batch.ids[row], -1) + 1
            found[batch.ids[row], place] = score
    return found


def gradients(model: nn.Module, found: dict[tuple[str, int], Tensor]) -> list[Tensor]:
    learning = [weight for weight in model.parameters() if weight.requires_grad]
    return list(torch.autograd.grad(torch.stack(list(found.values())).sum(), learning))


@pytest.mark.parametrize("kept_in", [8, 24, 1000])
@pytest.mark.parametrize("learned_in", [16, 1000])
def test_loss_and_gradients_are_those_of_plain_rows(
    model: nn.Module, tmp_path: Path, kept_in: int, learned_in: int
) -> None:
    frozen = keep_states(model, examples(), kept_in, tmp_path, IDENTITY)
    assert frozen.layer == lowest_learning(model) == 2
    kept = scores(model, TreeBatches(learned_in, frozen)(examples()))
    plain = scores(model, tuple(padded([example], 0) for example in examples()))
    assert kept.keys() == plain.keys()
    for key, score in plain.items():
        assert kept[key].item() == pytest.approx(score.item(), abs=2e-5)
    for ours, wanted in zip(gradients(model, kept), gradients(model, plain), strict=True):
        assert torch.allclose(ours, wanted, atol=1e-4, rtol=1e-3)


def test_each_distinct_beginning_is_kept_once(model: nn.Module, tmp_path: Path) -> None:
    keep_states(model, examples(), 1000, tmp_path, IDENTITY)
    distinct = {row.tokens[: end + 1] for row in examples() for end in range(len(row.tokens))}
    size = (tmp_path / "states.f32").stat().st_size
    assert size == 4 * 32 * len(distinct) == states_bytes(model, examples())


def test_the_layers_below_are_not_computed(model: nn.Module, tmp_path: Path) -> None:
    frozen = keep_states(model, examples(), 1000, tmp_path, IDENTITY)
    called: list[int] = []
    hooks = [
        layer.register_forward_hook(lambda *_, number=number: called.append(number))
        for number, layer in enumerate(model.get_decoder().layers)  # type: ignore[operator]
    ]
    hidden_states(model, TreeBatches(1000, frozen)(examples())[0])
    for hook in hooks:
        hook.remove()
    assert called == [2, 3]
    assert len(model.get_decoder().layers) == 4  # type: ignore[operator]


def test_kept_states_are_read_again_and_never_for_others(
    model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_states(model, examples(), 1000, tmp_path, IDENTITY)
    stamp = (tmp_path / "states.f32").stat().st_mtime_ns

    def kept(*changes: object) -> bool:
        keep_states(model, *changes)  # type: ignore[arg-type]
        return (tmp_path / "states.f32").stat().st_mtime_ns == stamp

    assert kept(examples(), 1000, tmp_path, IDENTITY)
    assert kept(examples()[::-1], 1000, tmp_path, IDENTITY)
    assert not kept(examples()[1:], 1000, tmp_path, IDENTITY)


@pytest.mark.parametrize("fault", ["damaged", "identity", "unfinished"])
def test_damaged_foreign_or_unfinished_states_are_computed_anew(model: nn.Module, tmp_path: Path, fault: str) -> None:
    first = keep_states(model, examples(), 1000, tmp_path, IDENTITY).behind([("e0", 0)])
    path = tmp_path / "states.f32"
    content = path.read_bytes()
    spoilt = bytes(len(content))
    path.write_bytes(spoilt)
    if fault == "unfinished":
        (tmp_path / "states.json").unlink()
    identity = {"base": "other"} if fault == "identity" else IDENTITY
    assert torch.equal(keep_states(model, examples(), 1000, tmp_path, identity).behind([("e0", 0)]), first)
    assert path.read_bytes() == content


def test_nothing_lies_below_where_the_embeddings_or_the_first_layer_learn(tmp_path: Path) -> None:
    base = find(str(tiny_base(tmp_path / "base", layers=3)), tmp_path / "home")
    assert lowest_learning(unfreeze(load_decoder(base), Train(method="full"))) == 0
    assert lowest_learning(unfreeze(load_decoder(base), Train(method="full", layers=[0, 2]))) == 0
    assert lowest_learning(unfreeze(load_decoder(base), Train(method="full", layers=1))) == 2


def test_rows_come_in_the_order_asked() -> None:
    states = np.arange(12, dtype=np.float32).reshape(6, 2)
    frozen = FrozenStates(1, states, {"a": np.array([0, 1, 2]), "b": np.array([0, 1, 5])})
    assert frozen.behind([("b", 1), ("a", 2)]).tolist() == [[2, 3], [10, 11], [4, 5]]
