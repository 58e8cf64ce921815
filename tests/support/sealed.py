"""A data set version carried to another folder, for tests that hold two runs of the same rows against each other."""

import shutil
from pathlib import Path

from finewright.flows.run import RunOutcome


def same_version(done: RunOutcome, recipe: Path) -> Path:
    """Lay the version that a run sealed beside the runs of `recipe`, which take it over with its surrogates.

    Each folder otherwise seals a version of its own, under a key of its own, and its rows say other names.
    """
    shutil.copytree(done.folder / "privacy", recipe.parent / "runs" / "sealed" / "privacy")
    return recipe
