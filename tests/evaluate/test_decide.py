"""The verdict: which pair decides, when it says what, and in which words."""

import json
import re
from dataclasses import asdict, replace

import numpy as np
import pytest

from finewright.base.errors import InputError, StorageError
from finewright.base.files import write_json
from finewright.base.recipe import Arms
from finewright.base.results import ArmResult, Figure, Measured, Results
from finewright.evaluate.decide import BY_COST, decide
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.results_file import read, write
from finewright.evaluate.statistics.intervals import wilson
from finewright.evaluate.statistics.multiplicity import holm
from finewright.evaluate.statistics.paired import mcnemar
from finewright.evaluate.words import about, p_value, points


def measured(right, kind="classes", shares=None):
    """From a string of 1 and 0, one a row."""
    rows, hits = len(right), right.count("1")
    return Measured(
        rows=rows,
        figures={DECIDING[kind]: Figure(hits / rows, *wilson(hits, rows, 0.95), rows)},
        correct={f"r{n}": flag == "1" for n, flag in enumerate(right)},
        seconds=1.0,
        prompt_tokens=5.0,
        completion_tokens=1.0,
        shares={f"r{n}": share for n, share in enumerate(shares or ())},
    )


def arm(name, test, validation="10", kind="classes", whole=None, shares=None):
    return ArmResult(
        name,
        f"The {name} arm",
        trained=name == "tuned",
        validation=measured(validation, kind),
        test=measured(test, kind, shares),
        whole=measured(whole, kind) if whole else None,
    )


def verdict(tuned, other, kind="classes", **more):
    return decide([arm("few_shot", other, kind=kind, **more), arm("tuned", tuned, kind=kind)], kind, 0.95)


def table(both, won, lost, neither):
    """Right rows of the tuned arm and of the other."""
    return "1" * (both + won) + "0" * (lost + neither), "1" * both + "0" * won + "1" * lost + "0" * neither


def test_better_in_one_sentence():
    tuned, other = table(59, 33, 2, 6)
    json_fields = {"shares": [1.0] * 100}
    said = decide(
        [arm("few_shot", other, kind="json", **json_fields), arm("tuned", tuned, kind="json", **json_fields)],
        "json",
        0.95,
    )
    assert said.outcome == "better"
    assert said.challenger == "few_shot"
    assert re.fullmatch(
        r"Fine-tuning is better than the best other arm \(few-shot prompt\): 92\.0% against 61\.0% of 100 records, "
        r"a gain of 31 points \(95% interval [\d.]+ to [\d.]+, exact McNemar p < 0\.001\)\.",
        said.sentence,
    )
    assert (said.deciding.won, said.deciding.lost, said.deciding.adjusted) == (33, 2, None)
    assert said.rows_needed is None


@pytest.mark.parametrize("name", sorted(set(Arms.model_fields) - {"tuned", "reward", "endpoints"}))
def test_every_arm_of_a_recipe_is_ranked_by_cost_and_has_a_name_in_the_sentence(name):
    assert name in BY_COST
    tuned, other = table(40, 5, 35, 20)
    said = decide([arm(name, other), arm("tuned", tuned)], "classes", 0.95)
    assert f"The {name} arm" not in said.sentence
    assert "than the best other arm (" in said.sentence


def test_worse_is_no_better():
    said = verdict(*table(40, 5, 35, 20))
    assert said.outcome == "no better"
    assert "a loss of 30 points" in said.sentence
    assert "Use the few-shot prompt" in said.advice


def test_a_gain_that_cannot_matter_is_no_better():
    said = verdict(*table(3900, 10, 12, 78))
    assert said.deciding.p > 0.05
    assert said.deciding.difference.high < 0.01
    assert said.outcome == "no better"


def test_too_few_rows_cannot_tell_and_say_how_many_would():
    said = verdict(*table(50, 14, 9, 27))
    assert said.outcome == "cannot tell"
    assert said.sentence.startswith("With 100 rows it cannot be told whether fine-tuning is better than")
    assert f"about {about(said.rows_needed)} would tell" in said.sentence
    assert said.rows_needed > 100
    assert "only differences of about" in said.advice


def test_equal_arms_name_no_number_of_rows():
    said = verdict(*table(50, 9, 9, 32))
    assert said.outcome == "cannot tell"
    assert said.rows_needed is None
    assert "no difference (95% interval" in said.sentence
    assert "no number of rows can be named" in said.sentence
    assert "Use the few-shot prompt, the simpler of two" in said.advice


