"""`audit`: every attack on a product, each to a report file beside it. A report that still holds is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.audit.policy_file import read_policy
from finewright.audit.report import Report, read_report, write_report
from finewright.base.errors import InputError, StorageError
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited, open_audited
from finewright.flows.audit.canaries import CANARIES
from finewright.flows.audit.extraction import EXTRACTION
from finewright.flows.audit.gate import policy_of
from finewright.flows.audit.listing import list_evidence
from finewright.flows.audit.membership import MEMBERSHIP
from finewright.flows.audit.outputs import OUTPUTS
from finewright.flows.audit.redteam import REDTEAM, with_garak
from finewright.flows.audit.secrets import SECRETS
from finewright.flows.folder import alone

ATTACKS: tuple[Attack, ...] = (CANARIES, SECRETS, EXTRACTION, MEMBERSHIP, OUTPUTS, REDTEAM)


@dataclass(frozen=True, slots=True)
class Findings:
    """What an audit left: reports by kind, and by kind why there is none."""

    folder: Path
    reports: dict[str, Report]
    missing: dict[str, str]


def audit(path: Path, *, only: Sequence[str] = (), garak: Path | None = None, say: Say) -> Findings:
    """Attack the product at `path`, by all kinds or by those in `only`.

    `garak` is a report of that tool, shown beside the red team's own, in place of what the recipe names. An attack that
    cannot be carried out leaves no report, and its reason in `missing`; the others go on. Raises what `open_audited`
    raises, InputError where `only` names what is no attack, and DataError where `garak` is no such report.
    """
    known = [attack.kind for attack in ATTACKS]
    if unknown := [name for name in only if name not in known]:
        raise InputError(f"there is no attack named {unknown[0]}", remedy=f"name some of {', '.join(known)}")
    audited = open_audited(path) if garak is None else with_garak(open_audited(path), garak)
    policy = read_policy(policy_of(audited)).policy
    found = Findings(audited.folder.audit, {}, {})
    with alone(audited.folder):
        for attack in ATTACKS:
            if not only or attack.kind in only:
                _attack(attack, audited, found, say)
        list_evidence(audited, found.reports, found.missing, policy.digest)
    return found


def _attack(attack: Attack, audited: Audited, found: Findings, say: Say) -> None:
    path = found.folder / f"{attack.kind}.json"
    try:
        if reason := attack.why_not(audited):
            found.missing[attack.kind] = reason
            return
        kept = _kept(path, attack, audited)
        report = kept or attack.carry_out(audited, say)
    except InputError as fault:
        found.missing[attack.kind] = str(fault)
        return
    except StorageError as fault:  # a file of the run is damaged: no audit makes it anew
        remedy = "put the file back from a backup, or run the recipe again"
        found.missing[attack.kind] = str(InputError(fault.what, place=fault.place, remedy=remedy))
        return
    if kept is None:
        write_report(path, report)
    found.reports[attack.kind] = report


def _kept(path: Path, attack: Attack, audited: Audited) -> Report | None:
    """The report that is there, where it is of this product and was asked the same."""
    try:
        report = read_report(path) if path.exists() else None
    except StorageError:  # edited or damaged: it is made anew
        return None
    same = report is not None and report.adapter == audited.digest
    return report if same and report and report.asked == audited.asked(attack.asked(audited)) else None
