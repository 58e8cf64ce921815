"""What prompts share is read once and held once, and changes no logits: kept apart, copied, or not shared at all."""

import pytest
import torch
from transformers import Gemma2Config, GemmaConfig, MistralConfig, Qwen3Config

from finewright.engine import start as module
from finewright.engine.cache import can_share, roomy_cache
from finewright.engine.prefix import NAME, Refused
from finewright.engine.reading import Reading
from finewright.engine.start import Start, shared_start

SHAPE = {
    "vocab_size": 40,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 128,
    "initializer_range": 0.6,
    "pad_token_id": 2,
    "eos_token_id": 2,
    "bos_token_id": 1,
}
FULL = ["full_attention", "full_attention"]
SHARED = [[9, 2, 31, 7, 12, 33, *rest] for rest in ([4], [19, 2, 8, 30, 11], [2, 2], [4, 17, 3])]
APART = ("own heads", "grouped heads, pad is eos", "one key head", "learned positions")


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


@pytest.fixture(params=[4, 1000], ids=["apart", "copied"])
def worthwhile(request, monkeypatch) -> bool:
    """Whether a start as short as those of these tests is kept apart."""
    monkeypatch.setattr(module, "_APART", request.param)
    return request.param == 4


def expect(logits, model, paths, logits_after):
    for row, path in zip(logits, paths, strict=True):
        torch.testing.assert_close(row, logits_after(model, path), atol=1e-4, rtol=1e-5)


@pytest.mark.parametrize(
    ("prompts", "shared"),
    [
        ([[1, 2, 3, 4, 5, 6]], 0),
        ([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 7]], 5),
        ([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]], 4),
        ([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5, 6]], 4),
        ([[1, 2, 3, 9, 5, 6], [1, 2, 3, 4, 5, 6]], 0),
    ],
)
def test_what_prompts_share_stops_short_of_their_last_token(prompts, shared):
    assert shared_start(prompts) == shared


def test_a_shared_start_changes_no_logits_however_rows_read_on(model, logits_after, worthwhile):
    start = Start(model, SHARED)
    assert start.tokens == (SHARED[0][:6] if can_share(roomy_cache(model.config, 0)) else [])
    reading = Reading(start, SHARED, 6, last=1)
    expect(reading.logits[:, 0], model, SHARED, logits_after)
    fork = reading.fork([1, 0, 1]).read(torch.tensor([[5, 6], [7, 8], [9, 9]]))
    expect(fork[:, 0], model, [[*SHARED[1], 5], [*SHARED[0], 7], [*SHARED[1], 9]], logits_after)
    expect(fork[:, 1], model, [[*SHARED[1], 5, 6], [*SHARED[0], 7, 8], [*SHARED[1], 9, 9]], logits_after)
    reading.keep([0, 3, 2])
    logits = reading.read(torch.tensor([[8, 1], [2, 2], [7, 9]]), last=1)[:, 0]
    paths = [[*SHARED[row], *tokens] for row, tokens in zip((0, 3, 2), ([8, 1], [2, 2], [7, 9]), strict=True)]
    expect(logits, model, paths, logits_after)
    logits = reading.read(torch.tensor([[3], [4], [5]]), last=1)[:, 0]
    expect(logits, model, [[*path, token] for path, token in zip(paths, (3, 4, 5), strict=True)], logits_after)


@pytest.mark.parametrize("make", APART)
def test_branches_see_the_prompt_and_their_own_ancestors_alone(decoder, logits_after, worthwhile, make):
    model = decoder(make)
    reading = Reading(Start(model, SHARED), SHARED, 1)
    # Two siblings a row, then a child of the first, behind places that belong to the second.
    first = torch.tensor([[3, 4]] * 4)
    seen = torch.eye(2, dtype=torch.bool).expand(4, 2, 2)
    logits = reading.branch(first, torch.zeros(4, 2, dtype=torch.int64), seen)
    for place, token in enumerate((3, 4)):
        expect(logits[:, place], model, [[*prompt, token] for prompt in SHARED], logits_after)
    reading.keep([3, 1, 2])
    seen = torch.tensor([[True, False, True]]).expand(3, 1, 3)
    logits = reading.branch(torch.tensor([[5], [6], [7]]), torch.ones(3, 1, dtype=torch.int64), seen)
    paths = [[*SHARED[row], 3, token] for row, token in zip((3, 1, 2), (5, 6, 7), strict=True)]
    expect(logits[:, 0], model, paths, logits_after)
    assert reading.behind == 3


