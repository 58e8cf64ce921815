"""The settings that a run kept, read back: what it looked for, and in which file."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import read_json
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import Privacy
from finewright.flows.folder import RunFolder


def settings_of(run: Path) -> tuple[Privacy, Data]:
    """The sections `privacy` and `data` of a run. Raises StorageError where they cannot be read back."""
    path = RunFolder(run).resolved
    sections: dict[str, Any] = {"privacy": {}, "data": {}}
    for row in read_json(path):
        section, *keys = str(row["key"]).split(".")
        if section in sections and row["value"] is not None:
            at = sections[section]
            for key in keys[:-1]:
                at = at.setdefault(key, {})
            at[keys[-1]] = row["value"]
    try:
        return Privacy.model_validate(sections["privacy"]), Data.model_validate(sections["data"])
    except ValidationError as fault:
        remedy = "name the recipe with --recipe and the file itself"
        raise StorageError("holds no settings that can be read back", place=Place(path), remedy=remedy) from fault