def test_the_challenger_is_chosen_on_validation_alone():
    arms = [
        arm("tfidf", "1111111000", validation="1110"),
        arm("few_shot", "1111111111", validation="1100"),
        arm("tuned", "1110000000", validation="1111"),
    ]
    assert decide(arms, "classes", 0.95).challenger == "tfidf"


def test_of_equal_challengers_the_cheaper_is_taken_in_any_order():
    arms = [arm(name, "1010") for name in ("few_shot", "zero_shot", "frozen", "tfidf", "majority", "tuned")]
    for count in range(2, 6):
        some = arms[:count] + arms[5:]
        assert decide(some, "classes", 0.95).challenger == arms[count - 1].name
        assert decide(some[::-1], "classes", 0.95).challenger == arms[count - 1].name


def test_of_arms_with_no_record_right_the_one_with_more_fields_right_is_the_challenger():
    def with_fields(name, value):
        made = arm(name, "00", validation="00", kind="json", shares=[0.0, 0.0])
        figures = made.validation.figures | {"fields": Figure(value, 0.0, 1.0, 2)}
        return replace(made, validation=replace(made.validation, figures=figures))

    arms = [with_fields("majority", 0.1), with_fields("frozen", 0.4), with_fields("zero_shot", 0.4)]
    tuned = arm("tuned", "11", kind="json", shares=[1.0, 1.0])
    assert decide([*arms, tuned], "json", 0.95).challenger == "frozen"


def test_the_other_contrasts_are_adjusted_together():
    tuned = "1" * 30 + "0" * 10
    arms = [
        arm("majority", "0" * 40, validation="00"),
        arm("tfidf", "1" * 20 + "0" * 20, validation="11"),
        arm("frozen", "1" * 24 + "0" * 16, validation="00"),
        arm("tuned", tuned),
    ]
    said = decide(arms, "classes", 0.95)
    assert [contrast.other for contrast in said.others] == ["majority", "frozen"]
    assert [contrast.adjusted for contrast in said.others] == holm([mcnemar(30, 0), mcnemar(6, 0)])


def test_json_fields_are_compared_too():
    arms = [
        arm("few_shot", "0000000000", kind="json", shares=[0.5] * 10),
        arm("tuned", "0000000000", kind="json", shares=[0.75, 1.0] * 5),
    ]
    (fields,) = decide(arms, "json", 0.95).others
    assert fields.test == "paired bootstrap of fields"
    assert fields.difference.value == pytest.approx(0.375)
    assert (fields.won, fields.lost) == (10, 0)
    assert fields.adjusted == fields.p < 0.01


def test_arms_that_did_not_run_are_passed_over():
    absent = ArmResult("frozen", "Frozen", why_not="switched off in the recipe")
    said = decide([absent, arm("tfidf", "10"), arm("tuned", "10")], "classes", 0.95)
    assert said.challenger == "tfidf"
    assert said.others == ()


def test_other_rows_are_an_error():
    with pytest.raises(InputError, match="tuned and tfidf were not measured on the same test rows"):
        decide([arm("tfidf", "101"), arm("tuned", "10")], "classes", 0.95)


def test_the_challenger_on_every_row_is_told():
    said = verdict(*table(40, 5, 35, 20), whole="1" * 930 + "0" * 70)
    assert (
        "On every test row the few-shot prompt gets 93.0% of 1,000 rows right (95% interval 91.2 to 94.4)."
        in said.advice
    )
    assert "every test row" not in verdict(*table(40, 5, 35, 20), whole="1" * 75 + "0" * 25).advice


def test_an_arm_that_validation_passed_over_but_beats_tuning_is_told():
    arms = [
        arm("tfidf", "1" * 10 + "0" * 30, validation="11"),
        arm("few_shot", "1" * 40, validation="10"),
        arm("tuned", "1" * 20 + "0" * 20),
    ]
    said = decide(arms, "classes", 0.95)
    assert said.outcome == "better"
    assert said.advice.endswith("The few-shot prompt did better on these rows than fine-tuning.")


def test_a_task_that_nobody_learned_is_told():
    arms = [arm("majority", "1100"), arm("tuned", "1010")]
    assert "finewright data check" in decide(arms, "classes", 0.95).advice


def test_without_a_tuned_arm_the_best_is_named():
    said = decide([arm("tfidf", "1110", "11"), arm("few_shot", "1111", "10")], "classes", 0.95)
    assert (said.outcome, said.challenger) == ("not compared", "tfidf")
    assert said.sentence.startswith(
        "Nothing was fine-tuned; best on validation is the TF-IDF classifier, with 75.0% of"
    )


