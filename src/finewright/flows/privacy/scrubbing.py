"""What searches and replaces under a recipe: recognisers, names, and surrogates of one scope. Reads no file."""

import re
from pathlib import Path

from finewright.base.recipe_privacy import Privacy
from finewright.base.records import Record
from finewright.privacy.detector import Detector
from finewright.privacy.finding import Finding
from finewright.privacy.names.tagger import names
from finewright.privacy.recogniser import Recogniser
from finewright.privacy.recognisers.catalogue import CATALOGUE
from finewright.privacy.recognisers.own import own
from finewright.privacy.recognisers.phone import REGIONS, phones
from finewright.privacy.replacing import Replacing
from finewright.privacy.scope import open_scope, seal
from finewright.privacy.scrubber import Scrubbed, Scrubber

Replaced = tuple[str, str, str]
"""A kind, a surrogate, and what it stands for."""


class Scrubbing:
    """A recipe's scrubber under a scope of its own, whose key is destroyed by `close`."""

    def __init__(self, privacy: Privacy, folder: Path) -> None:
        self._folder, self._scope = folder, open_scope(folder)
        patterns = patterns_of(privacy)
        self._replaced: set[Replaced] = set()
        replacing = Replacing(self._scope, patterns, self._noted if privacy.vault else None)
        self._scrubber = Scrubber(detector(privacy).find, replacing.surrogate, privacy.mode, privacy.allow)

    def scrub(self, record: Record, answers: bool, group_column: str) -> Scrubbed:
        """One row, with the same surrogates as every other."""
        return self._scrubber.scrub(record, answers=answers, group_column=group_column)

    def close(self) -> frozenset[Replaced]:
        """Destroy the key, after which nobody can tell what a surrogate stands for; for a vault, what each does."""
        self._scope.issued.close()
        seal(self._folder)
        return frozenset(self._replaced)

    def _noted(self, finding: Finding, surface: str, surrogate: str) -> None:
        self._replaced.add((finding.kind, surrogate, surface))


def scrubbing(privacy: Privacy, folder: Path) -> Scrubbing:
    """A scrubber under a new scope in this folder."""
    return Scrubbing(privacy, folder)


def detector(privacy: Privacy) -> Detector:
    """All recognisers, the team's own first. Raises InputError for a pattern of theirs that cannot be used."""
    regions = (
        REGIONS if privacy.region is None else (privacy.region, *(one for one in REGIONS if one != privacy.region))
    )
    catalogue = [one for one in CATALOGUE if one.kind != "phone"] if privacy.region else CATALOGUE
    return Detector((*_own(privacy), *catalogue, *(phones(regions) if privacy.region else ())), names)


def patterns_of(privacy: Privacy) -> dict[str, re.Pattern[str]]:
    """The team's own patterns by kind, which their surrogates match as well."""
    return {recogniser.kind: recogniser.pattern for recogniser in _own(privacy)}


def _own(privacy: Privacy) -> list[Recogniser]:
    return [own(one.name, one.pattern, *one.context) for one in privacy.own]
