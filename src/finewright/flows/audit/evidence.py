"""What lies in a run's folder as the gate is given it: read, held against its digests, refused where it is not what it
says. Reads files alone, and loads no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from finewright.audit.approval import Approval, read_approval
from finewright.audit.defences import Learning
from finewright.audit.dossier import KINDS, Dossier
from finewright.audit.evidence import EvidenceList, read_evidence
from finewright.audit.report import Report, read_report
from finewright.base.errors import StorageError
from finewright.base.files import digest_json, read_json
from finewright.base.recipe import Recipe
from finewright.base.results import Results
from finewright.evaluate.results_file import digest_in
from finewright.evaluate.results_file import read as read_results
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.listing import evidence_path
from finewright.flows.lineage import is_private
from finewright.flows.trainers import AGAIN, signed, trainers

TRAINERS = "trainers.json"
_CHANGED = "was changed after it was written: its digest is another"


def dossier(audited: Audited) -> Dossier:
    """The evidence on a product. What cannot be used is in `refused`, by its file, with the reason."""
    found = _Found(audited)
    listed = found.listed()
    results = found.results(listed)
    repeats = found.card()
    reports = {kind: report for kind in KINDS if (report := found.report(kind, listed)) is not None}
    return Dossier(
        adapter=audited.digest,
        base=audited.manifest.digests.combined,
        run=audited.manifest.run,
        trainers=found.trainers(),
        results=results,
        reports=reports,
        missing=dict(listed.missing) if listed else {},
        refused=found.refused,
        digests=found.digests,
        approvals=found.approvals(),
        planted=audited.recipe.audit.secrets is not None,
        planned=listed.policy if listed else None,
        talks=audited.manifest.digests.talks,
        learning=_learning(audited.recipe, repeats),
    )


def _learning(recipe: Recipe, repeats: int | None) -> Learning:
    train = recipe.train
    adapted = train.method == "lora"
    return Learning(
        scrubbed=recipe.privacy.enabled,
        epochs=train.epochs,
        repeats=repeats,
        rank=train.lora.rank if adapted else None,
        dropout=train.lora.dropout if adapted else 0.0,
        epsilon=train.dp.epsilon,
    )


def mended_by(file: str) -> str:
    """What to do where a file is refused: an audit makes reports, and only the run its results and data card."""
    if file == TRAINERS:
        return AGAIN
    if file.startswith("audit/approvals/"):
        return "remove it, and have it approved again"
    return "run `finewright audit` again" if file.startswith("audit/") else "run the recipe again"


@dataclass
class _Found:
    """Files one by one; each leaves its digest, or why it is refused."""

    audited: Audited
    digests: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def listed(self) -> EvidenceList | None:
        path, name = evidence_path(self.audited.folder), "audit/evidence.json"
        if not path.exists():
            return None
        try:
            found = read_evidence(path)
        except StorageError as fault:
            self.refused[name] = fault.what
            return None
        if found.adapter != self.audited.digest or found.run != self.audited.manifest.run:
            self.refused[name] = "is of another adapter"
            return None
        return found

    def results(self, listed: EvidenceList | None) -> Results | None:
        path, name = self.audited.folder.results, "results.json"
        if not path.exists():
            return None
        try:
            found, digest = read_results(path), digest_in(path)
        except StorageError as fault:
            self.refused[name] = fault.what
            return None
        why = self._foreign_results(found, digest, listed)
        if why:
            self.refused[name] = why
            return None
        self.digests[name] = digest
        return found

    def card(self) -> int | None:
        """How many rows the data card counts as repeats; None where it is no evidence."""
        path, name = self.audited.folder.card, "data/card.json"
        if not path.exists():
            self.refused[name] = "is gone, though the manifest of the adapter names it"
            return None
        try:
            card = read_json(path)
        except StorageError as fault:
            self.refused[name] = fault.what
            return None
        digest = digest_json(card)
        if self.audited.named(digest) != self.audited.manifest.data:
            self.refused[name] = f"is not the data card that the manifest of the adapter names{self._unkeyed}"
            return None
        self.digests[name] = digest
        return len(card.get("duplicates", ())) + len(card.get("near_duplicates", ()))

    def report(self, kind: str, listed: EvidenceList | None) -> Report | None:
        path, name = self.audited.folder.audit / f"{kind}.json", f"audit/{kind}.json"
        told = listed.reports.get(kind) if listed else None
        if not path.exists():
            if told is not None:
                self.refused[name] = "is gone, though the list of evidence names it"
            return None
        try:
            found = read_report(path)
        except StorageError as fault:
            self.refused[name] = fault.what
            return None
        why = self._foreign_report(found, kind) or ("" if found.digest == told else _unlisted(told))
        if why:
            self.refused[name] = why
            return None
        self.digests[name] = found.digest
        return found

    def trainers(self) -> tuple[str, ...]:
        """Who may not approve it. Where the file is damaged, whoever stands in it alone could: then nobody may."""
        try:
            return trainers(self.audited.folder)
        except StorageError as fault:
            self.refused[TRAINERS] = fault.what
            return signed(self.audited.folder)

    def approvals(self) -> Mapping[str, Approval]:
        approved = {}
        for path in sorted((self.audited.folder.audit / "approvals").glob("*.json")):
            name = f"audit/approvals/{path.name}"
            try:
                approved[name] = read_approval(path)
            except StorageError as fault:
                self.refused[name] = fault.what
        return approved

    @property
    def _unkeyed(self) -> str:
        """Why a digest of a manifest under differential privacy cannot be checked; empty where it can."""
        key = self.audited.folder.lineage
        if key.exists() or not is_private(self.audited.manifest):
            return ""
        return f", or cannot be told to be: the key of its digests, {key.name}, is gone"

    def _foreign_results(self, found: Results, digest: str, listed: EvidenceList | None) -> str:
        manifest = self.audited.manifest
        if self.audited.named(found.run) != manifest.run:
            return f"is of another run{self._unkeyed}"
        if found.training.get("adapter", self.audited.digest) != self.audited.digest:
            return "is of another adapter"
        told = [
            one == of
            for one, of in (
                (manifest.results.get("digest"), self.audited.named(digest)),
                (listed.results if listed else None, digest),
            )
            if one is not None
        ]
        if not told:
            return "nothing tells whether it was changed: run `finewright audit` first"
        return "" if all(told) else _CHANGED

    def _foreign_report(self, found: Report, kind: str) -> str:
        manifest = self.audited.manifest
        if found.kind != kind:
            return f"is a report on {found.kind}"
        if found.adapter != self.audited.digest:
            return "is of another adapter"
        if found.base != manifest.digests.combined:
            return "is of another base"
        return "is of another run" if found.run != manifest.run else ""


def _unlisted(told: str | None) -> str:
    return "is not in the list of evidence, audit/evidence.json" if told is None else _CHANGED
