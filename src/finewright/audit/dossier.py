"""All that a gate is given about an adapter: what its files say, and which of them cannot be used. Knows no folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from finewright.audit.approval import Approval
from finewright.audit.defences import Learning
from finewright.audit.report import Report
from finewright.base.files import digest_json
from finewright.base.results import Results

KINDS = ("canaries", "secrets", "membership", "extraction", "outputs", "redteam")
"""The reports that checks read."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """The evidence on one adapter.

    adapter, base, run   digests of what is judged, of its base and of the run that made it
    trainers             names of who trained it, who may not approve it
    results              the results of the run; None where they are missing or refused
    reports              what attacks found, by kind
    missing              by kind why the audit made no report, where it said so
    refused              by file why it is not taken as evidence: edited, damaged, or of something else
    digests              by file the digest of what was read
    approvals            what people approved, each by its file
    planted              whether the recipe names secrets that were planted, so that a report on them must be there
    talks                whether the base has a chat template, and can be asked questions
    learning             how it was trained, as far as that decides what it keeps; None where that is not known
    planned              digest of the policy that stood when the attacks were made; None where none is on record
    """

    adapter: str
    base: str
    run: str
    trainers: tuple[str, ...] = ()
    results: Results | None = None
    reports: Mapping[str, Report] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    approvals: Mapping[str, Approval] = field(default_factory=dict)
    planted: bool = False
    planned: str | None = None
    talks: bool = True
    learning: Learning | None = None

    @property
    def refused_kinds(self) -> set[str]:
        """The kinds of those reports that are refused."""
        return {kind for kind in KINDS if f"audit/{kind}.json" in self.refused}

    @property
    def evidence(self) -> str:
        """Digest of all evidence, which approvals are bound to."""
        return digest_json(dict(self.digests))
