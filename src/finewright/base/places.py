"""Where a path in a recipe leads, and what stands there. Knows paths alone: no keys, and nothing of what files hold."""

import os
from pathlib import Path


def located(path: str | Path, folder: Path) -> Path:
    """An absolute path: `~` expanded, and a relative path taken from the recipe's folder."""
    expanded = os.path.expanduser(path)  # noqa: PTH111 (pathlib's raises for the home of nobody)
    return Path(os.path.normpath(folder.absolute() / expanded))


def mode_at(path: Path) -> int | None:
    """What stands at a path, as stat's mode; None for nothing, or a name that no file can have."""
    try:
        return path.stat().st_mode
    except OSError:
        return None
