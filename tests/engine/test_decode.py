"""The batched loop must write what one row at a time, recomputed in full for every token, would write."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from finewright.engine.decode import batches, decode
from finewright.engine.draw import Sampling
from finewright.engine.start import Start
from finewright.engine.text import TextAnswer
from support.sampler import distribution, obvious

TERMINATOR = 2
PROMPTS = [[5], [9, 2, 2, 31, 7, 12, 33, 4, 19, 2, 8], [2, 2], [6, 30, 11, 17, 3], [6, 30, 11, 17, 4], [1] * 20]


def answer(prompt: Sequence[int], max_tokens: int, sampling: Sampling | None = None) -> TextAnswer:
    return TextAnswer(
        prompt,
        terminator=TERMINATOR,
        stop=(),
        max_tokens=max_tokens,
        decode=lambda tokens: " ".join(map(str, tokens)),
        sampling=sampling,
    )


def written_alone(model, prompt, max_tokens, logits_after) -> tuple[str, str]:
    tokens: list[int] = []
    while len(tokens) < max_tokens:
        token = int(logits_after(model, [*prompt, *tokens]).argmax())
        if token == TERMINATOR:
            return " ".join(map(str, tokens)), "stop"
        tokens.append(token)
    return " ".join(map(str, tokens)), "length"


@pytest.mark.parametrize("batch_tokens", [1, 60, 10_000])
def test_every_row_is_written_as_if_alone(model, logits_after, batch_tokens):
    lengths = [30, 12, 1, 30, 7, 25]
    rows = [answer(prompt, length) for prompt, length in zip(PROMPTS, lengths, strict=True)]
    finished: list[int] = []
    decode(Start(model, PROMPTS), rows, batch_tokens, finished.append)
    expected = [
        written_alone(model, prompt, length, logits_after) for prompt, length in zip(PROMPTS, lengths, strict=True)
    ]
    assert [(row.text, row.finish) for row in rows] == expected
    assert sum(finished) == len(rows)


def test_rows_end_at_the_terminator_and_leave_the_batch(grouped, logits_after):
    prompts = [[token, 3] for token in range(40)]
    expected = [written_alone(grouped, prompt, 40, logits_after) for prompt in prompts]
    assert {finish for _, finish in expected} == {"stop", "length"}, "the seed must show both ends"
    widths: list[int] = []
    hook = grouped.register_forward_pre_hook(
        lambda _module, _args, named: widths.append(len(named["input_ids"])), with_kwargs=True
    )
    rows = [answer(prompt, 40) for prompt in prompts]
    decode(Start(grouped, prompts), rows, 10_000, lambda _: None)
    hook.remove()
    assert [(row.text, row.finish) for row in rows] == expected
    # The first call reads every prompt; each later one feeds exactly the rows that still write.
    assert widths == [sum(row.taken > step for row in rows) for step in range(40)]


def drawn_alone(model, prompt, max_tokens, sampling, logits_after) -> tuple[int, ...]:
    tokens: list[int] = []
    while len(tokens) < max_tokens and TERMINATOR not in tokens:
        logits = logits_after(model, [*prompt, *tokens]).double().tolist()
        point = sampling.draw(len(tokens)).point
        tokens.append(obvious(logits, sampling.temperature, sampling.top_p, point))
    return tuple(tokens)


SAMPLINGS = [Sampling(1.0, 1.0, 5), Sampling(0.6, 0.9, 6), None, Sampling(1.4, 0.5, 7), None, Sampling(1.0, 1.0, 8)]


@pytest.mark.parametrize("batch_tokens", [1, 60, 10_000])
def test_every_row_is_drawn_as_if_alone_beside_rows_of_other_kinds(model, logits_after, batch_tokens):
    rows = [answer(prompt, 14, sampling) for prompt, sampling in zip(PROMPTS, SAMPLINGS, strict=True)]
    decode(Start(model, PROMPTS), rows, batch_tokens, lambda _: None)
    for prompt, sampling, row in zip(PROMPTS, SAMPLINGS, rows, strict=True):
        if sampling is None:
            assert (row.text, row.finish) == written_alone(model, prompt, 14, logits_after)
        else:
            assert row.tokens == drawn_alone(model, prompt, 14, sampling, logits_after)


@pytest.mark.parametrize("top_p", [1.0, 0.7])
def test_answers_come_as_often_as_they_are_likely(grouped, logits_after, top_p):
    """Pairs of tokens, the second drawn behind the first; those expected less than ten times are counted as one."""
    prompt, count = PROMPTS[1], 4000
    expected: Counter[tuple[int, ...]] = Counter()
    for first, likely in enumerate(distribution(logits_after(grouped, prompt).tolist(), 1.5, top_p)):
        if first == TERMINATOR:
            expected[(first,)] = likely * count
            continue
        for second, behind in enumerate(distribution(logits_after(grouped, [*prompt, first]).tolist(), 1.5, top_p)):
            expected[first, second] = likely * behind * count
    rows = [answer(prompt, 2, Sampling(1.5, top_p, seed)) for seed in range(count)]
    decode(Start(grouped, [prompt] * count), rows, 10_000, lambda _: None)
    seen = Counter(row.tokens for row in rows)
    assert not [pair for pair in seen if not expected[pair]], "only what has a probability is drawn"
    common = [pair for pair, often in expected.items() if often >= 10]
    bins = [(seen[pair], expected[pair]) for pair in common]
    rare = count - sum(expected[pair] for pair in common)
    if rare > 1:
        bins.append((count - sum(seen[pair] for pair in common), rare))
    assert len(bins) > 20
    # The seeds are given, so this holds always or never: one list of seeds in a hundred would fail it.
    assert chisquare(*zip(*bins, strict=True)).pvalue > 0.01


def test_equal_prompts_are_read_once_a_batch_and_answered_as_if_read_apart(model):
    prompts = [PROMPTS[1], PROMPTS[3], PROMPTS[1], PROMPTS[0], PROMPTS[1], PROMPTS[3]]
    samplings = [Sampling(1.2, 1.0, seed) for seed in (1, 2, 3)] + [None, None, None]
    apart = [answer(prompt, 9, sampling) for prompt, sampling in zip(prompts, samplings, strict=True)]
    for row in apart:
        decode(Start(model, [row.prompt]), [row], 1, lambda _: None)
    shapes: list[tuple[int, ...]] = []
    hook = model.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    together = [answer(prompt, 9, sampling) for prompt, sampling in zip(prompts, samplings, strict=True)]
    decode(Start(model, prompts), together, 10_000, lambda _: None)
    hook.remove()
    assert [row.tokens for row in together] == [row.tokens for row in apart]
    assert shapes[0] == (3, len(PROMPTS[1]))
    assert shapes[1] == (sum(row.taken > 1 for row in together), 1)


def test_what_is_read_again_is_each_batch_s_own_prompt_alone(grouped):
    """A budget for four rows of the longer prompt: its eight rows take two batches, and none is read with another."""
    prompts = [[5, 9, 3], [7, 7, 4, 8]] * 8
    shapes: list[tuple[int, ...]] = []
    hook = grouped.register_forward_pre_hook(
        lambda _module, _args, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    rows = [answer(prompt, 1, Sampling(1.0, 1.0, seed)) for seed, prompt in enumerate(prompts)]
    decode(Start(grouped, prompts), rows, 20, lambda _: None)
    hook.remove()
    assert shapes == [(1, 4), (1, 4), (1, 3), (1, 3)]


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 30)), max_size=30),
    st.integers(1, 400),
    st.integers(0, 1),
)
def test_batches_hold_every_row_once_within_the_budget(sizes, batch_tokens, kept_once):
    rows = [answer([0] * prompt, room) for prompt, room in sizes]
    cut = list(batches(rows, batch_tokens, kept_once))
    assert sorted(map(id, (row for batch in cut for row in batch))) == sorted(map(id, rows))
    for batch in cut:
        side = max(len(row.prompt) for row in batch) - kept_once + max(row.room for row in batch)
        assert len(batch) == 1 or len(batch) * side <= batch_tokens
    for batch, following in pairwise(cut):
        side = len(batch[0].prompt) - kept_once + max(row.room for row in [*batch, following[0]])
        assert (len(batch) + 1) * side > batch_tokens, "a batch is as large as it may be"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=30), st.integers(1, 60))
def test_equal_prompts_follow_each_other_and_others_keep_their_order(prompts, batch_tokens):
    rows = [answer([token] * length, 1) for token, length in prompts]
    order = [row for batch in batches(rows, batch_tokens) for row in batch]
    told = [tuple(row.prompt) for row in order]
    runs = [one for place, one in enumerate(told) if place == 0 or told[place - 1] != one]
    assert len(runs) == len(set(told))
    assert runs == sorted(dict.fromkeys(tuple(row.prompt) for row in rows), key=len, reverse=True)
    for one in runs:
        assert [row for row in order if tuple(row.prompt) == one] == [row for row in rows if tuple(row.prompt) == one]
