"""Trials ranked, and the worth of a lead: against numbers worked out by hand and draws that hold the truth."""

import numpy as np
import pytest

from finewright.evaluate.statistics.seeds import paired_t, spread
from finewright.evaluate.trial_words import advice, key_name, named, sentence
from finewright.evaluate.trials import Combination, Trial, ranked

ROWS = 40


def trials(rate: float, right: list[int], loss: list[float], weights: int = 100) -> list[Trial]:
    """A trial a seed in which the first so many of the rows are right."""
    return [
        Trial(
            values={"train.learning_rate": rate},
            seed=seed,
            loss=of,
            figure=count / ROWS,
            correct={f"r{row}": row < count for row in range(ROWS)},
            seconds=60.0,
            weights=weights,
            size=1000,
        )
        for seed, (count, of) in enumerate(zip(right, loss, strict=True))
    ]


def order(found: tuple[Combination, ...]) -> list[float]:
    return [one.values["train.learning_rate"] for one in found]


def test_students_interval_is_that_of_the_table() -> None:
    # t(0.975; 2) = 4.302653 (Student's table); mean 0.02, s = 0.01.
    low, high = paired_t([0.01, 0.02, 0.03], 0.95)
    assert low == pytest.approx(0.02 - 4.302653 * 0.01 / 3**0.5, abs=1e-7)
    assert high == pytest.approx(0.02 + 4.302653 * 0.01 / 3**0.5, abs=1e-7)


def test_students_interval_holds_the_truth_as_often_as_it_says() -> None:
    draws = np.random.default_rng(0).normal(0.3, 1.0, (2000, 3))
    held = [low <= 0.3 <= high for low, high in (paired_t(list(row), 0.9) for row in draws)]
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


def test_deviation_is_that_of_a_sample() -> None:
    assert spread([1.0, 2.0, 4.0]).deviation == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert spread([1.0]).deviation is None


def test_the_share_ranks_then_the_loss_then_the_weights() -> None:
    found = ranked(
        [
            *trials(1e-4, [20, 20, 20], [1.0, 1.0, 1.0]),
            *trials(2e-4, [30, 30, 30], [2.0, 2.0, 2.0], weights=200),
            *trials(3e-4, [30, 30, 30], [1.5, 1.5, 1.5]),
            *trials(4e-4, [30, 30, 30], [2.0, 2.0, 2.0], weights=50),
        ],
        0.95,
    )
    assert order(found) == [3e-4, 4e-4, 2e-4, 1e-4]
    assert found[0].behind is None


def test_a_lead_that_all_seeds_and_many_rows_show_is_certain() -> None:
    best, second = ranked([*trials(1e-4, [20, 21, 20], [1.0] * 3), *trials(5e-4, [35, 35, 36], [0.5] * 3)], 0.95)
    assert best.values == {"train.learning_rate": 5e-4}
    assert second.behind is not None
    assert second.behind.by == pytest.approx((15 + 14 + 16) / 3 / ROWS)
    assert second.behind.certain
    assert "more than seeds and rows make by chance" in sentence([best, second], 0.95)


def test_a_lead_of_one_lucky_seed_is_noise_though_the_rows_agree() -> None:
    best, second = ranked([*trials(1e-4, [20, 20, 20], [1.0] * 3), *trials(5e-4, [20, 20, 38], [1.1, 0.9, 1.0])], 0.95)
    assert second.behind is not None
    assert second.behind.rows[0] > 0
    assert second.behind.seeds[0] < 0
    assert not second.behind.certain
    assert second.behind.alike
    assert "no more than noise" in sentence([best, second], 0.95)
    assert "1 of 1 others cannot be told apart" in advice([best, second])


def test_a_lead_of_one_row_is_noise_though_all_seeds_agree() -> None:
    _, second = ranked([*trials(1e-4, [20] * 3, [1.0] * 3), *trials(5e-4, [21] * 3, [1.0] * 3)], 0.95)
    assert second.behind is not None
    assert second.behind.seeds[0] > 0
    assert second.behind.rows[0] <= 0
    assert not second.behind.certain


def test_equal_answers_with_a_plainly_worse_loss_are_not_alike() -> None:
    best, second = ranked([*trials(1e-4, [20] * 3, [3.0, 3.1, 3.05]), *trials(5e-4, [20] * 3, [1.0, 1.1, 1.0])], 0.95)
    assert second.behind is not None
    assert not second.behind.alike
    assert "is nil; its loss is 2.017 lower" in sentence([best, second], 0.95)
    assert "told apart" not in advice([best, second])


def test_other_seeds_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="same seeds"):
        ranked([*trials(1e-4, [20, 20, 20], [1.0] * 3), *trials(5e-4, [20, 20], [1.0] * 2)], 0.95)


def test_what_is_said_of_the_best_alone_warns_of_nothing_that_was_not_chosen() -> None:
    (best,) = ranked(trials(5e-4, [20, 22, 24], [1.0, 1.0, 1.0]), 0.95)
    assert sentence([best], 0.95) == (
        "Best on validation: learning rate 0.0005, with 55.0% ± 5.0 of 40 rows right (mean and standard deviation over "
        "3 seeds). No other combination was tried."
    )
    assert "looks better" not in advice([best])


def test_settings_are_named_as_people_say_them() -> None:
    assert key_name("train.learning_rate") == "learning rate"
    assert key_name("train.lora.rank") == "rank"
    assert key_name("arms.encoder.train.epochs") == "epochs"
    assert named({"train.layers": None, "train.lora.modules": ["q_proj", "v_proj"]}) == (
        "layers none, modules q_proj and v_proj"
    )
