"""chrF and ROUGE-L against hand values and slow references; how sure answers sound."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.recipe import Style
from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.hedges import CERTAIN, HEDGES, certain, hedges
from finewright.evaluate.measure import measure
from finewright.evaluate.reading_level import grade, syllables
from finewright.evaluate.scorers.chrf import chrf
from finewright.evaluate.scorers.rouge_l import longest_common, rouge_l
from finewright.evaluate.scorers.style import broken
from finewright.evaluate.task import Task

PAIRS = [
    (
        "The relationship between cats and dogs is not exactly friendly.",
        "The relationship between dogs and cats is not exactly friendly.",
    ),
    (
        "a good bookshop is just a genteel black hole that knows how to read.",
        "A good bookshop is just a genteel Black Hole that knows how to read.",
    ),
]
WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def slow_chrf(pairs: list[tuple[str, str]]) -> float:
    """The formula over several sentences, matches found by crossing letters out."""
    precision = recall = lengths = 0.0
    for length in range(1, 7):
        hits = said = wanted = 0
        for pair in pairs:
            left, right = ([one[at : at + length] for at in range(len(one) - length + 1)] for one in map(packed, pair))
            said, wanted = said + len(left), wanted + len(right)
            for run in left:
                if run in right:
                    right.remove(run)
                    hits += 1
        if said and wanted:
            precision, recall, lengths = precision + hits / said, recall + hits / wanted, lengths + 1
    if not lengths or not precision + recall:
        return 0.0
    precision, recall = precision / lengths, recall / lengths
    return 5 * precision * recall / (4 * precision + recall)


def packed(text: str) -> str:
    return "".join(text.split())


def test_the_slow_reference_gives_what_is_worked_out_by_hand():
    """`a cat sat` beside `the cat sat` and `no` beside `on`, counted by hand over both, spaces left out.

    acatsat beside thecatsat: of one letter all 7 but of two a's three (t c a t s a t: a 2 of 3, c, s, t 2 of 2), so 6;
    of two letters ca at ts sa at of 6, so 5; cat ats tsa sat of 5, so 4; cats atsa tsat of 4, so 3; catsa atsat of 3,
    so 2; catsat of 2, so 1. no beside on: 2 of 2 and 2 letters, and no pair of 1 and 1.
    """
    pairs = [("a cat sat", "the cat sat"), ("no", "on")]
    hits = [6 + 2, 5 + 0, 4, 3, 2, 1]
    said = [7 + 2, 6 + 1, 5, 4, 3, 2]
    wanted = [9 + 2, 8 + 1, 7, 6, 5, 4]
    precision = sum(Fraction(one, of) for one, of in zip(hits, said, strict=True)) / 6
    recall = sum(Fraction(one, of) for one, of in zip(hits, wanted, strict=True)) / 6
    assert slow_chrf(pairs) == pytest.approx(float(5 * precision * recall / (4 * precision + recall)), abs=1e-12)


def test_chrf_of_one_sentence_by_hand():
    """The same first pair alone: 6/7, 5/6, 4/5, 3/4, 2/3, 1/2 of it, and 6/9, 5/8, 4/7, 3/6, 2/5, 1/4 of the other."""
    precision = sum(Fraction(7 - length, 8 - length) for length in range(1, 7)) / 6
    recall = sum(Fraction(7 - length, 10 - length) for length in range(1, 7)) / 6
    assert chrf("a cat sat", "the cat sat") == pytest.approx(float(5 * precision * recall / (4 * precision + recall)))


@given(st.text("ab c", max_size=15), st.text("ab c", max_size=15))
def test_chrf_is_the_slow_reference(said, wanted):
    if packed(said) or packed(wanted):
        assert chrf(said, wanted) == pytest.approx(slow_chrf([(said, wanted)]), abs=1e-12)
    else:
        assert chrf(said, wanted) == 1


@pytest.mark.parametrize("pair", PAIRS)
def test_chrf_of_real_sentences(pair):
    assert chrf(*pair) == pytest.approx(slow_chrf([pair]), abs=1e-12)


def test_chrf_by_hand():
    """aa beside ab: one of two letters, no pair: precision and recall 1/4 of runs of one and two, so F is 1/4."""
    assert chrf("aa", "ab") == pytest.approx(0.25)
    assert chrf("same text", "same  text") == 1
    assert chrf("", "text") == chrf("text", "") == chrf("a", "b") == 0


def test_rouge_l_by_hand():
    """Lin 2004, section 3.1: of these two the first keeps the order of three words of four, the second of two."""
    assert rouge_l("police kill the gunman", "Police killed the gunman.") == 3 / 4
    assert rouge_l("the gunman kill police", "Police killed the gunman.") == 2 / 4
    assert rouge_l("", "") == rouge_l("The end", "the END!") == 1
    assert rouge_l("", "word") == 0


@given(WORDS, WORDS)
def test_the_longest_common_run_is_that_of_the_table(left, right):
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row, one in enumerate(left, 1):
        for column, other in enumerate(right, 1):
            grown = table[row - 1][column - 1] + 1
            table[row][column] = grown if one == other else max(table[row - 1][column], table[row][column - 1])
    assert longest_common(left, right) == table[-1][-1]


def records(*answers: str) -> list[Record]:
    return [Record(f"r{at}", (Message("user", "?"),), answer) for at, answer in enumerate(answers)]


def test_text_is_measured_by_wording_and_by_how_sure_it_sounds():
    rows = records("Yes.", "No.", "It is 5.", "Never.")
    said = ["Yes.", "Perhaps not.", "It is probably 5.", "Never."]
    answers = [Prediction(row.id, text) for row, text in zip(rows, said, strict=True)]
    task = Task("text", "", (), (), 8)
    plain = measure(task, rows, answers, 1.0, 0.95)
    assert set(plain.figures) == {"exact", "chrf", "rouge_l"}
    assert plain.shares["r0"] == 1
    assert plain.figures["chrf"].value == pytest.approx(sum(plain.shares.values()) / 4)
    told = measure(task, rows, answers, 1.0, 0.95, Style(uncertainty=True)).figures
    values = {name: (told[name].value, told[name].rows) for name in told if name not in plain.figures}
    assert values == {"hedged": (0.5, 4), "sure": (0.25, 4), "right_hedged": (0.0, 2), "right_unhedged": (1.0, 2)}


def test_hedges_are_whole_words_and_no_months():
    assert hedges("It might rain.")
    assert hedges("This is UNCERTAIN at best")
    assert not hedges("In May 2024 the mighty river rose.")
    assert certain("We guaranteed it")
    assert not certain("It nevertheless rose.")
    assert not set(HEDGES) & set(CERTAIN)


def test_an_answer_is_cut_where_its_length_ended_it():
    rows = records("Yes.", "No.")
    answers = [Prediction("r0", "Yes.", finish="length"), Prediction("r1", "No.")]
    assert measure(Task("text", "", (), (), 8), rows, answers, 1.0, 0.95).cut == 1


def test_the_reading_grade_by_hand():
    """Six words of one syllable in one sentence: 0.39 * 6 + 11.8 * 1 - 15.59 = -1.45."""
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    assert grade("...") == 0
    assert list(map(syllables, ("table", "make", "walked", "boxes", "derivation"))) == [2, 1, 1, 2, 4]


def test_a_hard_answer_breaks_the_rule_of_its_grade():
    rules = Style(grade=8)
    hard = "Notwithstanding aforementioned considerations, remuneration necessitates comprehensive authorisation."
    assert broken(hard, rules) == ["is harder to read than grade 8"]
    assert broken("We pay you soon.", rules) == []
    assert rules.rules == 1
