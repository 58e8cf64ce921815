"""The word a fault proposes."""

import pytest

from finewright.base.nearest import nearest


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("lerning_rate", "learning_rate"),
        ("learning-rate", "learning_rate"),
        ("Learning_Rate", "learning_rate"),
        ("epoch", "epochs"),
        ("zebra", None),
        ("", None),
    ],
)
def test_nearest(word: str, found: str | None) -> None:
    assert nearest(word, ["learning_rate", "epochs", "batch"]) == found


def test_a_tie_goes_to_the_first() -> None:
    assert nearest("tset", ["test", "TEST"]) == "test"
