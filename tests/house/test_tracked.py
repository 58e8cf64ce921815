"""What the repository may hold: no path of one machine, no unfinished mark, no large file, every version pinned."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

MACHINE = re.compile(rb"(^|[^A-Za-z])/(work|farm|root|tmp/lab|home/[a-z]+)/", re.MULTILINE)
UNFINISHED = re.compile(r"\b(NotImplementedError|TODO|FIXME|XXX|coming soon|not yet implemented)\b")
LARGEST = 1 << 20


@pytest.fixture(scope="module")
def tracked(repository: Path) -> list[Path]:
    """Files that are, or would be, in the repository; without this one, which names what it looks for."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, check=True, text=True).stdout
    return [path for name in listed.split("\0") if (path := repository / name).is_file() and path != Path(__file__)]


def test_no_path_of_one_machine(tracked: list[Path]) -> None:
    assert [path for path in tracked if MACHINE.search(path.read_bytes())] == []


def test_nothing_is_marked_unfinished(tracked: list[Path]) -> None:
    marked = [
        f"{path}:{number}"
        for path in tracked
        if path.suffix in {".py", ".md", ".toml", ".yaml"} and path.name != "lab-notes.md"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert marked == []


def test_no_large_file(tracked: list[Path]) -> None:
    assert [path for path in tracked if path.stat().st_size > LARGEST] == []


def test_every_dependency_is_pinned(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["dev"]]
    wanted += project["build-system"]["requires"]
    pins = [line for line in (repository / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    pinned = {normal(line.split("==")[0]) for line in pins}
    assert [name for name in wanted if normal(re.split(r"[<>=\[]", name)[0]) not in pinned] == []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_link_of_a_page_leads_somewhere(tracked: list[Path]) -> None:
    broken = [
        f"{page}: {target}"
        for page in tracked
        if page.suffix == ".md"
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
