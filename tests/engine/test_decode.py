"""The batched loop must write what one row at a time, recomputed in full for every token, would write."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.engine.decode import batches, decode
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
    decode(model, rows, batch_tokens, finished.append)
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
    decode(grouped, rows, 10_000, lambda _: None)
    hook.remove()
    assert [(row.text, row.finish) for row in rows] == expected
    # The first call reads every prompt; each later one feeds exactly the rows that still write.
    assert widths == [sum(row.taken > step for row in rows) for step in range(40)]


class OnlyThese:
    """A row that may take some tokens alone."""

    def __init__(self, prompt, allowed, room):
        self.prompt, self.allowed, self.room, self.tokens = prompt, allowed, room, []

    def take(self, token):
        self.tokens.append(token)
        return len(self.tokens) == self.room


def test_a_row_takes_the_likeliest_token_that_it_allows(model, logits_after):
    rows = [OnlyThese([5, 6], [30, 3, 17], 6), OnlyThese([9], [8], 2), OnlyThese([4, 4, 4], None, 5)]
    decode(model, rows, 1000, lambda _: None)
    for row in rows:
        for count, token in enumerate(row.tokens):
            logits = logits_after(model, [*row.prompt, *row.tokens[:count]])
            allowed = row.allowed or range(40)
            assert token == max(allowed, key=lambda one, logits=logits: float(logits[one]))


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 30)), max_size=30),
    st.integers(1, 400),
)
def test_batches_hold_every_row_once_within_the_budget(sizes, batch_tokens):
    rows = [OnlyThese([0] * prompt, None, room) for prompt, room in sizes]
    cut = list(batches(rows, batch_tokens))
    assert sorted(map(id, (row for batch in cut for row in batch))) == sorted(map(id, rows))
    for batch in cut:
        side = max(len(row.prompt) for row in batch) + max(row.room for row in batch)
        assert len(batch) == 1 or len(batch) * side <= batch_tokens
