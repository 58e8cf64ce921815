"""Answers decoded over the trie are always a choice, the greedy one, with no call to the model once it is certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.engine.decode import decode
from finewright.engine.labels import ChoiceAnswer, Trie

END = 2
CHOICES = {
    "cash": [5, 12, 13, 14, END],
    "card": [5, 6, END],
    "card lost": [5, 6, 7, END],
    "card late": [5, 6, 8, 9, 10, END],
    "card late again": [5, 6, 8, 9, 10, 11, END],
}
PROMPTS = [[1, token, token] for token in range(3, 40)]


def greedily(model, prompt, choices, logits_after) -> str:
    """Token by token, the likeliest of those that lead to a choice, all logits recomputed."""
    written: list[int] = []
    left = dict(choices)
    while len(left) > 1:
        logits = logits_after(model, [*prompt, *written])
        token = max(sorted({tokens[len(written)] for tokens in left.values()}), key=lambda one: float(logits[one]))
        written.append(token)
        left = {choice: tokens for choice, tokens in left.items() if tokens[: len(written)] == written}
    return next(iter(left))


@pytest.mark.parametrize("batch_tokens", [1, 10_000])
def test_the_answer_is_the_greedy_choice_of_each_row(model, logits_after, batch_tokens):
    trie = Trie(CHOICES)
    rows = [ChoiceAnswer(prompt, trie) for prompt in PROMPTS]
    decode(model, rows, batch_tokens, lambda _: None)
    expected = [greedily(model, prompt, CHOICES, logits_after) for prompt in PROMPTS]
    assert [row.text for row in rows] == expected
    assert [row.taken for row in rows] == [len(CHOICES[choice]) for choice in expected]
    assert len(set(expected)) > 1, "the prompts must lead to different choices"


def test_what_all_choices_begin_with_is_read_with_the_prompt():
    answer = ChoiceAnswer([1, 3], Trie(CHOICES))
    assert answer.prompt == [1, 3, 5]
    assert answer.allowed == (6, 12), "in the order of token ids, so that ties fall as in free text"


@pytest.mark.parametrize(
    ("tokens", "choice"),
    [([12], "cash"), ([6, END], "card"), ([6, 7], "card lost"), ([6, 8, 9, 10, 11], "card late again")],
)
def test_an_answer_is_finished_as_soon_as_it_is_certain(tokens, choice):
    answer = ChoiceAnswer([1], Trie(CHOICES))
    assert [answer.take(token) for token in tokens] == [False] * (len(tokens) - 1) + [True]
    assert (answer.text, answer.finish) == (choice, "choice")


def test_one_choice_alone_needs_no_token():
    answer = ChoiceAnswer([1, 3], Trie({"yes": [5, END]}))
    assert (answer.text, answer.finish, answer.prompt, answer.taken) == ("yes", "choice", [1, 3], 2)


def test_an_open_answer_has_no_text():
    answer = ChoiceAnswer([1], Trie(CHOICES))
    assert answer.finish is None
    with pytest.raises(ValueError, match="not yet certain"):
        _ = answer.text


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ({}, "no choices"),
        ({"a": [5, END], " a": [5, END]}, "'a' and ' a' are the same"),
        ({"b": [5, END], "b<|im_end|>x": [5, END, 7, END]}, "are the same to the model"),
    ],
)
def test_choices_that_cannot_be_told_apart_are_refused(tokens, message):
    with pytest.raises(InputError, match=message):
        Trie(tokens)


@given(st.lists(st.lists(st.integers(3, 5), max_size=5), min_size=1, max_size=12, unique_by=tuple), st.randoms())
def test_every_choice_can_be_reached_and_nothing_else(paths, random):
    tokens = {str(path): [*path, END] for path in paths}
    for choice, path in tokens.items():
        answer = ChoiceAnswer([1], Trie(tokens))
        for token in path[len(answer.prompt) - 1 :]:
            if answer.finish:
                break
            assert token in answer.allowed
            answer.take(token)
        assert answer.text == choice
    answer = ChoiceAnswer([1], Trie(tokens))
    taken = 0
    while answer.finish is None:
        answer.take(random.choice(answer.allowed))
        taken += 1
    assert taken <= answer.room
    assert answer.text in tokens
