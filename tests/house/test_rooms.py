"""The house as `docs/architecture.md` draws it: rooms, floors, sizes, names."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

LOOP = "train/loop.py"
ATTICS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
Modules = dict[str, ast.Module]


def test_every_room_stands_on_a_floor(repository: Path, package: Path) -> None:
    contracts = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    named = {room for layer in contracts[0]["layers"] for room in layer.replace(" ", "").split("|")}
    rooms = {f"finewright.{folder.name}" for folder in package.iterdir() if (folder / "__init__.py").exists()}
    assert named == rooms


def test_every_room_has_its_tests(repository: Path, package: Path) -> None:
    rooms = {folder.name for folder in package.iterdir() if (folder / "__init__.py").exists()}
    tested = {path.parent.name for path in (repository / "tests").glob("*/test_*.py")}
    assert rooms <= tested


def test_every_module_says_what_it_is(modules: Modules) -> None:
    assert [name for name, tree in modules.items() if not ast.get_docstring(tree)] == []


def test_every_public_name_says_what_it_is(modules: Modules) -> None:
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in modules.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_room_has_an_attic(modules: Modules) -> None:
    assert [name for name in modules if ATTICS & set(re.split(r"[/_.]", name))] == []


def test_one_noun_a_file(package: Path, modules: Modules) -> None:
    lengths = {name: len((package / name).read_text(encoding="utf-8").splitlines()) for name in modules}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_functions_are_short(modules: Modules) -> None:
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and name != LOOP
    }
    ordered = sorted(lengths.values())
    assert ordered[len(ordered) // 2] <= 12
    assert ordered[len(ordered) * 95 // 100] < 50
    assert {name: length for name, length in lengths.items() if length > 80} == {}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs/architecture.md"])
def test_the_front_door_is_there(repository: Path, name: str) -> None:
    assert (repository / name).stat().st_size > 0


def test_the_drawing_names_every_room(repository: Path, package: Path) -> None:
    drawing = (repository / "docs" / "architecture.md").read_text()
    rooms = [folder.name for folder in package.iterdir() if (folder / "__init__.py").exists()]
    assert [room for room in rooms if f"`{room}/`" not in drawing] == []
