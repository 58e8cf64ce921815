"""The command as a shell sees it: help at once, exit codes, streams. Real processes."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from finewright import __version__
from finewright.cli.main import app

HEAVY = ("torch", "transformers", "sklearn", "pydantic", "pyarrow", "numpy", "scipy", "peft")
COMMANDS = (
    "run",
    "sweep",
    "compare",
    "show",
    "audit",
    "gate",
    "approve",
    "pack",
    "judge",
    "cost",
    "advise",
    "corpus add",
    "corpus remove",
    "corpus search",
    "corpus show",
    "review export",
    "review import",
    "label curve",
    "label errors",
    "label queue",
    "label import",
    "export tensorboard",
    "predict",
    "chat",
    "merge",
    "estimate",
    "doctor",
    "data check",
    "data demo",
    "data synthetic",
    "data plant",
    "scrub file",
    "subjects find",
    "subjects log",
    "models list",
    "models pull",
    "recipe schema",
    "recipe show",
    "recipe init",
)


def finewright(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "finewright", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from finewright.cli.main import main\n"
        "sys.argv = ['finewright', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"sys.exit(' '.join(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr.strip() == ""
    assert "Usage" in done.stdout


def test_help_is_there_at_once() -> None:
    spent = []
    for _ in range(3):
        started = time.perf_counter()
        assert finewright("--help").returncode == 0
        spent.append(time.perf_counter() - started)
    # The promise is half a second on a quiet machine; a loaded one may take longer, an eager import of torch far more.
    assert min(spent) < 1.5


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert shown.exit_code == 0
    assert f"finewright {command}" in shown.output.split("Examples")[1]


def test_all_commands_are_listed_here() -> None:
    """So that a new command cannot go without the test above."""
    direct = {command.name for command in app.registered_commands}
    nested = {f"{group.name} {command}" for group in app.registered_groups for command in _names(group.typer_instance)}
    assert direct | nested == set(COMMANDS)


def _names(group: object) -> list[str]:
    return [command.name or command.callback.__name__ for command in group.registered_commands]


def test_version() -> None:
    done = finewright("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"finewright {__version__}\n", "")


@pytest.mark.parametrize("arguments", [["nonsense"], ["run"], ["run", "a.yaml", "--require", "perfect"]])
def test_misuse_is_two(arguments: list[str]) -> None:
    done = finewright(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_missing_recipe_is_two_and_one_sentence(tmp_path: Path) -> None:
    done = finewright("run", "absent.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "absent.yaml" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_schema_is_one_document() -> None:
    done = finewright("recipe", "schema")
    assert json.loads(done.stdout)["properties"]["train"]
    assert done.stderr == ""


def test_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        f"{sys.executable} -m finewright recipe schema | head -c 1",
        shell=True,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "{"
    assert done.stderr == ""


def test_no_colour_off_a_terminal() -> None:
    assert "\x1b" not in finewright("--help").stdout
