"""The source of finewright as data, read once for all tests of the house."""

import ast
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def package(repository: Path) -> Path:
    """The folder of the package's source."""
    return repository / "src" / "finewright"


@pytest.fixture(scope="session")
def modules(package: Path) -> dict[str, ast.Module]:
    """Every module of the package, parsed, by its path inside the package."""
    return {
        str(path.relative_to(package)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }
