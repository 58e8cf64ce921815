"""What training came to, and what one needs to make it again: facts, versions, digests."""

from collections.abc import Mapping
from typing import Any

from finewright.base.results import Results
from finewright.flows.report.wording import count, duration, loss, plain, size

Row = tuple[str, str]

_FACTS = (
    ("examples", "Training examples", count),
    ("epochs", "Epochs", plain),
    ("steps", "Optimizer steps", count),
    ("tokens", "Tokens computed", count),
    ("supervised_tokens", "Supervised tokens", count),
    ("base_loss", "Validation loss before", loss),
    ("best_loss", "Best validation loss", loss),
    ("best_step", "Step of the weights kept", count),
    ("stopped_early", "Stopped early", plain),
    ("resumed_at", "Resumed after steps", plain),
    ("seconds", "Time", duration),
    ("trained_weights", "Weights trained", count),
    ("dp", "Bound on what is kept", lambda bound: str(bound["said"])),
    ("adapter_bytes", "Size on disk", size),
    ("threads", "Threads", count),
)


_BY_REWARD = {"base_loss": "Held-out reward before", "best_loss": "Best held-out reward"}
"""Where weights are chosen by a reward, their loss is minus that."""


def training_facts(training: Mapping[str, Any]) -> list[Row]:
    """The known facts of `training.json` that there is something to say about, in reading order."""
    silent: tuple[Any, ...] = (None, "", [], ())
    renamed = _BY_REWARD if training.get("by_reward") else {}
    return [
        (renamed.get(key, name), say(-training[key] if key in renamed else training[key]))
        for key, name, say in _FACTS
        if training.get(key) not in silent
    ]


def training_caution(training: Mapping[str, Any]) -> str:
    """What to know before trusting what was trained at all; empty where training did what it should."""
    if training.get("improved", True):
        return ""
    if training.get("by_reward"):
        return "Its held-out reward never rose above the base's own: the rewards taught it nothing that carries over."
    return (
        "Its validation loss never fell below the base's own: these examples taught it nothing that carries "
        "over to other rows."
    )


def provenance(results: Results, card: Mapping[str, Any]) -> list[Row]:
    """The run's digest, the data files', the adapter's, and the versions of what computed them."""
    rows = [("run", results.run)]
    rows += [(f"{part} file {of['name']}", str(of["digest"])) for part, of in card.get("files", {}).items()]
    rows += [("test rows", str(card["test_digest"]))] if card.get("test_digest") else []
    rows += [("trained weights", str(results.training["adapter"]))] if results.training.get("adapter") else []
    return rows + [(name, str(version)) for name, version in results.training.get("versions", {}).items()]