def test_without_another_arm_nothing_is_compared():
    assert decide([arm("tuned", "1110")], "classes", 0.95).outcome == "not compared"
    assert decide([], "classes", 0.95).outcome == "not compared"


@pytest.mark.parametrize(
    ("value", "said"), [(0.31, "31"), (0.0123, "1.2"), (-0.032, "-3.2"), (-0.0001, "0"), (0.0, "0"), (1.0, "100")]
)
def test_points(value, said):
    assert points(value) == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.0004, "p < 0.001"), (0.0213, "p = 0.021"), (0.5, "p = 0.50"), (1.0, "p = 1.00")]
)
def test_p_values(p, said):
    assert p_value(p) == said


@pytest.mark.parametrize(("count", "said"), [(7, "7"), (99, "99"), (101, "110"), (5321, "5,400"), (5400, "5,400")])
def test_projections_are_rounded_up(count, said):
    assert about(count) == said


def results(kind="classes"):
    tuned, other = table(50, 20, 4, 26)
    shares = [0.5] * 100
    arms = (
        arm("tfidf", other, kind=kind, whole="1" * 300, shares=shares),
        arm("few_shot", "0" * 100, validation="00", kind=kind, shares=shares),
        ArmResult("frozen", "Frozen", why_not="switched off in the recipe"),
        arm("tuned", tuned, kind=kind, shares=shares),
    )
    return Results(
        name="mail",
        run="0123",
        kind=kind,
        deciding_figure=DECIDING[kind],
        arms=arms,
        verdict=decide(arms, kind, 0.95),
        data={"rows": 7},
        training={"steps": 3, "best": None},
    )


@pytest.mark.parametrize("kind", ["classes", "json", "text"])
def test_the_file_gives_back_the_results_and_the_same_words(tmp_path, kind):
    made = results(kind)
    write(tmp_path / "results.json", made)
    stored = read(tmp_path / "results.json")
    assert stored == made
    assert decide(stored.arms, stored.kind, 0.95) == made.verdict


@pytest.mark.parametrize("spoil", [lambda stored: stored.pop("arms"), lambda stored: stored.update(kind="songs")])
def test_a_file_that_holds_no_results_is_named(tmp_path, spoil):
    stored = json.loads(json.dumps(asdict(results())))
    spoil(stored)
    write_json(tmp_path / "results.json", stored)
    with pytest.raises(StorageError, match=r"results\.json: holds no results that can be read"):
        read(tmp_path / "results.json")


def test_a_torn_file_is_named(tmp_path):
    write(tmp_path / "results.json", results())
    whole = (tmp_path / "results.json").read_text()
    (tmp_path / "results.json").write_text(whole[:-30])
    with pytest.raises(StorageError, match=r"results\.json"):
        read(tmp_path / "results.json")


def test_of_two_tuned_arms_the_better_on_validation_stands_for_tuning():
    """The test rows, on which the other would have won, choose nothing."""
    tuned, with_passages = arm("tuned", "1" * 90 + "0" * 10, "1100"), arm("tuned_rag", "1" * 60 + "0" * 40, "1110")
    told = decide([arm("few_shot", "0" * 100), tuned, replace(with_passages, trained=True)], "classes", 0.95)
    assert told.deciding.arm == "tuned_rag"
    assert told.sentence.startswith("Fine-tuning with passages is better than the best other arm (few-shot prompt): 60")
    told = decide([arm("few_shot", "0" * 100), tuned], "classes", 0.95)
    assert told.sentence.startswith("Fine-tuning is better than")


def winners(confidence: float, *, gain: float = 0.0) -> int:
    """In how many of 200 simulated runs of 150 rows there is a winner; the tuned arm is right oftener by `gain`."""
    count = 0
    for seed in range(200):
        rng = np.random.Generator(np.random.PCG64(seed))
        easy = rng.beta(2, 1, 150)
        tuned, other = ("".join("01"[int(hit)] for hit in rng.random(150) < easy + more) for more in (gain, 0.0))
        found = decide([arm("few_shot", other), arm("tuned", tuned)], "classes", confidence).deciding
        assert found is not None
        count += found.p < 1 - confidence
    return count


def test_two_arms_that_truly_tie_have_a_winner_no_oftener_than_the_level_says():
    # One time in a hundred a level of 5 % gives more than 18 in 200.
    assert winners(0.95) <= 18
    assert winners(0.7) > 18
    assert winners(0.95, gain=0.2) > 150
