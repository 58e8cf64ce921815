"""What makes a run that run: the settings that decide its result, and the contents of every file it reads."""

from pathlib import Path

from finewright.base.files import digest_file, digest_json
from finewright.base.recipe import Recipe
from finewright.base.settings import Settings
from finewright.data.sources import text
from finewright.flows.origin import start_digest
from finewright.model.hub import Base, find


def run_digest(recipe: Recipe, base: Base) -> str:
    """Digest of everything that decides the result: settings, file contents, base. Not of names or places."""
    settings = recipe.model_dump(mode="json", exclude={"name", "output", "data", "sweep"})
    settings["train"]["start"] = start_digest(recipe)
    settings["train"]["replay"] |= _contents(recipe.train.replay, "file")
    for reward, part in zip(settings["train"]["reinforce"]["rewards"], recipe.train.reinforce.rewards, strict=True):
        reward |= _contents(part, "path")
    if recipe.train.distil.teacher is not None:
        settings["train"]["distil"]["teacher"] = find(recipe.train.distil.teacher).digests.combined
    settings["evaluate"]["forgetting"] |= _contents(recipe.evaluate.forgetting, "text", "probes")
    reading = recipe.data.model_dump(mode="json", exclude={"train", "validation", "test"})
    files = {part: text.digest(path) for part, path in part_files(recipe).items()}
    return digest_json([settings, reading, files, base.digests.combined])


def _contents(section: Settings, *names: str) -> dict[str, str]:
    """Digests of the files that these settings name; a file that is missing is a fault that others tell."""
    files = {name: path for name in names if (path := getattr(section, name)) is not None}
    return {name: _content(path) for name, path in files.items()}


def _content(path: Path) -> str:
    """The digest of a file, or of all that is in a folder."""
    if path.is_dir():
        return digest_json({one.name: digest_file(one) for one in sorted(path.iterdir()) if one.is_file()})
    return digest_file(path) if path.is_file() else str(path)


def part_files(recipe: Recipe) -> dict[str, Path]:
    """The data files of a recipe by part; parts without a file are left out."""
    files = {"train": recipe.data.train, "validation": recipe.data.validation, "test": recipe.data.test}
    return {part: path for part, path in files.items() if path is not None}
