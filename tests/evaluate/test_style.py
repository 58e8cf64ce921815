"""The team's rules as a scorer: kept or broken, named in words, and no way to a high score by saying nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.errors import InputError
from finewright.base.recipe import Style
from finewright.base.records import Message, Prediction, Record
from finewright.evaluate.measure import measure
from finewright.evaluate.scorers.style import broken, style_scorer
from finewright.evaluate.task import Task

RECORD = Record("r", (Message("user", "May I?"),), "Yes.")
RULES = Style(banned=["guarantee*", "risk-free"], required=["capital at risk"], longest=8)


@pytest.mark.parametrize(
    ("answer", "parts", "breaches"),
    [
        ("Your Capital\nat risk.", (1, 1, 1, 1), []),
        ("Guaranteed, with capital at risk", (3 / 4, 1 / 2, 1, 1), ['says "guarantee*"']),
        (
            "A risk\u2011free guarantee",
            (1 / 4, 0, 0, 1),
            ['says "guarantee*"', 'says "risk-free"', 'leaves out "capital at risk"'],
        ),
        ("one two three four five six capital at risk", (3 / 4, 1, 1, 0), ["is longer than 8 words"]),
        ("one two three four five capital at risk", (1, 1, 1, 1), []),
        ("", (0, 0, 0, 0), ["says nothing", 'leaves out "capital at risk"']),
        (" \n\u200b...*", (0, 0, 0, 0), ["says nothing", 'leaves out "capital at risk"']),
    ],
)
def test_rules_are_scored_by_family_and_named(answer: str, parts: tuple[float, ...], breaches: list[str]) -> None:
    score = style_scorer(RULES)(answer, RECORD)
    assert score.parts == dict(zip(("rules", "banned", "required", "longest"), parts, strict=True))
    assert score.correct is (not breaches)
    assert broken(answer, RULES) == breaches


def test_an_empty_answer_keeps_no_rule_that_it_could_not_break() -> None:
    rules = Style(banned=["guarantee"], longest=8)
    assert style_scorer(rules)("", RECORD).parts == {"rules": 0, "banned": 0, "longest": 0}
    assert broken("", rules) == ["says nothing"]


def test_without_rules_any_words_will_do() -> None:
    judge = style_scorer(Style())
    assert (judge("yes", RECORD).correct, judge("", RECORD).correct) == (True, False)
    assert judge("yes", RECORD).parts == {}


def test_a_phrase_that_says_nothing_is_no_rule() -> None:
    with pytest.raises(InputError, match="says nothing"):
        style_scorer(Style(banned=["*"]))


PHRASES = st.lists(st.sampled_from(["fee", "free*", "no fee", "e-fee", "*ee"]), max_size=3, unique=True)


@given(
    st.builds(Style, banned=PHRASES, required=PHRASES, longest=st.none() | st.integers(1, 4)),
    st.lists(st.sampled_from(["fee", "free", "freely", " ", "-", "no ", "\n"]), max_size=8).map("".join) | st.text(),
)
def test_right_is_what_breaks_nothing_and_parts_add_up(rules: Style, answer: str) -> None:
    score = style_scorer(rules)(answer, RECORD)
    breaches = broken(answer, rules)
    assert score.correct is (not breaches)
    assert style_scorer(rules)(answer, RECORD) == score
    if rules.rules and "says nothing" not in breaches:
        assert score.parts["rules"] == pytest.approx(1 - len(breaches) / rules.rules)
        families = {
            "banned": len(rules.banned),
            "required": len(rules.required),
            "longest": int(rules.longest is not None),
        }
        whole = sum(score.parts[name] * size for name, size in families.items() if size)
        assert whole / rules.rules == pytest.approx(score.parts["rules"])


def test_an_arm_of_free_text_is_measured_by_the_rules_besides() -> None:
    task = Task("text", "Reply.", (), (), 9)
    records = [Record(f"r{n}", RECORD.messages, "capital at risk") for n in range(4)]
    answers = ["capital at risk", "capital at risk, guaranteed", "Capital at risk!", ""]
    said = [Prediction(record.id, answer) for record, answer in zip(records, answers, strict=True)]
    figures = measure(task, records, said, 1.0, 0.95, RULES).figures
    assert (figures["exact"].value, figures["passes"].value, figures["passes"].rows) == (0.25, 0.5, 4)
    assert "passes" not in measure(task, records, said, 1.0, 0.95).figures
    labelled = Task("classes", "Name it.", ("capital at risk",), (), 9)
    assert "passes" not in measure(labelled, records, said, 1.0, 0.95, RULES).figures
