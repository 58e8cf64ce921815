"""Where an answer in free text ends, and what of it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.engine.draw import Sampling
from finewright.engine.text import TextAnswer, cut_at_stop

TERMINATOR = 0
PIECES = ["<end>", "a", "b", "ab", "\n", "\n\n", "STO", "STOP", "P", "OPEN", "TO"]


def decode(tokens: list[int]) -> str:
    return "".join(PIECES[token] for token in tokens)


def write(tokens: list[int], *, stop=(), max_tokens=100) -> TextAnswer:
    """Feed `tokens` until the answer is finished."""
    answer = TextAnswer([1], terminator=TERMINATOR, stop=stop, max_tokens=max_tokens, decode=decode)
    for token in tokens:
        if answer.take(token):
            break
    return answer


@pytest.mark.parametrize(
    ("tokens", "stop", "text", "taken"),
    [
        pytest.param([1, 2, 0, 1], (), "ab", 3, id="terminator"),
        pytest.param([0], (), "", 1, id="nothing but the terminator"),
        pytest.param([1, 4, 4, 2], ("\n\n",), "a", 3, id="stop over two tokens"),
        pytest.param([1, 5, 2], ("\n",), "a", 2, id="stop within a token"),
        pytest.param([6, 6, 8, 1], ("STOP",), "STO", 3, id="a false start before the stop"),
        pytest.param([6, 1, 8, 0], ("STOP",), "STOaP", 4, id="a false start alone"),
        pytest.param([1, 6, 9, 1], ("STOP", "OPEN"), "aSTO", 3, id="one of two, overlapping"),
        pytest.param([1, 7, 2], ("OP", "TOP"), "aS", 2, id="two in one token, the earlier start wins"),
        pytest.param([1, 6, 0], ("STOP",), "aSTO", 3, id="terminator inside a possible stop"),
    ],
)
def test_stops(tokens, stop, text, taken):
    answer = write(tokens, stop=stop)
    assert (answer.text, answer.finish, answer.taken) == (text, "stop", taken)
    assert answer.tokens == tuple(tokens[:taken])


@pytest.mark.parametrize(("tokens", "finish"), [([1, 2, 1], "length"), ([1, 4], "stop"), ([1, 0], "stop")])
def test_an_end_in_the_last_token_allowed_is_an_end(tokens, finish):
    answer = write(tokens, stop=("\n",), max_tokens=2)
    assert (answer.finish, answer.taken) == (finish, 2)


@given(
    st.lists(st.integers(0, len(PIECES) - 1), min_size=12, max_size=12),
    st.lists(st.text("abSTOPEN\n", min_size=1, max_size=4), max_size=3),
)
def test_the_answer_holds_no_stop_and_is_the_longest_beginning_without_one(tokens, stop):
    answer = write(tokens, stop=stop, max_tokens=12)
    spoken = tokens[: tokens.index(TERMINATOR)] if TERMINATOR in tokens else tokens
    whole = decode(spoken)
    assert answer.text == cut_at_stop(whole, stop)
    assert not any(one in answer.text for one in stop)
    assert (answer.finish == "stop") == (TERMINATOR in tokens or any(one in whole for one in stop))
    assert answer.tokens == tuple(tokens[: answer.taken])


def test_no_token_is_taken_once_a_stop_is_there():
    seen = [write([1, 2, 4, 1, 1], stop=("b\n",), max_tokens=limit).taken for limit in (1, 2, 3, 4, 5)]
    assert seen == [1, 2, 3, 3, 3]


def test_each_place_has_a_draw_of_its_own_and_none_where_nothing_is_sampled():
    sampling = Sampling(0.5, 0.9, 3)
    answer = TextAnswer([1], terminator=TERMINATOR, stop=(), max_tokens=4, decode=decode, sampling=sampling)
    draws = []
    for token in (1, 2, 1, 2):
        draws.append(answer.draw)
        answer.take(token)
    assert draws == [sampling.draw(place) for place in range(4)]
    assert len({draw.point for draw in draws}) == 4
    assert write([1]).draw is None
