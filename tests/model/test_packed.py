"""Packed texts beside texts by themselves: attention, vectors, gradients, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, PreTrainedModel, RobertaConfig, RobertaModel

from finewright.model import packed
from finewright.model.attention import Unsupported
from finewright.model.batch import Batch
from finewright.model.encoder import Pooling, encoded, encoder_layout, first_position, no_dropout
from finewright.model.packed import EvenBatches, PackedBatches, by_run, packed_attention, runs_of
from finewright.model.texts import headed
from support.parity_heads import PAD, VOCABULARY, encoder, texts

RUNS = ((3, 1), (1, 2), (2, 5), (4, 7))
EXAMPLES = [headed(f"text-{number}", tokens) for number, tokens in enumerate(texts())]


def states(*shape: int) -> Tensor:
    """Random states (1, T, H, D) seen as (1, H, T, D), as a projection hands them on."""
    draw = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=draw, dtype=torch.float64).transpose(1, 2).requires_grad_()


def masked(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """The slow reference: every token against every token, with a mask of who belongs together."""
    text = torch.cat([torch.arange(count).repeat_interleave(length) + 100 * length for count, length in RUNS])
    mask = text[:, None] == text[None]
    return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.3).transpose(1, 2)


@pytest.mark.parametrize("way", ["kernel", "reference"])
def test_attention_is_that_under_a_mask(way: str) -> None:
    ours, theirs = ([states(1, 43, 3, 4) for _ in range(3)] for _ in range(2))
    for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        with torch.no_grad():
            one.mul_(number + 1)
            other.mul_(number + 1)
    if way == "kernel":
        found, _ = packed_attention(nn.Identity(), *ours, None, scaling=0.3, packed=RUNS)
    else:
        found = by_run(*ours, RUNS, 0.3)
    wanted = masked(*theirs)
    torch.testing.assert_close(found, wanted)
    towards = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for one, other in zip(
        torch.autograd.grad(found, ours, towards), torch.autograd.grad(wanted, theirs, towards), strict=True
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize(
    "asked",
    [
        {"dropout": 0.1},
        {"sliding_window": 4},
        {"softcap": 2.0},
        {"is_causal": True},
        {"encoder_hidden_states": torch.zeros(1)},
        {"packed": None},
        {"attention_mask": torch.zeros(1)},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_whatever_is_not_done_is_refused(asked: dict[str, Any]) -> None:
    given: dict[str, Any] = {"attention_mask": None, "packed": RUNS} | asked
    with pytest.raises(Unsupported):
        packed_attention(nn.Identity(), *(states(1, 43, 2, 4) for _ in range(3)), **given)


def test_heads_that_share_keys_are_refused() -> None:
    with pytest.raises(Unsupported, match="shared keys"):
        packed_attention(
            nn.Identity(), states(1, 43, 2, 4), states(1, 43, 1, 4), states(1, 43, 1, 4), None, packed=RUNS
        )


def test_what_is_harmless_passes() -> None:
    given = [states(1, 43, 2, 4) for _ in range(3)]
    packed_attention(nn.Identity(), *given, None, packed=RUNS, position_ids=torch.zeros(1), encoder_hidden_states=None)


def test_texts_lie_by_length_without_padding() -> None:
    (batch,) = PackedBatches(1000, first=2)(EXAMPLES)
    lengths = sorted(len(example.tokens) - 1 for example in EXAMPLES)
    assert [length for count, length in runs_of(batch) for _ in range(count)] == lengths
    assert batch.tokens == sum(lengths) == batch.inputs["input_ids"].numel()
    tokens, positions = batch.inputs["input_ids"][0].tolist(), batch.inputs["position_ids"][0].tolist()
    by_id = {example.id: example for example in EXAMPLES}
    for name in batch.ids:
        text = list(by_id[name].tokens[:-1])
        assert tokens[: len(text)] == text
        assert positions[: len(text)] == [2 + place for place in range(len(text))]
        del tokens[: len(text)], positions[: len(text)]
    assert tokens == []


@pytest.mark.parametrize("batches", [PackedBatches(20), EvenBatches(20)])
def test_the_budget_holds_and_the_order_given_does_not_matter(batches: Any) -> None:
    found = batches(EXAMPLES)
    assert all(batch.tokens <= 20 or len(batch.ids) == 1 for batch in found)
    assert sorted(name for batch in found for name in batch.ids) == sorted(example.id for example in EXAMPLES)
    again = batches(EXAMPLES[::-1])
    assert [batch.ids for batch in again] == [batch.ids for batch in found]
    assert batches([]) == ()


@pytest.mark.parametrize("pooling", ["mean", "first", "last"])
def test_vectors_are_those_of_texts_by_themselves(pooling: Pooling) -> None:
    model = encoder()
    (batch,) = PackedBatches(1000)(EXAMPLES)
    with torch.no_grad():
        found = dict(zip(batch.ids, encoded(model, batch, pooling), strict=True))
        for example in EXAMPLES:
            alone = model(input_ids=torch.tensor([example.tokens[:-1]])).last_hidden_state[0]  # (L, H)
            wanted = {"mean": alone.mean(0), "first": alone[0], "last": alone[-1]}[pooling]
            torch.testing.assert_close(found[example.id], wanted, rtol=1e-5, atol=1e-6)
    assert model.config._attn_implementation == "sdpa"


def test_a_sound_encoder_is_packed() -> None:
    batches, reason = encoder_layout(encoder().train(), EXAMPLES, 1000)
    assert reason is None
    assert isinstance(batches, PackedBatches)


def roberta() -> RobertaModel:
    """Its positions begin behind the padding's own."""
    config = RobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=8,
        intermediate_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=32,
        pad_token_id=PAD + 1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.4,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return RobertaModel(config).eval()


