"""What no line of the source may do: open pickles, generate text in a second place, raise what no person reads."""

import ast
import builtins
from collections.abc import Iterator

import pytest

from finewright.base import errors

Modules = dict[str, ast.Module]

UNSAFE_MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"torch.load", "torch.save", "yaml.load", "yaml.unsafe_load", "eval", "exec"}
PROGRAMMING = {"AssertionError", "ValueError", "TypeError", "KeyError", "IndexError", "LookupError"}
"""Raised at a caller in the code, never at a person: such a call is a fault of ours."""


def calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and top package of every import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.split(".")[0]) for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module.split(".")[0]


def test_no_pickle_is_opened_or_made(modules: Modules) -> None:
    found = [f"{name}:{line} {what}" for name, tree in modules.items() for line, what in imported(tree)]
    assert [place for place in found if place.split()[1] in UNSAFE_MODULES] == []
    found = [f"{name}:{line} {what}" for name, tree in modules.items() for line, what in calls(tree)]
    assert [place for place in found if place.split()[1] in UNSAFE_CALLS] == []
    allowing = [
        f"{name}:{node.lineno}"
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False"
    ]
    assert allowing == []


def test_there_is_one_generator(modules: Modules) -> None:
    found = [
        f"{name}:{line}" for name, tree in modules.items() for line, what in calls(tree) if what.endswith(".generate")
    ]
    assert found == []


def test_only_the_tree_of_errors_is_raised(modules: Modules) -> None:
    tree_of_errors = {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
    }
    allowed = tree_of_errors | PROGRAMMING
    foreign = [
        f"{name}:{node.lineno} {raised}"
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc
        if (raised := raised_name(node.exc)) in vars(builtins) and raised not in allowed
    ]
    assert foreign == []


def raised_name(raised: ast.expr) -> str:
    return ast.unparse(raised.func if isinstance(raised, ast.Call) else raised)


def test_nothing_is_swallowed_unnamed(modules: Modules) -> None:
    bare = [
        f"{name}:{node.lineno}"
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert bare == []


@pytest.mark.parametrize("room", ["base", "data"])
def test_rooms_without_torch_import_none(modules: Modules, room: str) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in modules.items()
        if name.startswith(f"{room}/")
        for line, what in imported(tree)
        if what in {"torch", "transformers", "peft"}
    ]
    assert found == []
