"""The batched loop must write what one row at a time, recomputed in full for every token, would write."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.engine.decode import batches, decode
from finewright.engine.start import Start
from finewright.engine.text import TextAnswer

TERMINATOR = 2
PROMPTS = [[5], [9, 2, 2, 31, 7, 12, 33, 4, 19, 2, 8], [2, 2], [6, 30, 11, 17, 3], [6, 30, 11, 17, 4], [1] * 20]


def answer(prompt: Sequence[int], max_tokens: int) -> TextAnswer:
    return TextAnswer(
        prompt,
        terminator=TERMINATOR,
        stop=(),
        max_tokens=max_tokens,
        decode=lambda tokens: " ".join(map(str, tokens)),
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