def test_the_start_is_read_once_and_its_keys_are_kept_once(decoder, monkeypatch):
    monkeypatch.setattr(module, "_APART", 4)
    model, shapes = decoder("grouped heads, pad is eos"), []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    start = Start(model, SHARED)
    readings = [Reading(start, SHARED[:2], 3), Reading(start, SHARED[2:], 3)]
    hook.remove()
    # The start, its last token again as a trial, and the rest of each batch.
    assert shapes == [(1, 6), (1, 1), (2, 5), (2, 3)]
    assert start.kept_once == 6
    assert [keys.shape for keys, _ in start.prefix.layers] == [(1, 2, 6, 8)] * 2
    assert [layer.keys.shape for layer in readings[0]._cache.layers] == [(2, 2, 5, 8)] * 2
    assert readings[0]._cache.layers[0].capacity == 5 + 3
    assert readings[0].held == 5


def test_one_prompt_for_all_rows_is_read_once_whole(decoder, logits_after, worthwhile):
    model, shapes = decoder("grouped heads, pad is eos"), []
    prompts = [SHARED[1]] * 4
    hook = model.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    reading = Reading(Start(model, prompts), prompts, 3)
    hook.remove()
    # The start, where it is kept apart its last token again as a trial, and the last token.
    assert shapes == [(1, 10), *([(1, 1)] if worthwhile else []), (1, 1)]
    logits = reading.read(torch.tensor([[3], [4], [5], [6]]), last=1)[:, 0]
    expect(logits, model, [[*SHARED[1], token] for token in (3, 4, 5, 6)], logits_after)


MAKES = {
    "window": lambda: MistralConfig(**SHAPE, sliding_window=7),
    "softcap and window": lambda: Gemma2Config(**SHAPE),
    "softcap": lambda: Gemma2Config(**SHAPE, layer_types=FULL),
    "heads of their own width": lambda: GemmaConfig(**SHAPE | {"head_dim": 16}),
    "normed queries": lambda: Qwen3Config(**SHAPE),
}


@pytest.mark.parametrize(
    ("make", "kept_once"),
    [
        ("window", 0),
        ("softcap and window", 0),
        ("softcap", 0),
        ("heads of their own width", 6),
        ("normed queries", 6),
    ],
)
def test_a_model_that_attends_in_another_way_gets_copies(decoder, logits_after, monkeypatch, make, kept_once):
    monkeypatch.setattr(module, "_APART", 4)
    usual = "eager" if "softcap" in make else "sdpa"  # transformers itself refuses to cap under sdpa
    model = decoder(MAKES[make](), 0, usual)
    start = Start(model, SHARED)
    assert start.kept_once == kept_once
    assert model.config._attn_implementation == usual
    expect(Reading(start, SHARED, 0).logits[:, 0], model, SHARED, logits_after)


def test_a_model_whose_apart_logits_differ_gets_copies(decoder, monkeypatch):
    monkeypatch.setattr(module, "_APART", 4)
    monkeypatch.setattr(module, "_TOLERANCE", -1.0)
    assert Start(decoder("own heads"), SHARED).kept_once == 0


def test_the_usual_attention_is_restored_also_after_a_fault(decoder, monkeypatch):
    monkeypatch.setattr(module, "_APART", 4)
    model = decoder("own heads")
    start, seen = Start(model, SHARED), []
    hook = model.register_forward_pre_hook(lambda *_: seen.append(model.config._attn_implementation))
    Reading(start, SHARED, 0)
    hook.remove()
    fault = model.model.layers[1].register_forward_pre_hook(lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Reading(start, SHARED, 0)
    fault.remove()
    assert seen == [NAME]
    assert model.config._attn_implementation == "sdpa"


def test_a_layer_that_does_not_attend_to_the_start_is_noticed(decoder, monkeypatch):
    monkeypatch.setattr(module, "_APART", 4)
    model = decoder("own heads")
    start = Start(model, SHARED)
    skipped = model.model.layers.pop(1)
    try:
        with pytest.raises(Refused, match="1 of 2 layers"):
            Reading(start, SHARED, 0)
    finally:
        model.model.layers.append(skipped)


def test_a_short_start_is_copied(decoder):
    start = Start(decoder("own heads"), SHARED)
    assert (start.tokens, start.kept_once, start.prefix) == (SHARED[0][:6], 0, None)
