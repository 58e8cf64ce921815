"""Figures of held-out preferences against counting by hand, and the words of the verdict."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from finewright.base.errors import InputError
from finewright.base.results import Figure, Preferences
from finewright.evaluate.preferences import Answer, Sides, decide_preferences, of_pairs, of_ratings
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.statistics.paired import mcnemar


def pair(chosen: float, rejected: float, tokens: tuple[int, int] = (1, 1)) -> Sides:
    return Sides(Answer(chosen, tokens[0]), Answer(rejected, tokens[1]))


def test_pairs_by_hand() -> None:
    # a: behind, then ahead; b: ahead both times, though the margin shrank; c: behind both times; d: ahead, then behind.
    before = {"a": pair(-5, -4), "b": pair(-2, -6), "c": pair(-9, -3), "d": pair(-1, -2)}
    after = {"a": pair(-3, -4), "b": pair(-3, -6), "c": pair(-8, -3), "d": pair(-3, -2)}
    found = of_pairs(before, after, 0.95)
    assert (found.before.value, found.after.value) == (0.5, 0.5)
    assert (found.before.low, found.before.high) == wilson(2, 4, 0.95)
    assert found.difference.value == 0
    assert found.p == mcnemar(1, 1) == 1.0
    # Margins moved by +2, -1, +1, -2.
    assert found.moved.value == 0.5
    assert found.margin == 0.0


def test_by_the_token_a_long_answer_may_be_ahead() -> None:
    sides = {"a": pair(-10.0, -6.0, (10, 2))}
    found = of_pairs(sides, sides, 0.95)
    assert (found.before.value, found.token_before.value) == (0.0, 1.0)
    assert found.moved.value == 0.0  # nothing moved, which is not the right way


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans()), min_size=2, max_size=30))
def test_ratings_are_the_area_under_the_curve(rows: list[tuple[int, int, bool]]) -> None:
    liked = {str(place): up for place, (_, _, up) in enumerate(rows)}
    before = {str(place): Answer(float(was), 2) for place, (was, _, _) in enumerate(rows)}
    after = {str(place): Answer(float(now), 2) for place, (_, now, _) in enumerate(rows)}
    if len(set(liked.values())) < 2:
        with pytest.raises(InputError, match="all of one kind"):
            of_ratings(before, after, liked, 0.95)
        return
    found = of_ratings(before, after, liked, 0.95)
    names = sorted(liked)

    def area(scores: dict[str, float]) -> float:
        return float(roc_auc_score([liked[name] for name in names], [scores[name] for name in names]))

    was, now = ({name: of.total for name, of in scores.items()} for scores in (before, after))
    assert found.before.value == pytest.approx(area(was))
    assert found.after.value == pytest.approx(area(now))
    assert found.moved.value == pytest.approx(area({name: now[name] - was[name] for name in names}))
    assert found.difference.value == pytest.approx(area(now) - area(was))
    assert found.before.low <= found.before.value <= found.before.high


def test_other_rows_after_than_before_are_refused() -> None:
    with pytest.raises(InputError, match="not the same"):
        of_pairs({"a": pair(1, 0)}, {"b": pair(1, 0)}, 0.95)
    with pytest.raises(InputError, match="not the same"):
        of_pairs({}, {}, 0.95)


def figures(**changes: object) -> Preferences:
    share = Figure(0.6, 0.55, 0.65, 400)
    found = Preferences(400, share, share, share, share, share, Figure(0.05, 0.01, 0.09, 400), 0.01, 1.0)
    return replace(found, **changes)  # type: ignore[arg-type]


def test_the_verdict_follows_the_test_and_the_direction() -> None:
    assert decide_preferences(figures(), 0.95).outcome == "better"
    assert decide_preferences(figures(difference=Figure(-0.05, -0.09, -0.01, 400)), 0.95).outcome == "no better"
    assert decide_preferences(figures(p=0.2), 0.95).outcome == "cannot tell"
    # Surely less than three points is no gain, however the coin fell.
    assert decide_preferences(figures(p=0.2, difference=Figure(0.0, -0.02, 0.02, 400)), 0.95).outcome == "no better"
    assert decide_preferences(figures(rows=5), 0.95).outcome == "cannot tell"


def test_the_sentence_names_both_figures_and_the_count() -> None:
    sentence = decide_preferences(figures(rows=1234), 0.95).sentence
    assert "1,234 held-out preferences" in sentence
    assert "60.0% (55.0% to 65.0%) before" in sentence
    assert "1 held-out preference " in decide_preferences(figures(rows=1), 0.95).sentence
    assert "(99.9% intervals" in decide_preferences(figures(), 0.999).sentence
    worse = figures(difference=Figure(-0.05, -0.09, -0.01, 400))
    assert "tells the preferred answer worse than the base" in decide_preferences(worse, 0.95).sentence


def test_the_advice_goes_by_what_is_missing() -> None:
    leaning = Figure(0.7, 0.6, 0.8, 400)
    assert decide_preferences(figures(rows=5, moved=leaning), 0.95).advice == "Hold out 6 preferences or more."
    assert "leans the right way" in decide_preferences(figures(p=0.2, moved=leaning), 0.95).advice
    unsure = figures(p=0.2, moved=Figure(0.6, 0.4, 0.8, 400))
    assert "annotators may disagree" in decide_preferences(unsure, 0.95).advice


def test_a_few_ratings_all_told_right_are_no_certainty() -> None:
    liked = {"a": True, "b": False, "c": True, "d": False}
    told = {name: Answer(float(up), 2) for name, up in liked.items()}
    found = of_ratings(told, told, liked, 0.95)
    assert (found.before.value, found.before.low, found.before.high) == (1.0, *wilson(4, 4, 0.95))
    assert (found.difference.value, found.p) == (0.0, 1.0)


def test_the_change_of_an_area_is_tested_over_answers() -> None:
    # Forty answers in which the order turns round, against forty in which two of them do.
    liked = {f"{place:02}": place % 2 == 0 for place in range(40)}
    wrong = {name: Answer(-float(up), 1) for name, up in liked.items()}
    right = {name: Answer(float(up), 1) for name, up in liked.items()}
    turned = of_ratings(wrong, right, liked, 0.95)
    assert (turned.difference.value, turned.p) == (1.0, pytest.approx(1 / 2001))
    assert turned.margin == 2.0
    hardly = of_ratings(right, right | {"00": wrong["00"]}, liked, 0.95)
    assert hardly.difference.low < hardly.difference.value < 0 <= hardly.difference.high
    assert hardly.p > 0.05
