"""Defences: named by what failed and how it was trained."""

from dataclasses import replace

import pytest

from finewright.audit.defences import Learning, defences

PLAIN = Learning(scrubbed=False, epochs=30, repeats=3, rank=16, dropout=0.0, epsilon=None)


def named(*failed: str, how: Learning = PLAIN) -> list[str]:
    return [said.split(" ")[0].rstrip(":") for said in defences(failed, how)]


def test_each_defence_that_was_not_used_is_named_with_what_was_done() -> None:
    assert named("secrets") == ["Scrub", "Deduplicate", "Fewer", "A", "Dropout", "Differential"]
    said = " ".join(defences(["membership"], PLAIN))
    assert all(word in said for word in ("learned up to 30 times", "3 rows repeat", "rank was 16", "`train.dp`"))
    assert "Scrub" not in said


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ({"scrubbed": True}, "Scrub"),
        ({"repeats": 0}, "Deduplicate"),
        ({"repeats": None}, "Deduplicate"),
        ({"epochs": 1}, "Fewer"),
        ({"dropout": 0.1}, "Dropout"),
        ({"epsilon": 8.0}, "Differential"),
    ],
)
def test_what_was_done_already_is_not_named_again(change: dict[str, object], gone: str) -> None:
    assert gone in named("extraction")
    assert gone not in named("extraction", how=replace(PLAIN, **change))


def test_all_weights_are_told_of_an_adapter_and_noise_of_more_noise() -> None:
    assert "An adapter in place" in " ".join(defences(["exposure"], replace(PLAIN, rank=None)))
    assert defences(["exposure"], replace(PLAIN, epsilon=8.0))[-1] == "A smaller `train.dp.epsilon`: it was 8."


def test_a_failure_that_is_not_of_memory_names_none() -> None:
    assert defences(["lift", "redteam", "forgetting"], PLAIN) == ()
