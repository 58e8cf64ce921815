"""One plain sentence a fault, and the exit code that its kind has."""

import pytest

from finewright.base import errors
from finewright.base.errors import FinewrightError, InputError, Place, RecipeError


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (InputError("is empty"), "is empty."),
        (InputError("is empty", place=Place("a.csv")), "a.csv: is empty."),
        (InputError("is empty", place=Place("a.csv", 3), remedy="fill it"), "a.csv:3: is empty; fill it."),
        (RecipeError([InputError("one"), InputError("two")]), "one.\ntwo."),
    ],
)
def test_the_sentence(fault: FinewrightError, sentence: str) -> None:
    assert str(fault) == sentence


@pytest.mark.parametrize(
    ("kind", "code", "builtin"),
    [
        ("FinewrightError", 1, Exception),
        ("InputError", 2, ValueError),
        ("RecipeError", 2, ValueError),
        ("PolicyError", 2, ValueError),
        ("DataError", 2, ValueError),
        ("BaseError", 2, ValueError),
        ("AdapterError", 2, ValueError),
        ("StorageError", 1, OSError),
        ("Interrupted", 1, Exception),
        ("VerdictRefused", 3, Exception),
    ],
)
def test_exit_codes_and_the_builtin_each_fits(kind: str, code: int, builtin: type[Exception]) -> None:
    found = getattr(errors, kind)
    assert found.exit_code == code
    assert issubclass(found, FinewrightError)
    assert issubclass(found, builtin)
    assert kind in (errors.__doc__ or "")
