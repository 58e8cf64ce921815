"""The search for a prompt: the budget holds, the better half goes on, and a good prompt among poor ones is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from finewright.base.order import unit
from finewright.base.prompt_search import Candidate
from finewright.base.recipe_arms import Searched
from finewright.base.records import Message, Record, Score
from finewright.evaluate.prompt_search import candidates_of, halve


def rows(count):
    return [Record(f"r{n}", (Message("user", str(n)),), "x") for n in range(count)]


def candidates(count):
    return [Candidate(f"p{place}", 0, 0, 0, 0, 0) for place in range(count)]


def asking(skill):
    """Candidate i is right with probability skill[i], drawn for each row; every asking is recorded."""
    asked = []

    def ask(place, number, records):
        asked.extend((place, record.id) for record in records)
        return [Score(unit(0, place, record.id) < skill[place]) for record in records]

    return ask, asked


@given(some.integers(1, 20), some.integers(1, 80), some.integers(0, 300))
def test_the_budget_holds_and_no_row_is_asked_twice_of_one_prompt(count, held, more):
    ask, asked = asking([0.5] * count)
    found = halve(candidates(count), rows(held), count + more, ask)
    assert found.asked == len(asked) == len(set(asked)) <= count + more
    assert [one.rows for one in found.candidates] == [sum(place == at for at, _ in asked) for place in range(count)]


def test_every_prompt_of_a_round_answers_the_same_rows_and_the_better_half_goes_on():
    ask, asked = asking([0.0, 1.0, 0.0, 1.0])
    found = halve(candidates(4), rows(100), 80, ask)
    first = [{row for at, row in asked[:40] if at == place} for place in range(4)]
    assert first[0] == first[1] == first[2] == first[3]
    assert len(first[0]) == 10  # half of the budget, over four
    assert {at for at, _ in asked[40:]} == {1, 3}
    assert [one.rounds for one in found.candidates] == [1, 2, 1, 2]
    assert found.winner == 1  # of equals the first


def test_of_equals_the_one_with_more_parts_right_then_the_shorter_goes_on():
    parts = [Score(False, {"fields": 0.1}), Score(False, {"fields": 0.9})]
    assert halve(candidates(2), rows(4), 8, lambda place, _, records: [parts[place]] * len(records)).winner == 1
    longer = [Candidate("p", 8, 0, 0, 0, 0), Candidate("p", 0, 0, 0, 0, 0)]
    assert halve(longer, rows(4), 8, lambda place, _, records: [Score(True)] * len(records)).winner == 1


def test_more_parts_right_come_before_fewer_examples():
    parts = [Score(False, {"fields": 0.9}), Score(False, {"fields": 0.1})]
    longer = [Candidate("p", 8, 0, 0, 0, 0), Candidate("p", 0, 0, 0, 0, 0)]
    assert halve(longer, rows(4), 8, lambda place, _, records: [parts[place]] * len(records)).winner == 0


def test_of_three_two_go_on():
    """Which of the first two is better shows in the second round alone."""

    def ask(place, number, records):
        return [Score(place < 2 if number == 0 else place == 1)] * len(records)

    found = halve(candidates(3), rows(100), 60, ask)
    assert [one.rounds for one in found.candidates] == [2, 2, 1]
    assert found.winner == 1


def test_the_one_good_prompt_among_fifteen_is_found():
    found = 0
    for good in range(15):
        ask, _ = asking([0.9 if place == good else 0.5 for place in range(15)])
        found += halve(candidates(15), rows(200), 600, ask).winner == good
    assert found >= 13


def test_a_budget_that_asks_not_even_once_each_is_refused():
    with pytest.raises(ValueError, match="budget"):
        halve(candidates(5), rows(9), 4, asking([1] * 5)[0])


def test_every_prompt_with_every_number_of_examples_and_draw():
    found = candidates_of(Searched(prompts=["a", "b", "a"], examples=[0, 2, 0], draws=2))
    assert [(one.prompt, one.examples, one.draw) for one in found] == [
        ("a", 0, 0), ("a", 2, 0), ("a", 2, 1), ("b", 0, 0), ("b", 2, 0), ("b", 2, 1)
    ]  # fmt: skip
