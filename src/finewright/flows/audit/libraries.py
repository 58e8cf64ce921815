"""The licences of the libraries that an adapter was made with, as far as they are installed here. Knows no adapter."""

from collections.abc import Mapping
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from typing import cast

from finewright.audit.bill import Library

_LONGEST = 60
_OWN = "finewright"


def libraries(versions: Mapping[str, str]) -> list[Library]:
    """Each by name and version; one that is here in another version is told without its licence."""
    return [_library(name, version) for name, version in sorted(versions.items()) if name != _OWN]


def _library(name: str, version: str) -> Library:
    try:
        told = cast(Message, metadata(name))
    except PackageNotFoundError:
        return Library(name, version)
    if told.get("Version", "").partition("+")[0] != version.partition("+")[0]:
        return Library(name, version)
    if expression := told.get("License-Expression"):
        return Library(name, version, expression, spdx=True)
    return Library(name, version, _named(told))


def _named(told: Message) -> str:
    """A licence without an expression: its name, or what the classifiers say; a whole licence text is left out."""
    said = (told.get("License") or "").strip()
    if said and len(said) <= _LONGEST and "\n" not in said:
        return str(said)
    classed = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License ::")]
    return " and ".join(classed)
