"""What a test does where its data is absent: it skips with a reason here, and is an error in CI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MARKED = """
import pytest

@pytest.mark.{mark}
def test_reads() -> None:
    pass
"""


@pytest.mark.parametrize("mark", ["shared", "base"])
@pytest.mark.parametrize(("ci", "closing"), [("", "1 skipped"), ("true", "1 error")])
def test_absent_data(repository: Path, tmp_path: Path, mark: str, ci: str, closing: str) -> None:
    shutil.copy(repository / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers = {mark}\n")
    (tmp_path / "test_marked.py").write_text(MARKED.format(mark=mark))
    places = {"FINEWRIGHT_SHARED": str(tmp_path / "none"), "FINEWRIGHT_HOME": str(tmp_path / "none"), "CI": ci}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(tmp_path)]
    done = subprocess.run(command, env=os.environ | places, capture_output=True, text=True, check=False)
    assert closing in done.stdout
