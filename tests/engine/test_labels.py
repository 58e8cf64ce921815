"""The trie of choices: what is refused, and where it leads on without a choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.engine.labels import Node, Trie

END = 2
CHOICES = {
    "cash": [5, 12, 13, 14, END],
    "card": [5, 6, END],
    "card lost": [5, 6, 7, END],
    "card late": [5, 6, 8, 9, 10, END],
    "card late again": [5, 6, 8, 9, 10, 11, END],
}


def run(*path: int, most: int | None = None) -> list[int]:
    """The tokens that lead on from the end of `path` without a choice."""
    node = Trie(CHOICES).root
    for token in path:
        node = node.children[token]
    return [one.token for one in node.run(most)]


def test_a_run_ends_where_there_is_a_choice_to_make_or_to_end():
    assert run()[1:] == [5]
    assert run(5, 12) == [12, 13, 14]
    assert run(5, 6) == [6]
    assert run(5, 6, 8) == [8, 9, 10]
    assert run(5, 6, 8, 9, 10, 11) == [11]
    assert run(5, 12, most=2) == [12, 13]
    assert run(5, 12, most=9) == [12, 13, 14]
    assert Trie(CHOICES).longest == 7


def test_one_choice_alone_is_one_run():
    trie = Trie({"yes": [5, 6, END]})
    assert [node.token for node in trie.root.run()[1:]] == [5, 6]
    assert trie.longest == 3
    assert Trie({"": [END]}).root.run()[1:] == []


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


def leaves(node: Node, path: tuple[int, ...] = ()) -> dict[tuple[int, ...], list[int]]:
    if not node.children:
        return {path: node.choices}
    return {
        end: choices for token, child in node.children.items() for end, choices in leaves(child, (*path, token)).items()
    }


@given(st.lists(st.lists(st.integers(3, 5), max_size=5), min_size=1, max_size=12, unique_by=tuple))
def test_the_leaves_are_the_choices_and_nothing_else(paths):
    trie = Trie({str(path): [*path, END] for path in paths})
    assert leaves(trie.root) == {(*path, END): [number] for number, path in enumerate(paths)}
    assert trie.names == [str(path) for path in paths]