def test_positions_begin_where_the_base_lets_them() -> None:
    texts = [example for example in EXAMPLES if PAD + 1 not in example.tokens]
    assert first_position(roberta()) == 2
    assert first_position(encoder()) == 0
    assert encoder_layout(roberta(), texts, 1000)[1] is None


def with_dropout() -> PreTrainedModel:
    """In training mode attention asks for dropout."""
    model = encoder()
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.1
    return model.train()


def with_a_mind_of_its_own() -> PreTrainedModel:
    """Attends as it likes, whatever is registered: to the whole row."""

    class Stubborn(BertModel):
        def forward(self, input_ids: Tensor, position_ids: Tensor | None = None, **named: Any) -> Any:
            before, self.config._attn_implementation = self.config._attn_implementation, "sdpa"
            named.pop("packed", None)
            try:
                return super().forward(input_ids, position_ids=position_ids, **named)
            finally:
                self.config._attn_implementation = before

    model = encoder()
    model.__class__ = Stubborn
    return model


def without_positions() -> PreTrainedModel:
    """Takes no positions from outside."""

    class Plain(BertModel):
        def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Any:
            return super().forward(input_ids, attention_mask)

    model = encoder()
    model.__class__ = Plain
    return model


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (with_dropout, "the base asks for attention with dropout"),
        (with_a_mind_of_its_own, "on a few texts it differs from the plain computation"),
        (without_positions, "the base does not take positions from outside"),
    ],
)
def test_an_unsound_encoder_gets_texts_of_one_length(made: Callable[[], PreTrainedModel], why: str) -> None:
    model = made()
    batches, reason = encoder_layout(model, EXAMPLES, 1000)
    assert reason is not None
    assert why in reason
    assert isinstance(batches, EvenBatches)
    # And that, dropout aside, is right.
    plain, found = encoder(), model.eval()
    for batch in batches(EXAMPLES):
        for name, vector in zip(batch.ids, encoded(found, batch, "mean"), strict=True):
            tokens = next(example.tokens[:-1] for example in EXAMPLES if example.id == name)
            wanted = plain(input_ids=torch.tensor([tokens])).last_hidden_state[0].mean(0)
            torch.testing.assert_close(vector, wanted, rtol=1e-5, atol=1e-6)


def test_a_fault_in_the_attention_is_seen_on_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_text(query: Tensor, *states: Tensor, **_: Any) -> Tensor:
        return functional.scaled_dot_product_attention(query, *states[:2])

    def leaking(module: nn.Module, *given: Any, **named: Any) -> tuple[Tensor, None]:
        return one_text(*given[:3]).transpose(1, 2), None

    monkeypatch.setitem(packed.AttentionInterface._global_mapping, packed.NAME, leaking)
    assert "differs" in str(encoder_layout(encoder(), EXAMPLES, 1000)[1])


def test_a_wrong_gradient_alone_is_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    backward = packed.attend_backward

    def faulty(*given: Any, **named: Any) -> Any:
        of_q, of_k, of_v = backward(*given, **named)
        return of_q, of_k * 1.1, of_v

    monkeypatch.setattr(packed, "attend_backward", faulty)
    assert "differs" in str(encoder_layout(encoder(), EXAMPLES, 1000)[1])


def test_no_dropout_leaves_the_configuration() -> None:
    model = with_dropout()
    before = model.config.to_dict()
    no_dropout(model)
    assert encoder_layout(model, EXAMPLES, 1000)[1] is None
    assert model.config.to_dict() == before


def test_two_passes_have_the_same_bits() -> None:
    def gradients(batch: Batch) -> list[Tensor]:
        model = encoder()
        encoded(model, batch, "mean").pow(2).sum().backward()
        return [weight.grad for weight in model.parameters() if weight.grad is not None]

    (batch,) = PackedBatches(1000)(EXAMPLES)
    for one, other in zip(gradients(batch), gradients(batch), strict=True):
        assert torch.equal(one, other)


def test_few_texts_are_enough_to_look_at() -> None:
    assert encoder_layout(encoder(), EXAMPLES[:1], 1000)[1] is None
    assert encoder_layout(encoder(), [], 1000)[1] is None


@pytest.mark.parametrize("pooling", ["mean", "first", "last"])
@pytest.mark.parametrize("batches", [PackedBatches(30), EvenBatches(30)])
def test_a_group_is_not_parted_and_its_vectors_are_those_of_texts_by_themselves(pooling: Pooling, batches: Any) -> None:
    model = encoder()
    grouped = [replace(example, group=f"group-{place % 3}") for place, example in enumerate(EXAMPLES)]
    found = batches(grouped)
    assert sorted(sorted(batch.ids) for batch in found) == [
        sorted(example.id for example in grouped if example.group == f"group-{number}") for number in range(3)
    ]
    with torch.no_grad():
        vectors = {
            name: row for batch in found for name, row in zip(batch.ids, encoded(model, batch, pooling), strict=True)
        }
        for example in grouped:
            alone = model(input_ids=torch.tensor([example.tokens[:-1]])).last_hidden_state[0]  # (L, H)
            wanted = {"mean": alone.mean(0), "first": alone[0], "last": alone[-1]}[pooling]
            torch.testing.assert_close(vectors[example.id], wanted, rtol=1e-4, atol=1e-5)
