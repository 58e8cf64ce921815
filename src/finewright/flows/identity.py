"""What makes a run that run: the settings that decide its result, and the contents of every file it reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from finewright.base.files import digest_file, digest_json
from finewright.base.recipe import Recipe
from finewright.base.settings import Settings
from finewright.data.sources import text
from finewright.evaluate.decide import BY_COST
from finewright.flows.origin import start_digest
from finewright.flows.passages import index_key
from finewright.flows.reading import part_files
from finewright.model.hub import Base, find
from finewright.privacy.edition import EDITION


def run_digest(recipe: Recipe, base: Base) -> str:
    """Digest of everything that decides the result: settings, file contents, base. Not of names or places."""
    return digest_json([_settings(recipe), *_read(recipe), base.digests.combined])


def _settings(recipe: Recipe) -> dict[str, Any]:
    """The settings that decide a result, files among them by their contents."""
    settings = recipe.model_dump(mode="json", exclude={"name", "output", "data", "sweep", "cost", "advise"})
    settings["privacy"] |= {"edition": EDITION} if recipe.privacy.enabled else {}
    settings["audit"] = _planted(recipe)  # the attacks come after the run and change nothing in it
    settings["train"]["start"] = start_digest(recipe)
    settings["train"]["replay"] |= _contents(recipe.train.replay, "file")
    settings["task"] |= _contents(recipe.task, "schema_file")
    settings["arms"]["rag"] |= {"index": index_key(recipe.arms.rag)}
    settings["evaluate"].pop("slices")  # what is shown besides
    criteria = {one["name"]: one for one in settings["evaluate"].pop("judge")["criteria"]}  # asked after the run
    for reward, part in zip(settings["train"]["reinforce"]["rewards"], recipe.train.reinforce.rewards, strict=True):
        reward |= _contents(part, "path") | {"criterion": criteria.get(part.criterion)}
    if recipe.train.distil.teacher is not None:
        settings["train"]["distil"]["teacher"] = find(recipe.train.distil.teacher).digests.combined
    settings["evaluate"]["forgetting"] |= _contents(recipe.evaluate.forgetting, "text", "probes")
    return settings


def _planted(recipe: Recipe) -> dict[str, Any] | None:
    """Which canaries are asked for; None where none are planted."""
    canaries = recipe.audit.canaries
    return canaries.model_dump(mode="json") if recipe.audit.enabled and canaries.enabled else None


def _read(recipe: Recipe) -> tuple[dict[str, Any], dict[str, str]]:
    """How the data are read, and the digests of their files."""
    reading = recipe.data.model_dump(mode="json", exclude={"train", "validation", "test"})
    files = {part: text.digest(path) for part, path in part_files(recipe).items()}
    return reading, files


_ROWS = ("max_length", "threads")
"""Settings of training that decide how rows are cut, or the last bits of what is computed."""
_MEASURING = ("style", "forgetting", "automate", "confidence")
_PACING = ("enabled", "concurrency", "requests_per_minute", "tokens_per_minute", "timeout", "retries", "key_env")
_PRICES = ("price_in", "price_out", "leaves_machine")


def arm_digests(recipe: Recipe, base: Base, names: Sequence[str]) -> dict[str, str]:
    """By arm, the digest of everything that decides its answers: of settings, other arms' sections are left out.

    Of an endpoint how fast it is asked, by which key and at what price decides nothing.
    """
    return {name: _arm_digest(recipe, base, name) for name in names}


def _arm_digest(recipe: Recipe, base: Base, name: str) -> str:
    settings = _settings(recipe)
    arms, endpoints = settings.pop("arms"), {one.arm: one for one in recipe.arms.endpoints}
    if name in endpoints:
        own = endpoints[name].model_dump(mode="json", exclude={*_PACING, *_PRICES})
    else:
        own = {key: value for key, value in arms.get(name, arms).items() if key != "enabled"}
    if name in BY_COST or name in endpoints:  # no setting of training decides an answer of theirs
        settings["train"] = {key: settings["train"][key] for key in _ROWS}
        del settings["audit"]
        settings["evaluate"] = {key: of for key, of in settings["evaluate"].items() if key not in _MEASURING}
    shared = [arms["tuned"]["prompt"], arms["frozen"]["base"]]  # by the one lengths are counted, by the other texts
    return digest_json([settings, own, shared, *_read(recipe), base.digests.combined])


def _contents(section: Settings, *names: str) -> dict[str, str]:
    """Digests of the files that these settings name; a file that is missing is a fault that others tell."""
    files = {name: path for name in names if (path := getattr(section, name)) is not None}
    return {name: _content(path) for name, path in files.items()}


def _content(path: Path) -> str:
    """The digest of a file, or of all that is in a folder."""
    if path.is_dir():
        return digest_json({one.name: digest_file(one) for one in sorted(path.iterdir()) if one.is_file()})
    return digest_file(path) if path.is_file() else str(path)
