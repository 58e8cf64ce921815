"""The judge: what it is asked and how it is read, both orders, what sways it, and agreement with people."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finewright.base.errors import DataError, StorageError
from finewright.base.recipe_judge import Criterion, Judge
from finewright.base.records import Completion, Message, Record
from finewright.evaluate.judge.asking import Question, Reply, about_one, about_two, read, request_of
from finewright.evaluate.judge.bias import TRAITS, Effect, Shown, effects
from finewright.evaluate.judge.judgement import Asked, Judged, Judgement, judgement, write
from finewright.evaluate.judge.judgement import read as read_judgement
from finewright.evaluate.judge.pairwise import Pair, compared
from finewright.evaluate.judge.people import Label, agreement, read_labels
from finewright.evaluate.judge.words import effect_words, sentences

TONE = Criterion(name="tone", question="How kind is it?", levels=["rude", "plain", "kind"])
ASKED = Question("How?", ("rude", "plain", "kind"))
RECORD = Record("r", (Message("user", "Where is it?"),), "here")


def written(text: str, finish: str = "stop") -> Completion:
    return Completion(text, finish, 5, 1)  # type: ignore[arg-type]


# asking and reading


def test_a_question_shows_all_that_is_judged_and_names_the_levels() -> None:
    request = request_of(about_one(RECORD, "Over there.", TONE), written=True, max_tokens=7)
    said = request.messages[-1].content
    assert all(part in said for part in ("Where is it?", "Over there.", "How kind is it?", "rude, plain or kind"))
    assert "here" not in said.replace("Where", "").replace("there", "")  # the wanted answer is not shown
    assert (request.choices, request.max_tokens) == (None, 7)
    by_choice = request_of(about_one(RECORD, "Over there.", TONE), written=False)
    assert (by_choice.choices, by_choice.probabilities) == (("rude", "plain", "kind"), True)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("kind", 2),
        (" Kind.\n", 2),
        ('"RUDE"', 0),
        ("**plain**", 1),
        ("kind of rude", None),
        ("It is kind", None),
        ("kind\nbecause it says so", None),
        ("", None),
        ("unkind", None),
        ("rude, plain or kind", None),
    ],
)
def test_a_line_is_one_level_or_inconclusive(text: str, choice: int | None) -> None:
    assert read(ASKED, written(text)) == Reply(choice)


@settings(max_examples=40)
@given(st.text(max_size=30))
def test_no_text_becomes_a_level_that_it_does_not_say(text: str) -> None:
    choice = read(ASKED, written(text)).choice
    assert choice is None or ASKED.choices[choice] in text.casefold().replace("\u00ad", "") or not text.isascii()


def test_a_line_that_was_cut_is_inconclusive() -> None:
    assert read(ASKED, written("kind", "length")) == Reply(None)


@pytest.mark.parametrize(
    ("probabilities", "choice", "height"),
    [
        ({"rude": 0.1, "plain": 0.1, "kind": 0.2}, 2, 0.625),
        ({"rude": 0.2, "plain": 0.0, "kind": 0.2}, None, 0.5),  # a tie favours nobody, least of all the first
        ({"rude": 0.0, "plain": 0.0, "kind": 0.0}, None, None),
        ({"rude": float("nan"), "plain": 0.5, "kind": 0.1}, None, None),
        ({}, None, None),
    ],
)
def test_probabilities_say_the_likeliest(probabilities: Mapping[str, float], choice: int | None, height: float) -> None:
    reply = read(ASKED, Completion("kind", "choice", 5, 1, probabilities=probabilities))
    assert reply.choice == choice
    assert reply.height(3) == (height if height is None else pytest.approx(height))


# both orders


@pytest.mark.parametrize(
    ("forward", "backward", "standing"),
    [
        (0, 1, "won"),
        (1, 0, "lost"),
        (2, 2, "tie"),
        (0, 0, "inconsistent"),
        (1, 1, "inconsistent"),
        (0, 2, "inconsistent"),
        (2, 0, "inconsistent"),
        (None, 1, "inconclusive"),
        (0, None, "inconclusive"),
    ],
)
def test_a_win_is_one_in_both_orders(forward: int | None, backward: int | None, standing: str) -> None:
    assert Pair("r", forward, backward).standing == standing


def test_counts_add_up_and_what_cannot_be_read_is_no_row() -> None:
    replies = [(0, 1), (0, 1), (1, 0), (2, 2), (0, 0), (None, 1)]
    found = compared([*(Pair("r", *one) for one in replies), Pair("r", equal=True)], 0.95)
    assert (found.rows, found.won, found.lost, found.ties, found.equal) == (7, 2, 1, 1, 1)
    assert (found.inconsistent, found.inconclusive) == (1, 1)
    assert found.difference is not None
    assert found.difference.value == pytest.approx(1 / 6)
    assert found.p == 1.0
    nothing = compared([Pair("r")], 0.95)
    assert (nothing.difference, nothing.p, nothing.inconclusive) == (None, None, 1)


# what sways it


@pytest.fixture
def judges(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The simulated judges of the benchmark, and the worlds that they judge."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import judges

    return judges


def test_the_benchmark_runs_without_what_tests_share(judges: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "support", None)
    monkeypatch.delitem(sys.modules, "judge", raising=False)
    import judge

    kept: dict[str, Any] = {}
    monkeypatch.setattr(judge, "record", lambda name, found: kept.update({name: found}))
    monkeypatch.setattr(sys, "argv", ["judge.py", "--rows", "40", "--repeats", "3"])
    assert judge.main() == 0
    accused = kept["judge"]["accused"]
    assert (accused["first_lover"]["place"], accused["length_lover"]["length"]) == (3, 3)


def found_of(name: str, every: tuple[Effect, ...]) -> Effect:
    return next(one for one in every if one.name == name)


def test_a_judge_that_prefers_the_first_answer_is_unmasked(judges: Any) -> None:
    place = found_of("place", effects(judges.shown(judges.world(60, 1), judges.first_lover), 0.95))
    assert place.found
    assert place.share is not None
    assert (place.share.value, place.share.rows) == (1.0, 60)
    said = effect_words(place, 0.95)
    assert said.startswith("The judge prefers the answer shown first, whichever it is: ")
    assert "100.0%" in said


def test_a_judge_that_prefers_the_longer_answer_is_unmasked(judges: Any) -> None:
    every = effects(judges.shown(judges.world(60, 1), judges.length_lover), 0.95)
    length = found_of("length", every)
    assert length.found
    assert effect_words(length, 0.95).startswith("The judge prefers longer answers, whether they are right or not: ")
    assert not found_of("place", every).found


def test_a_judge_that_never_parses_is_accused_of_nothing_and_nothing_is_counted(judges: Any) -> None:
    every = effects(judges.shown(judges.world(30, 1), judges.mute), 0.95)
    assert {(one.share, one.p, one.pairs, one.found) for one in every} == {(None, None, 0, False)}
    assert "cannot be told from 0 pairs" in effect_words(every[0], 0.95)


def test_a_fair_judge_is_seldom_accused_of_anything(judges: Any) -> None:
    """200 repeats at the level of 5 %: more than 18 come about one time in a hundred. In every second one the longer
    answer is mostly the right one, so that it mostly wins, and correctness explains it."""
    accused = 0
    for seed in range(200):
        of = judges.world(20, seed, longer_right=0.85 if seed % 2 else 0.5)
        accused += any(one.found for one in effects(judges.shown(of, judges.fair, seed), 0.95))
    assert accused <= 18


def test_without_what_is_right_the_same_judge_would_be_accused(judges: Any) -> None:
    """The planted fault of the measure itself: correctness left out, a fair judge seems to like length."""
    of = judges.shown(judges.world(150, 3, longer_right=0.95), judges.fair, 3)
    blind = [Shown(one.pair, one.answers, (True, True)) for one in of]
    assert not found_of("length", effects(of, 0.95)).found
    assert found_of("length", effects(blind, 0.95)).found


@pytest.mark.parametrize(
    ("trait", "text", "amount"),
    [
        ("length", "one two  three", 3),
        ("lists", "so:\n- a\n- b\n3. c\n2026 is no item", 3),
        ("markdown", "# Title\n**bold** and `code`", 3),
        ("markdown", "2 * 3 * 4", 0),
        ("politeness", "Thank you, happy to help!", 2),
        ("politeness", "Pleased and thankless-ish text".replace("thankless-ish", ""), 0),
    ],
)
def test_traits_are_counted(trait: str, text: str, amount: int) -> None:
    assert TRAITS[trait](text) == amount


# people


def rows(number: int) -> tuple[Judged, ...]:
    """Rows that the judge calls kind and plain in turn for arm a, and rude for b; a wins each second row."""
    return tuple(
        Judged(f"r{at}", {"tone": {"a": TONE.levels[1 + at % 2], "b": "rude"}}, Pair(f"r{at}", at % 2, 1 - at % 2))
        for at in range(number)
    )


def judged(labels: tuple[Label, ...], number: int = 40) -> Judgement:
    of = rows(number)
    names = [row.record for row in of]
    asked = Asked(of, dict.fromkeys(names, ("x y", "z")), dict.fromkeys(names, (True, False)), labels)
    return judgement(asked, Judge(criteria=[TONE]), ("a", "b"), 0.95, run="0", judge={"base": "fake"})


def choices(number: int, wrong: int = 0) -> tuple[Label, ...]:
    """People's choices between the answers: the judge's own but for the first `wrong` rows."""
    return tuple(Label(f"r{at}", "preferred", None, "ab"[(at % 2) ^ (at < wrong)]) for at in range(number))


def test_without_people_the_judge_informs_and_does_not_decide() -> None:
    found = judged(())
    assert (found.decides, found.outcome, found.agreement) == (False, None, ())
    assert "informs and does not decide: it was not held against people's choices" in sentences(found)[-1]


def test_below_the_threshold_it_informs_and_at_it_it_may_decide() -> None:
    low, high = judged(choices(40, wrong=12)), judged(choices(40, wrong=2))
    assert low.agreement[0].kappa.value == pytest.approx(0.4)
    assert (low.decides, low.outcome) == (False, None)
    assert "does not reach a kappa of 0.6 with people" in sentences(low)[-1]
    assert high.agreement[0].kappa.value == pytest.approx(0.9)
    assert (high.decides, high.outcome) == (True, "cannot tell")
    assert "may decide, and these rows do not tell" in sentences(high)[-1]


def test_the_lower_end_decides_and_not_the_kappa_itself() -> None:
    few = judged(choices(12, wrong=2))
    assert few.agreement[0].kappa.value > 0.6 > few.agreement[0].kappa.low
    assert not few.decides


def test_labels_of_a_criterion_do_not_let_it_decide_between_answers() -> None:
    labels = tuple(Label(row.record, "tone", "a", row.levels["tone"]["a"] or "") for row in rows(40))
    found = judged(labels)
    assert found.agreement[0].decides
    assert (found.decides, found.outcome) == (False, None)


def test_what_could_not_be_read_is_disagreement() -> None:
    """Otherwise a judge that keeps silent where it is hard would agree best."""
    labels = [Label(f"r{at}", "tone", "a", TONE.levels[at % 2]) for at in range(40)]
    said = {label: label.level for label in labels}
    silent = said | dict.fromkeys(labels[:10], None)
    whole, part = (agreement(labels, of, TONE.levels, 0.95, 0.6) for of in (said, silent))
    assert whole.kappa.value == 1.0
    assert part.kappa.value < 0.7
    assert part.confusion["rude"] == {"rude": 15, "plain": 0, "kind": 0, "inconclusive": 5}


def test_levels_and_what_was_inconclusive_are_counted_by_arm() -> None:
    of = (*rows(4), Judged("x", {"tone": {"a": None, "b": "kind"}}, Pair("x")))
    names = [row.record for row in of]
    asked = Asked(of, dict.fromkeys(names, ("x", "y z")), dict.fromkeys(names, (True, True)), ())
    (rated,) = judgement(asked, Judge(criteria=[TONE]), ("a", "b"), 0.95, run="0", judge={}).rated
    assert rated.counts["a"] == {"rude": 0, "plain": 2, "kind": 2, "inconclusive": 1}
    assert rated.means["a"] is not None
    assert rated.means["a"].value == pytest.approx(0.75)
    assert rated.difference is not None
    assert (rated.difference.value, rated.difference.rows) == (pytest.approx(0.75), 4)


def test_rows_that_are_all_alike_are_not_certainty() -> None:
    """Eight rows without a difference: by Wilson, a share of 0.324 may have been missed, at either end of the scale."""
    of = tuple(Judged(f"r{at}", {"tone": {"a": "kind", "b": "kind"}}, Pair(f"r{at}", 2, 2)) for at in range(8))
    names = [row.record for row in of]
    asked = Asked(of, dict.fromkeys(names, ("x", "y")), dict.fromkeys(names, (True, True)), ())
    (rated,) = judgement(asked, Judge(criteria=[TONE]), ("a", "b"), 0.95, run="0", judge={}).rated
    assert rated.difference is not None
    assert (rated.difference.value, rated.difference.low, rated.difference.high) == pytest.approx(
        (0, -0.324, 0.324), abs=1e-3
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record,criterion,arm,level\nr9,tone,a,kind\n", ":2: labels the record 'r9', which is none that was judged"),
        ("record,criterion,arm,level\nr1,tome,a,kind\n", ":2: names the criterion 'tome', which is not there; did you"),
        ("record,criterion,arm,level\nr1,tone,c,kind\n", ":2: names the arm 'c', which is not there"),
        ("record,criterion,arm,level\nr1,tone,,kind\n", ":2: names the arm '', which is not there"),
        ("record,criterion,arm,level\nr1,tone,a,kinder\n", ":2: names the level 'kinder', which is not there"),
        ("record,criterion,arm,level\nr1,preferred,,c\n", ":2: names the level 'c', which is not there"),
        ("record,criterion,arm,level\nr1,tone,a,kind\nr1,tone,a,rude\n", ":3: labels an answer a second time"),
        ("record,criterion,arm,level\n", ": holds no labels"),
        ("", ":1: has no column 'record'"),
        ("record,level\nr1,kind\n", ":1: has no column 'criterion'"),
        ('{"record": "r1"\n', ":1: is no JSON object"),
        ('{"record": "r1", "criterion": "tone", "arm": "a", "level": 3}\n', ":1: names the level '3'"),
    ],
)
def test_labels_that_do_not_fit_are_told_with_their_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "labels").write_text(text)
    with pytest.raises(DataError) as found:
        read_labels(tmp_path / "labels", [TONE], ("a", "b"), ["r1", "r2"])
    assert str(found.value).startswith(f"{tmp_path / 'labels'}{said}")


def test_labels_are_read_from_csv_and_json_lines(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("record,criterion,arm,level,note\nr1,tone,a,Kind,x\nr2,preferred,,tie,\n")
    (tmp_path / "j").write_text(
        '{"record": "r1", "criterion": "tone", "arm": "a", "level": "kind"}\n\n'
        '{"record": "r2", "criterion": "preferred", "level": "tie"}\n'
    )
    wanted = [Label("r1", "tone", "a", "kind"), Label("r2", "preferred", None, "tie")]
    assert [read_labels(tmp_path / name, [TONE], ("a", "b"), ["r1", "r2"]) for name in "cj"] == [wanted, wanted]


# the file


def test_a_judgement_is_read_back_and_one_that_was_edited_is_refused(tmp_path: Path) -> None:
    found, path = judged(choices(40)), tmp_path / "j.json"
    write(path, found)
    assert read_judgement(path) == found
    assert sentences(read_judgement(path)) == sentences(found)
    path.write_text(path.read_text().replace('"decides": false', '"decides": true').replace('"won": 20', '"won": 39'))
    with pytest.raises(StorageError, match="was edited or damaged"):
        read_judgement(path)


def test_two_answers_are_shown_in_the_order_given() -> None:
    said = about_two(RECORD, "one", "two", "Which?").text
    assert said.index("Answer A:\none") < said.index("Answer B:\ntwo") < said.index("Which?")
