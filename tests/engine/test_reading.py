"""What rows read together must equal what each reads alone, however they are padded, dropped and copied."""

import pytest
import torch
from transformers import GPT2Config, RecurrentGemmaConfig

from finewright.base.errors import BaseError
from finewright.engine.cache import roomy_cache
from finewright.engine.reading import Reading
from finewright.engine.start import Start

PROMPTS = [[5], [9, 2, 2, 31, 7, 12, 33, 4, 19, 2, 8], [2, 2], [6, 30, 11, 17, 3]]


@pytest.fixture(autouse=True)
def inference():
    with torch.inference_mode():
        yield


def begun(model, prompts, room, last=1) -> Reading:
    return Reading(Start(model, prompts), prompts, room, last)


def expect(logits, model, paths, logits_after):
    for row, path in zip(logits, paths, strict=True):
        torch.testing.assert_close(row, logits_after(model, path), atol=1e-4, rtol=1e-5)


def test_left_padded_prompts_give_each_rows_own_logits(model, logits_after):
    expect(begun(model, PROMPTS, 0).logits[:, 0], model, PROMPTS, logits_after)


def test_the_logits_behind_each_of_the_last_tokens(model, logits_after):
    prompts = PROMPTS[1:]
    logits = begun(model, prompts, 0, last=2).logits
    assert logits.shape == (3, 2, 40)
    expect(logits[:, 0], model, [prompt[:-1] for prompt in prompts], logits_after)
    expect(logits[:, 1], model, prompts, logits_after)


def test_later_tokens_see_all_that_was_read(model, logits_after):
    reading = begun(model, PROMPTS, 9)
    paths = PROMPTS
    for tokens in ([3, 2, 9, 9], [2, 8, 1, 5], [7, 7, 2, 2]):
        paths = [[*path, token] for path, token in zip(paths, tokens, strict=True)]
        expect(reading.read(torch.tensor(tokens)[:, None], last=True)[:, 0], model, paths, logits_after)


def test_several_tokens_at_once_give_the_logits_of_each(model, logits_after):
    logits = begun(model, PROMPTS, 3).read(torch.tensor([[3, 4, 5]] * 4))
    assert logits.shape == (4, 3, 40)
    for count in (1, 2, 3):
        paths = [[*prompt, *[3, 4, 5][:count]] for prompt in PROMPTS]
        expect(logits[:, count - 1], model, paths, logits_after)


@pytest.mark.parametrize("order", [[3, 1], [0, 1, 2, 3], [0, 3, 2], [3]])
def test_kept_rows_read_on_as_before(model, logits_after, order):
    reading = begun(model, PROMPTS, 4)
    reading.read(torch.tensor([[8]] * 4))
    reading.keep(order)
    logits = reading.read(torch.tensor([[token] for token in range(20, 20 + len(order))]), last=True)[:, 0]
    paths = [[*PROMPTS[row], 8, 20 + place] for place, row in enumerate(order)]
    expect(logits, model, paths, logits_after)


def test_a_fork_reads_on_and_leaves_the_original_alone(model, logits_after):
    reading = begun(model, PROMPTS, 4)
    fork = reading.fork([1, 1, 0])
    forked = fork.read(torch.tensor([[5, 6], [7, 8], [9, 10]]), last=True)[:, 0]
    original = reading.read(torch.tensor([[11]] * 4), last=True)[:, 0]
    expect(forked, model, [[*PROMPTS[1], 5, 6], [*PROMPTS[1], 7, 8], [*PROMPTS[0], 9, 10]], logits_after)
    expect(original, model, [[*prompt, 11] for prompt in PROMPTS], logits_after)


def test_equal_prompts_are_read_once_and_go_on_as_rows_of_their_own(model, logits_after):
    prompts = [PROMPTS[row] for row in (1, 3, 1, 2, 3, 1)]
    shapes = []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    reading = begun(model, prompts, 4, last=2)
    hook.remove()
    assert shapes == [(3, 11)]
    expect(reading.logits[:, 1], model, prompts, logits_after)
    assert [layer.keys.shape[0] for layer in reading._cache.layers] == [6, 6]
    logits = reading.read(torch.tensor([[token] for token in range(10, 16)]), last=1)[:, 0]
    paths = [[*prompt, token] for prompt, token in zip(prompts, range(10, 16), strict=True)]
    expect(logits, model, paths, logits_after)
    reading.keep([0, 5, 4])
    logits = reading.read(torch.tensor([[3], [4], [5]]), last=1)[:, 0]
    expect(logits, model, [[*paths[row], token] for row, token in ((0, 3), (5, 4), (4, 5))], logits_after)
    fork = reading.fork([1, 1]).read(torch.tensor([[6], [7]]), last=1)[:, 0]
    expect(fork, model, [[*paths[5], 4, 6], [*paths[5], 4, 7]], logits_after)


def test_rows_of_equal_prompts_hold_no_more_than_rows_of_others(grouped):
    capacities = {
        prompts: {
            (layer._key_store.shape[0], layer.capacity) for layer in begun(grouped, list(prompts), 7)._cache.layers
        }
        for prompts in (((5, 6, 7), (8, 6, 7)), ((5, 6, 7), (5, 6, 7), (8, 6, 7)))
    }
    assert list(capacities.values()) == [{(2, 10)}, {(3, 10)}]


def test_the_cache_is_written_in_place(grouped):
    reading = begun(grouped, PROMPTS, 2)
    layer = reading._cache.layers[0]
    before = layer.keys.data_ptr()
    reading.read(torch.tensor([[3]] * 4))
    reading.keep([0, 3])
    assert layer.keys.data_ptr() == before
    assert layer.keys.shape[0] == 2


def test_a_layer_without_keys_and_values_is_refused():
    assert roomy_cache(GPT2Config(n_layer=2), 8).layers[0].capacity == 8
    with pytest.raises(BaseError, match="LinearAttentionLayer"):
        roomy_cache(RecurrentGemmaConfig(num_hidden_layers=3), 8)
