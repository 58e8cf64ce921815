"""The schema's keys as data."""

import pytest

from finewright.base.recipe import Recipe
from finewright.base.recipe_keys import KEYS, LEAVES, choices, expected, optional, section


def test_leaves_are_exactly_what_a_dumped_recipe_holds() -> None:
    def dotted(values: dict[str, object], above: str = "") -> list[str]:
        found: list[str] = []
        for name, value in values.items():
            found += dotted(value, f"{above}{name}.") if isinstance(value, dict) and value else [f"{above}{name}"]
        return found

    dumped = Recipe.model_validate({"data": {"train": "a.csv"}}).model_dump()
    assert list(LEAVES) == dotted(dumped)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("seed", "a whole number"),
        ("train.rows", "a whole number"),
        ("train.clip", "a number"),
        ("train.enabled", "true or false"),
        ("data.test", "a path"),
        ("data.on_bad", "one of 'stop', 'skip'"),
        ("train.lora.modules", "'all-linear' or a list of names"),
        ("train.layers", "a whole number or a list of whole numbers"),
        ("train.lora.ranks", "a section of its own keys"),
        ("arms.majority", "a section with keys among enabled"),
    ],
)
def test_what_a_key_takes_in_words(key: str, words: str) -> None:
    assert expected(KEYS[tuple(key.split("."))]) == words


def test_every_key_can_be_said_in_words() -> None:
    assert all(expected(field) for field in KEYS.values())


def test_choices_and_optional_and_section() -> None:
    assert choices(KEYS["data", "on_bad"]) == ("stop", "skip")
    assert choices(KEYS["train", "lora", "modules"]) == ("all-linear",)
    assert choices(KEYS["seed",]) == ()
    assert optional(KEYS["data", "test"])
    assert not optional(KEYS["data", "train"])
    assert section(KEYS["data",]) is not None
    assert section(KEYS["seed",]) is None
