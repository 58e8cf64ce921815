"""Best-first search without a model: known log-probabilities, so that every step and bound can be reckoned by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.engine.labels import Trie
from finewright.engine.search import Search

END = 2


def settle(search: Search, given_scores) -> list[tuple[int, ...]]:
    """Feed `search` until it is settled; the paths read. `given_scores` maps a path to log-probabilities."""
    read, begun = [], tuple(search.prompt[1:])
    paths: list[tuple[int, ...]] = []  # at each place
    asked = [(search.root, ())]
    while not search.settled:
        for one, before in asked or [(one, paths[one.path[-1]] if one.path else begun) for one in search.next_round()]:
            places, scores = [], []
            for node in one.run:
                before = before if node.token < 0 else (*before, node.token)
                scores.append([given_scores(before)[token] for token in node.children])
                if one.depth >= 0:
                    places.append(len(paths))
                    paths.append(before)
                    read.append(before)
            search.learn(one, places, scores)
        asked = []
    return read


HALVES = {"a": [3, 5, END], "b": [3, 6, END], "c": [4, 7, END], "d": [4, 8, 9, END]}
SCORES = {
    (): {3: 0.6, 4: 0.4},
    (3,): {5: 0.5, 6: 0.5},
    (4,): {7: 0.9, 8: 0.1},
    (3, 5): {END: 1.0},
    (3, 6): {END: 1.0},
    (4, 7): {END: 0.95},
}


def logs(path):
    return {token: math.log(value) for token, value in SCORES[path].items()}


def test_the_best_choice_is_not_the_greedy_one_and_what_cannot_matter_is_not_read():
    search = Search([1], Trie(HALVES))
    assert settle(search, logs) == [(3,), (4,), (4, 7), (3, 5)]
    assert search.best == 2
    assert search.probability == pytest.approx(0.4 * 0.9 * 0.95)
    assert search.bounds == pytest.approx([0.3, 0.3, 0.342, 0.04])
    assert search.unexplored == pytest.approx(0.3 + 0.04)
    assert search.rest == pytest.approx(0.3 + 0.3 + 0.04)


def test_of_equals_the_first_in_the_choices_order_wins_though_it_is_found_last():
    even = {(): {3: 0.5, 4: 0.5}, (3,): {END: 1.0}, (4,): {END: 1.0}}
    for tokens in ({"a": [3, END], "b": [4, END]}, {"b": [4, END], "a": [3, END]}):
        search = Search([1], Trie(tokens))
        settle(search, lambda path: {token: math.log(value) for token, value in even[path].items()})
        assert search.best == 0
    search = Search([1], Trie({"late": [3, 4, END], "soon": [END]}))
    settle(search, lambda path: {3: math.log(0.5), END: math.log(0.5)} if not path else {4: 0.0, END: 0.0})
    assert search.best == 0


def test_rounding_never_lets_a_beginning_grow_likelier():
    search = Search([1], Trie({"a": [3, 4, END], "b": [3, 5, END]}))
    search.learn(search.root, (), [[1e-6], [1e-6, -20.0]])
    assert search.next_round()[0].log_probability == 0.0


def test_one_choice_is_settled_with_the_prompt():
    search = Search([1, 1], Trie({"yes": [5, END]}))
    assert search.prompt == [1, 1, 5]
    assert not search.settled
    search.learn(search.root, (), [[-1.0], [-0.5]])
    assert search.settled
    assert (search.best, search.rest) == (0, 0.0)
    assert search.probability == pytest.approx(math.exp(-1.5))


def test_a_search_that_knows_its_way_reads_along_and_one_that_hesitates_reads_ever_more_side_by_side():
    deep = Search([1], Trie({"a": [3, 4, 5, 6, 7, END], "b": [8, END], "c": [9, 10, END]}))
    deep.learn(deep.root, (), [[-1.0, -2.0, -3.0]])
    assert [[node.token for node in one.run] for one in deep.next_round()] == [[3, 4]]
    wide = Search([1], Trie({str(token): [token, 3, END] for token in range(5, 400)}))
    wide.learn(wide.root, (), [[-1.0] * 395])
    rounds = []
    for _ in range(40):
        taken = wide.next_round()
        rounds.append([len(one.run) for one in taken])
        for one in taken:
            wide.learn(one, range(len(one.run)), [[-9.0]] * len(one.run))
    assert rounds[:8] == [[2]] * 7 + [[1, 1]]
    assert [sum(one) for one in rounds] == [2] * 8 + [3] * 4 + [4] * 4 + [5] * 4 + [6] * 4 + [7] * 4 + [8] * 12


def test_a_restarted_search_knows_nothing():
    search = Search([1], Trie(HALVES))
    settle(search, logs)
    search.restart()
    assert not search.settled
    settle(search, logs)
    assert search.best == 2


@given(
    st.lists(st.lists(st.integers(3, 5), max_size=4), min_size=1, max_size=15, unique_by=tuple),
    st.randoms(use_true_random=False),
)
def test_the_best_choice_and_true_bounds_whatever_the_probabilities(paths, random):
    known: dict[tuple[int, ...], dict[int, float]] = {}

    def scores(path):
        if path not in known:
            weights = {token: random.choice([0.01, 0.1, 1.0, 10.0]) for token in (END, 3, 4, 5)}
            known[path] = {token: math.log(weight / sum(weights.values())) for token, weight in weights.items()}
        return known[path]

    choices = [[*path, END] for path in paths]
    search = Search([1], Trie({str(path): choice for path, choice in zip(paths, choices, strict=True)}))
    read = settle(search, scores)
    assert len(set(read)) == len(read), "nothing is read twice"
    true = [sum(scores(tuple(choice[:step]))[token] for step, token in enumerate(choice)) for choice in choices]
    assert true[search.best] == pytest.approx(max(true))
    assert search.probability == pytest.approx(math.exp(max(true)))
    assert all(math.exp(value) <= bound + 1e-9 for value, bound in zip(true, search.bounds, strict=True))
    others = math.fsum(map(math.exp, true)) - math.exp(true[search.best])
    assert others <= search.rest + 1e-9
