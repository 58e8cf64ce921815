"""Costs by hand: hours, tokens, months; when tuning is paid back, never, or from the first call on."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finewright.base.break_even import break_even
from finewright.base.costs import Costs, Storage
from finewright.base.recipe_cost import Cost
from finewright.base.results import ArmResult, Figure, Forgetting, Measured, Results, Verdict
from finewright.evaluate.cost import prices as of
from finewright.evaluate.cost.calls import spent
from finewright.evaluate.cost.ways import best_prompt, costs
from finewright.evaluate.cost.words import money

PRICES = Cost(as_of="2026-03-31", cpu_hour=3.6, million_in=2.0, million_out=10.0, calls_month=1000)
AMOUNT = st.floats(0, 1e6, allow_nan=False)


def measured(right: float, seconds: float, prompt: float = 0, completion: float = 0, rows: int = 100) -> Measured:
    return Measured(
        rows=rows,
        figures={"accuracy": Figure(right, right, right, rows)},
        correct={},
        seconds=seconds,
        prompt_tokens=prompt,
        completion_tokens=completion,
    )


def arm(name: str, validation: Measured, test: Measured, trained: bool = False) -> ArmResult:
    return ArmResult(name, name.replace("_", " ").capitalize(), trained, validation=validation, test=test)


RESULTS = Results(
    name="mail",
    run="0" * 64,
    kind="classes",
    deciding_figure="accuracy",
    arms=(
        arm("tfidf", measured(0.7, 1), measured(0.7, 1)),
        arm("zero_shot", measured(0.4, 20, 100, 5), measured(0.9, 20, 100, 5)),
        arm("few_shot", measured(0.6, 60, 500, 5), measured(0.5, 60, 500, 5)),
        arm("tuned", measured(0.8, 10, 50, 5), measured(0.8, 10, 50, 5), trained=True),
        ArmResult("encoder", "Encoder", why_not="switched off in the recipe"),
    ),
    verdict=Verdict("better", "", ""),
    training={"seconds": 1000.0, "method": "lora"},
    forgetting=Forgetting(seconds=50, base_seconds=7000),
)
STORAGE = Storage(base_bytes=500, base_weights=100, trained_bytes=20, trained_weights=10)


def priced(results: Results = RESULTS, **changes: object) -> Costs:
    return costs([(results, STORAGE)], PRICES.model_copy(update=changes), {})


def test_an_hour_is_the_machine_and_its_electricity() -> None:
    # 2.5 an hour and 400 W at 0.30 a kilowatt hour: 2.5 + 0.4 * 0.3
    prices = Cost(machine="gpu", gpu_hour=2.5, watts=400, kilowatt_hour=0.3)
    assert of.hour(prices) == pytest.approx(2.62)
    assert of.time(prices, 1800) == pytest.approx(1.31)
    assert of.hour(prices.model_copy(update={"machine": "cpu", "watts": 0.0})) == prices.cpu_hour


def test_tokens_are_priced_by_the_million() -> None:
    # 500 * 2 / 1e6 + 5 * 10 / 1e6
    assert of.tokens(PRICES, 500, 5) == pytest.approx(0.00105)


def test_what_the_run_took_by_hand() -> None:
    # An hour costs 3.6, so that a second costs 0.001. Asked twice each: 2 * (1 + 20 + 60 + 10) s.
    found = spent(RESULTS, PRICES, {})
    assert (found.training_seconds, found.asking_seconds, found.forgetting_seconds) == (1000, 182, 50)
    assert (found.training, found.asking, found.forgetting) == pytest.approx((1.0, 0.182, 0.05))
    assert found.total == pytest.approx(1.232)
    # Calls that are to be paid by the token later were not, when they were measured here.
    assert spent(RESULTS, PRICES.model_copy(update={"billing": "tokens"}), {}) == found


def test_calls_are_paid_by_time_or_by_the_token() -> None:
    by_time = {one.name: one for one in priced().arms}
    # 60 s over 100 rows at 0.001 a second, a thousand calls a month
    assert by_time["few_shot"].call == pytest.approx(0.0006)
    assert by_time["few_shot"].thousand == by_time["few_shot"].month == pytest.approx(0.6)
    by_token = {one.name: one for one in priced(billing="tokens").arms}
    assert by_token["few_shot"].call == pytest.approx(0.00105)
    assert by_token["tfidf"].call == by_time["tfidf"].call  # it reads no tokens
    hosted = {one.name: one for one in priced(hosting_month=30.0).arms}
    assert hosted["tuned"].month == pytest.approx(0.1 + 30)
    assert hosted["few_shot"].month == by_time["few_shot"].month


def test_an_endpoint_is_always_paid_by_the_token() -> None:
    asked = replace(RESULTS, arms=(arm("endpoint-far", measured(1, 9, 500, 5), measured(1, 9, 500, 5)),))
    (far,) = priced(asked).arms
    assert far.call == pytest.approx(0.00105)
    # 200 calls were made to measure it
    assert spent(asked, PRICES, {}).asking == pytest.approx(200 * 0.00105)
    # 500 * 4 / 1e6 at prices of its own
    (own,) = costs([(asked, STORAGE)], PRICES, {"endpoint-far": (4.0, 0.0)}).arms
    assert own.call == pytest.approx(0.002)


FAR = arm("endpoint-far", measured(0.5, 9, 500, 5, rows=40), measured(1, 9, 600, 10))
WITH_FAR = replace(RESULTS, arms=(*RESULTS.arms, FAR))


def test_an_endpoint_by_hand() -> None:
    # 40 rows of 500 and 5 tokens and 100 of 600 and 10, at 4 and 20 a million: 40 * 2,100 + 100 * 2,600 millionths.
    found = costs([(WITH_FAR, STORAGE)], PRICES, {"endpoint-far": (4.0, 20.0)})
    (far,) = found.endpoints
    assert (far.million_in, far.million_out, far.own, far.rows) == (4.0, 20.0, True, 140)
    assert far.spent == pytest.approx(0.344)
    assert (far.calls.thousand, far.calls.month) == pytest.approx((2.6, 2.6))
    # Training cost 1.0 and a tuned call 0.0001, against 0.0026: 1 / 0.0025 = 400 calls. The best prompt is another arm.
    assert set(far.break_even) == {"lora"}
    assert far.break_even["lora"].calls in (400, 401)
    assert found.ways[0].calls is not None
    assert found.ways[0].calls.name == "few_shot"
    assert (
        "Asking Endpoint-far for 140 rows took EUR 0.344, at EUR 4.00 and EUR 20.00 for a million" in found.sentences[2]
    )
    assert found.sentences[2].endswith("its own prices; 1,000 calls cost EUR 2.60, and 1,000 a month EUR 2.60.")
    assert "and EUR 2.60 with Endpoint-far: it is paid back after 40" in found.sentences[3]


def test_an_endpoint_without_prices_of_its_own_is_paid_at_those_of_the_table() -> None:
    (far,) = costs([(WITH_FAR, STORAGE)], PRICES, {}).endpoints
    # 40 * (500 * 2 + 5 * 10) + 100 * (600 * 2 + 10 * 10) millionths
    assert far.spent == pytest.approx(0.172)
    assert not far.own
    assert "the prices of the section `cost`" in priced(WITH_FAR).sentences[2]
    # Hosting is the tuned model's alone: 1 / (0.0013 - (0.0001 + 0.5 / 1000)) = 1,429 calls.
    (hosted,) = priced(WITH_FAR, hosting_month=0.5).endpoints
    assert hosted.calls == far.calls
    assert hosted.break_even["lora"].calls == 1429


def test_an_endpoint_that_is_the_best_prompt_is_not_told_twice() -> None:
    best = replace(RESULTS, arms=(*RESULTS.arms[:1], RESULTS.arms[3], FAR))
    found = priced(best)
    assert [one.count("paid back") for one in found.sentences] == [0, 1, 0]
    assert "with Endpoint-far: it is paid back" in found.sentences[1], "its name stands as it is written"
    assert found.ways[1].break_even == found.endpoints[0].break_even["lora"]


def test_an_endpoint_that_tells_no_tokens_is_not_free() -> None:
    silent = replace(RESULTS, arms=(*RESULTS.arms, arm("endpoint-far", measured(1, 9), measured(1, 9))))
    found = priced(silent)
    assert (found.endpoints[0].spent, found.endpoints[0].break_even) == (None, {})
    assert "told no tokens, so that what it cost is not known" in found.sentences[2]
    # Told of some rows alone, it is not known either.
    part = replace(silent, arms=(*RESULTS.arms, arm("endpoint-far", measured(1, 9), measured(1, 9, 500, 5))))
    assert priced(part).endpoints[0].spent is None


def test_tuning_stands_against_the_prompt_that_validation_chose() -> None:
    # The test rows would have chosen the other one.
    chosen = best_prompt(RESULTS)
    assert chosen is not None
    assert chosen.name == "few_shot"


def test_ways_by_hand() -> None:
    none, lora, full = priced().ways
    # Training cost 1.0; a call 0.0006 before and 0.0001 after: 1 / 0.0005 = 2000 calls, two months.
    assert lora.break_even is not None
    assert lora.break_even.calls in (2000, 2001)
    assert lora.training == pytest.approx(1.0)
    assert (none.stored_bytes, lora.stored_bytes, full.stored_bytes) == (0, 20, 400)
    # 4 * 100; 4 * 100 + 16 * 10; 16 * 100
    assert (none.memory_bytes, lora.memory_bytes, full.memory_bytes) == (400, 560, 1600)
    assert "train.method: full" in full.why_not
    assert "in 2 months" in priced().sentences[1]


def test_all_weights_come_from_a_run_of_their_own() -> None:
    other = replace(RESULTS, training={"seconds": 4000.0, "method": "full"})
    held = replace(STORAGE, trained_bytes=480)
    _, lora, full = costs([(RESULTS, STORAGE), (other, held)], PRICES, {}).ways
    assert (lora.training, full.training) == pytest.approx((1.0, 4.0))
    assert full.stored_bytes == 480
    assert full.break_even is not None
    assert full.break_even.calls in (8000, 8001)


def test_memory_of_a_quantised_base_is_not_counted() -> None:
    ways = costs([(RESULTS, replace(STORAGE, quantised=True))], PRICES, {}).ways
    assert ways[1].memory_bytes is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hosting_month": 1.0}, "never paid back by cost alone; it could be at more than 2,000 calls a month"),
        ({"cpu_hour": 0.0}, "never paid back by cost alone."),
        ({}, "paid back after 2,00"),
        ({"calls_month": 100_000}, "within the first month"),
        ({"as_of": None}, "examples of January 2026 and nobody's offer"),
    ],
)
def test_words_of_every_case(changes: dict[str, object], said: str) -> None:
    assert said in " ".join(priced(**changes).sentences)


def test_what_cost_nothing_pays_from_the_first_call() -> None:
    free = replace(RESULTS, training={"seconds": 0.0, "method": "lora"})
    assert "it pays from the first call on" in " ".join(priced(free).sentences)


def test_a_run_without_prompts_has_no_break_even() -> None:
    alone = replace(RESULTS, arms=RESULTS.arms[:1], training={})
    found = priced(alone)
    assert found.ways[0].why_not
    assert [way.break_even for way in found.ways] == [None, None, None]
    assert len(found.sentences) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "EUR 0"),
        (12345.6, "EUR 12,346"),
        (1.5, "EUR 1.50"),
        (0.012345, "EUR 0.0123"),
        (0.00000012, "EUR <0.0001"),
    ],
)
def test_money_is_readable(value: float, said: str) -> None:
    assert money(value, "EUR") == said


@given(AMOUNT, AMOUNT, AMOUNT)
def test_break_even_is_where_the_lines_cross(spent_once: float, before: float, after: float) -> None:
    found = break_even(0, spent_once, before, after)
    if found.calls is None:
        assert before <= after
        return

    def tuned_is_dearer(calls: int) -> bool:
        return Fraction(spent_once) + calls * Fraction(after) > calls * Fraction(before)

    assert not tuned_is_dearer(found.calls)
    assert found.calls == 0 or tuned_is_dearer(found.calls - 1)


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.floats(0, 1000))
def test_a_month_grows_with_its_calls(few: int, more: int, hosting: float) -> None:
    few, more = sorted((few, more))
    at = [priced(calls_month=calls, hosting_month=hosting) for calls in (few, more)]
    for one, other in zip(at[0].arms, at[1].arms, strict=True):
        assert one.month <= other.month
        assert one.call == other.call
    paid = [found.ways[1].break_even for found in at]
    assert paid[0] is not None
    assert paid[1] is not None
    # Hosting is spread over more calls, so that tuning pays no later.
    assert paid[0].after >= paid[1].after
    assert paid[0].calls is None or (paid[1].calls is not None and paid[1].calls <= paid[0].calls)


@pytest.mark.parametrize(
    ("month", "said"),
    [
        (2002, "within the first month"),
        (2001, "in 1 month"),
        (1950, "in 1 month"),
        (1333, "in 1.5 months"),
        (21, "in 95.3 months"),
        (20, "in 100 months"),
        (2, "in 1,000 months"),
    ],
)
def test_months_are_counted_as_people_count_them(month: int, said: str) -> None:
    assert priced(calls_month=month).sentences[1].endswith(f"after 2,001 calls, at {month:,} a month {said}.")
