"""Keeps the list of evidence at the end of an audit. Knows no attack."""

from collections.abc import Mapping
from pathlib import Path

from finewright.audit.evidence import EvidenceList, read_evidence, write_evidence
from finewright.audit.report import Report
from finewright.base.errors import StorageError
from finewright.evaluate.results_file import digest_in
from finewright.flows.audit.audited import Audited
from finewright.flows.folder import RunFolder


def list_evidence(audited: Audited, reports: Mapping[str, Report], missing: Mapping[str, str], policy: str) -> None:
    """Write what this audit left, and of other kinds what the list of an earlier one says.

    A list that was edited, or is of another adapter, says nothing. `policy` is the digest of the one that stands now.
    """
    folder = audited.folder
    before = _before(folder, audited.digest)
    made = {kind: report.digest for kind, report in reports.items()}
    kept = {kind: digest for kind, digest in (before.reports if before else {}).items() if kind not in missing}
    gone = {kind: why for kind, why in (before.missing if before else {}).items() if kind not in reports}
    results = digest_in(folder.results) if folder.results.exists() else None
    planned = before.policy if before else policy
    listed = EvidenceList(audited.digest, audited.manifest.run, results, planned, kept | made, gone | dict(missing))
    write_evidence(evidence_path(folder), listed)


def evidence_path(folder: RunFolder) -> Path:
    """Where the list lies."""
    return folder.audit / "evidence.json"


def _before(folder: RunFolder, adapter: str) -> EvidenceList | None:
    try:
        found = read_evidence(evidence_path(folder)) if evidence_path(folder).exists() else None
    except StorageError:
        return None
    return found if found is not None and found.adapter == adapter else None
