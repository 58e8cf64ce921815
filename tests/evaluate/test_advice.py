"""Advice: what counts as a fact, which rules fire at which number, how points add up, when it cannot be told."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.recipe_advise import Advise
from finewright.base.records import Message, Record, TaskKind
from finewright.base.results import Figure
from finewright.evaluate.advice.details import details
from finewright.evaluate.advice.facts import tell_apart
from finewright.evaluate.advice.rank import MEASURED, Evidence, advise, sentence
from finewright.evaluate.advice.rules import OPTIONS, RULES, rules_table
from finewright.evaluate.advice.situation import Situation, situation

ANSWERED = Advise(
    facts_change="never", must_cite=False, deletion=False, calls_month=1000, compute="cpu", short_rule=False
)
PLAIN = Situation(
    kind="text",
    rows=100,
    labels=0,
    distinct=1.0,
    nearness=0.1,
    prompt=100,
    counted=True,
    facts=0,
    personal=0,
    answers=ANSWERED,
)


def record(question: str, answer: str, name: str = "a") -> Record:
    return Record(name, (Message("user", question),), answer, source="a.csv", line=2)


def points(of: Situation) -> dict[str, int]:
    return {way.option: way.points for way in advise(of).ranking}


def fired(of: Situation) -> set[str]:
    return {rule.name for rule in RULES if rule.fires(of) is not None}


@pytest.mark.parametrize(
    ("answer", "question", "found"),
    [
        ("It costs 12.50 EUR.", "What does it cost?", ["amount 12.50 EUR"]),
        ("It costs €1,250 a year", "Price?", ["amount €1,250"]),
        ("The rate is 3.5%.", "Which rate?", ["amount 3.5%"]),
        ("Since 1 March 2026, and until 2026-05-01.", "Since when?", ["date 1 March 2026", "date 2026-05-01"]),
        (
            "Write to ann.lee@mail.example or +49 421 123456.",
            "?",
            ["address ann.lee@mail.example", "address +49 421 123456"],
        ),
        ("Please ask Maria Gonzalez about it.", "Whom?", ["name Maria Gonzalez"]),
        ("You have 14 days.", "How long?", ["figure 14"]),
        ("Invoice 4711 is short by 12.50 EUR", "invoice 4711, 12.50 eur are missing", []),
        ("4711", "invoice 47110", ["figure 4711"]),
        ("Please do this:\n1. open it\n2. close it", "How?", []),
        ("Thank you, we are looking into it.", "Hello", []),
        ("", "", []),
    ],
)
def test_what_an_answer_states_of_itself(answer: str, question: str, found: list[str]) -> None:
    assert [f"{one.sort} {one.text}" for one in details(answer, question)] == found


def test_a_greeting_is_form_and_a_rate_in_every_answer_is_not() -> None:
    rows = [record(f"q{n}", f"we at Acme Bank charge 3.5% for it {'x' * n}", str(n)) for n in range(10)]
    assert [[one.text for one in row.details] for row in tell_apart(rows, "text")] == [["3.5%"]] * 10
    few = tell_apart(rows[:4], "text")
    assert "Acme Bank" in {one.text for one in few[0].details}


def test_labels_are_chosen_but_a_sentence_with_an_amount_states_it() -> None:
    rows = tell_apart([record("a", "queue 4711"), record("b", "It costs 5.00 EUR now")], "classes")
    assert [row.fact for row in rows] == [False, True]


def test_values_of_a_record_that_were_read_are_behaviour() -> None:
    read = record("short by 1.250,50 on 4711", '{"amount": 1250.50, "invoice": "4711", "code": "c9"}')
    known = record("who is the agent", '{"phone": "+49 421 998877", "code": "c9"}', "b")
    assert [row.fact for row in tell_apart([read, known], "json")] == [False, True]
    assert tell_apart([read, known], "json")[1].personal


@given(
    st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=8), st.sampled_from(["text", "classes"])
)
def test_no_row_is_lost(rows: list[tuple[str, str]], kind: TaskKind) -> None:
    records = [record(question, answer, str(at)) for at, (question, answer) in enumerate(rows)]
    told = tell_apart(records, kind)
    assert [row.record for row in told] == records
    assert all(row.reason for row in told)


def test_the_situation_by_hand() -> None:
    rows = [
        record("pay invoice one", "money", "a"),
        record("pay invoice one", "money", "b"),
        record("zzzzzz", "goods", "c"),
    ]
    found = situation(rows, tell_apart(rows, "classes"), "classes", ANSWERED, lambda one: len(one.text), True)
    assert (found.rows, found.labels, found.facts) == (3, 2, 0)
    assert found.distinct == pytest.approx(2 / 3)
    # Two texts are the same, the third shares no five letters with them.
    assert found.nearness == pytest.approx(2 / 3)
    assert found.prompt == 15


EDGES: Sequence[tuple[str, dict[str, object], dict[str, object], bool]] = (
    ("changing facts", {"facts": 10}, {"facts_change": "monthly"}, True),
    ("changing facts", {"facts": 9}, {"facts_change": "monthly"}, False),
    ("changing facts", {"facts": 90}, {"facts_change": "yearly"}, False),
    ("slow facts", {"facts": 10}, {"facts_change": "yearly"}, True),
    ("facts to remember", {"facts": 50}, {}, True),
    ("facts to remember", {"facts": 49}, {}, False),
    ("citations", {}, {"must_cite": True}, True),
    ("deletion", {"facts": 5, "personal": 1}, {"deletion": True}, True),
    ("deletion", {"facts": 5}, {"deletion": True}, False),
    ("rule of ten lines", {}, {"short_rule": True}, True),
    ("very few examples", {"rows": 49}, {}, True),
    ("very few examples", {"rows": 50}, {}, False),
    ("few examples", {"rows": 199}, {}, True),
    ("enough examples", {"rows": 200}, {}, True),
    ("enough examples", {"rows": 200, "facts": 1}, {}, False),
    ("many examples", {"rows": 1000}, {}, True),
    ("fixed form", {"distinct": 0.5}, {}, True),
    ("fixed form", {"distinct": 0.51}, {}, False),
    ("fixed form", {"kind": "json", "facts": 10}, {}, False),
    ("narrow task", {"nearness": 0.3}, {}, True),
    ("many labels", {"labels": 21}, {}, True),
    ("many labels", {"labels": 20}, {}, False),
    ("tokens read again", {"prompt": 1000}, {"calls_month": 10_000}, True),
    ("tokens read again", {"prompt": 999}, {"calls_month": 10_000}, False),
    ("volume", {}, {"calls_month": 10_000}, True),
    ("hardly any calls", {}, {"calls_month": 499}, True),
    ("hardly any calls", {}, {"calls_month": 500}, False),
    ("no machine", {}, {"compute": "none"}, True),
    ("no machine", {}, {"compute": None}, False),
)


@pytest.mark.parametrize(("rule", "data", "answers", "fires"), EDGES)
def test_each_rule_fires_at_its_edge(
    rule: str, data: dict[str, object], answers: dict[str, object], fires: bool
) -> None:
    of = replace(PLAIN, **data, answers=ANSWERED.model_copy(update=answers))  # type: ignore[arg-type]
    assert (rule in fired(of)) is fires


def test_every_rule_has_an_edge_and_a_number() -> None:
    assert {rule.name for rule in RULES} - {rule for rule, *_ in EDGES} == {"effort"}
    for rule, data, answers, fires in EDGES:
        of = replace(PLAIN, **data, answers=ANSWERED.model_copy(update=answers))  # type: ignore[arg-type]
        number = next(one.fires(of) for one in RULES if one.name == rule)
        assert not fires or any(letter.isdigit() for letter in number or "") or "yearly" in (number or "")


def test_points_by_hand() -> None:
    # A hundred rows, all else silent: effort, and few examples.
    assert points(PLAIN) == {"prompt": 0, "few_shot": 1, "rag": -1, "tuned": -2, "tuned_rag": -4}
    # Facts that change weekly: effort, changing facts, facts to remember, and no example of behaviour.
    changing = replace(PLAIN, facts=100, answers=ANSWERED.model_copy(update={"facts_change": "weekly"}))
    assert points(changing) == {"prompt": -2, "few_shot": -1, "rag": 3, "tuned": -8, "tuned_rag": -3}


def test_equal_points_go_to_the_simpler_way_and_cannot_be_told() -> None:
    found = advise(replace(PLAIN, rows=250, distinct=0.5))
    assert [(way.option, way.points) for way in found.ranking[:2]] == [("tuned", 1), ("prompt", 0)]
    assert found.outcome == "cannot tell"
    assert sentence(found).startswith(
        "Cannot tell without measuring: Fine-tuning (+1) and Prompt (+0) are 1 point apart"
    )


def test_an_open_question_that_matters_is_told_and_one_that_does_not_is_not() -> None:
    unanswered = ANSWERED.model_copy(update={"short_rule": None, "deletion": None})
    found = advise(replace(PLAIN, rows=2000, kind="json", nearness=0.5, answers=unanswered))
    assert (found.ranking[0].option, found.lead, found.open) == ("tuned", 2, ("short_rule",))
    assert found.outcome == "cannot tell"
    assert "Cannot tell without an answer" in sentence(found)


def evidence(option: str, low: float, high: float) -> Evidence:
    return Evidence(option, f"{option} arm", Figure((low + high) / 2, low, high, 60))


def test_what_was_measured_replaces_what_rules_foretell() -> None:
    ruled = replace(PLAIN, answers=ANSWERED.model_copy(update={"short_rule": True}))
    assert advise(ruled).ranking[0].option == "prompt"
    # Ten lines should do, and were measured not to.
    measured = advise(ruled, [evidence("prompt", 0.2, 0.4), evidence("few_shot", 0.91, 0.99)])
    ways = {way.option: way for way in measured.ranking}
    assert (ways["prompt"].points, ways["few_shot"].points) == (-MEASURED, MEASURED)
    assert {reason.rule for reason in ways["prompt"].reasons} == {"measured"}
    assert measured.outcome == "clear"
    assert sentence(measured).endswith("as it was measured.")
    # What it was not measured of keeps its rules.
    assert ways["tuned"].points == points(ruled)["tuned"]


def test_a_measurement_does_not_replace_what_it_cannot_show() -> None:
    cited = replace(PLAIN, answers=ANSWERED.model_copy(update={"must_cite": True}))
    found = advise(cited, [evidence("prompt", 0.95, 1.0)])
    assert next(way for way in found.ranking if way.option == "prompt").points == MEASURED - 2


def test_of_two_classifiers_the_better_one_counts() -> None:
    found = advise(PLAIN, [evidence("classifier", 0.91, 0.99), evidence("classifier", 0.1, 0.2)])
    assert (found.ranking[0].option, found.ranking[0].points) == ("classifier", MEASURED - 1)


def test_a_model_behind_an_endpoint_stands_as_a_prompt_that_others_keep_up() -> None:
    good = evidence("endpoint", 0.95, 1.0)
    assert {way.option: way.points for way in advise(PLAIN, [good]).ranking}["endpoint"] == MEASURED - 1
    # It knows no more than a prompt does, and what a rule only foretold is measured.
    ruled = replace(PLAIN, labels=21, answers=ANSWERED.model_copy(update={"must_cite": True, "calls_month": 100}))
    (way,) = [one for one in advise(ruled, [good]).ranking if one.option == "endpoint"]
    assert {one.rule: one.points for one in way.reasons} == {
        "measured": MEASURED, "citations": -2, "hardly any calls": 1, "effort": -1
    }  # fmt: skip
    assert "others keep up" in next(one.number for one in way.reasons if one.rule == "effort")


def test_what_is_near_though_measured_asks_for_more_rows() -> None:
    found = advise(PLAIN, [evidence("prompt", 0.85, 0.95), evidence("few_shot", 0.85, 0.95)])
    assert sentence(found).startswith(
        "Cannot tell from so few rows: Prompt (+0) and Prompt with examples (few-shot) (+0)"
    )


def test_an_interval_over_the_goal_gives_no_points() -> None:
    found = advise(PLAIN, [evidence("prompt", 0.85, 0.95)])
    told = next(way for way in found.ranking if way.option == "prompt")
    assert told.points == 0
    assert "does not tell" in told.reasons[0].number


@given(
    st.builds(
        Situation,
        kind=st.sampled_from(["classes", "json", "text"]),
        rows=st.integers(1000, 3000),
        labels=st.integers(0, 50),
        distinct=st.floats(0.01, 1),
        nearness=st.floats(0, 1),
        prompt=st.integers(1, 5000),
        counted=st.booleans(),
        facts=st.integers(0, 1000),
        personal=st.integers(0, 10),
        answers=st.builds(
            Advise,
            facts_change=st.sampled_from([None, "never", "yearly", "daily"]),
            must_cite=st.sampled_from([None, False, True]),
            deletion=st.sampled_from([None, False, True]),
            calls_month=st.sampled_from([None, 0, 500, 10**6]),
            compute=st.sampled_from([None, "none", "gpu"]),
            short_rule=st.sampled_from([None, False, True]),
        ),
    )
)
def test_advice_adds_up_whatever_the_situation(of: Situation) -> None:
    found = advise(of)
    assert {way.option for way in found.ranking} == set(OPTIONS)
    assert all(way.points == sum(reason.points for reason in way.reasons) for way in found.ranking)
    assert all(one.points >= other.points for one, other in pairwise(found.ranking))
    assert (found.outcome == "clear") is (not found.open and found.lead >= 2)
    assert all(getattr(of.answers, key) is None for key in found.open)


def test_the_page_holds_the_rules(repository: Path) -> None:
    assert rules_table() in (repository / "docs" / "advice.md").read_text(encoding="utf-8")
