"""`pack`: everything on one adapter for who must answer for it, as one folder that appears whole or not at all.

    index.html      what a risk officer reads            bom.cdx.json      the bill of materials
    model-card.md   data-card.md   open-points.md        policy.yaml       the policy it was held to
    decision.json   evidence.json  report-<kind>.json    approval-<n>.json
    digests.json    the SHA-256 of each

Rows, answers and results of single rows stay with the run: the decision names them by digest.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from finewright import __version__
from finewright.audit.bill import Materials, bill
from finewright.audit.checks.measured import tuned_of
from finewright.audit.checks.people import voided_by
from finewright.audit.decision import Decision
from finewright.base.errors import InputError, Place
from finewright.base.files import digest_file, read_json, write_json, write_text
from finewright.base.results import Figure
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.cards import data_card, model_card, open_points
from finewright.flows.audit.evidence import mended_by
from finewright.flows.audit.gate import Gated, gate
from finewright.flows.audit.libraries import libraries
from finewright.flows.audit.listing import evidence_path
from finewright.flows.report.gate import GateView, page
from finewright.model.whole import scratch_folder, settle

_APPROACHES = {"documents": "self-supervised", "preferences": "supervised", "feedback": "supervised"}


@dataclass(frozen=True, slots=True)
class Packed:
    """Where a pack lies, what the gate said, and the digests of its files."""

    folder: Path
    decision: Decision
    files: Mapping[str, str]


def pack(path: Path, out: Path, *, policy: str | None = None, at: date | None = None) -> Packed:
    """Ask the gate, then write the pack to the new folder `out`; a failed adapter has one too, which says so.

    Raises InputError, before anything is written, where `out` is there already, lies in the run or evidence is refused,
    and what `gate` raises.
    """
    out = out.resolve()  # "new/../old" is `old`, whether there is a `new` or not
    if out.exists():
        raise InputError("is there already", place=Place(out), remedy="name a new folder, or remove this one")
    if out.is_relative_to(open_audited(path).folder.root.resolve()):
        raise InputError("lies in the folder of the run", place=Place(out), remedy="name a folder outside of it")
    gated = gate(path, policy=policy, at=at)
    if refused := gated.decision.refused:
        file, why = next(iter(refused.items()))
        place = Place(gated.audited.folder.root / file)
        raise InputError(f"cannot go into a pack: {why}", place=place, remedy=mended_by(file))
    with scratch_folder(out.parent) as scratch:
        _copy(gated, scratch)
        _write(gated, scratch)
        files = _digests(scratch)
        write_text(scratch / "index.html", page(_view(gated, files)))
        write_json(scratch / "digests.json", _digests(scratch))
        for path in scratch.iterdir():
            path.chmod(0o644)  # a pack is meant to be handed on
        settle(scratch, out)
    return Packed(out, gated.decision, _digests(out))


def _copy(gated: Gated, scratch: Path) -> None:
    """What the run's folder holds already, byte for byte."""
    folder = gated.audited.folder
    shutil.copyfile(gated.path, scratch / "decision.json")
    if evidence_path(folder).exists():
        shutil.copyfile(evidence_path(folder), scratch / "evidence.json")
    for kind in gated.dossier.reports:
        shutil.copyfile(folder.audit / f"{kind}.json", scratch / f"report-{kind}.json")
    for name in gated.dossier.approvals:
        shutil.copyfile(folder.root / name, scratch / f"approval-{Path(name).name}")


def _write(gated: Gated, scratch: Path) -> None:
    write_text(scratch / "policy.yaml", gated.policy.text)
    write_text(scratch / "model-card.md", model_card(gated))
    write_text(scratch / "data-card.md", data_card(_card(gated), gated.decision.adapter))
    write_text(scratch / "open-points.md", open_points(gated))
    write_json(scratch / "bom.cdx.json", bill(_materials(gated)))


def _card(gated: Gated) -> dict[str, Any]:
    found: dict[str, Any] = read_json(gated.audited.folder.card)
    return found


def _materials(gated: Gated) -> Materials:
    audited, manifest, card = gated.audited, gated.audited.manifest, _card(gated)
    kind = str(manifest.task.get("kind", ""))
    part = card.get("parts", {}).get("train", {})
    return Materials(
        name=str(audited.recipe.name or "adapter"),
        digest=audited.digest,
        files={one.name: digest_file(one) for one in sorted(audited.product.iterdir()) if one.is_file()},
        base=manifest.public_id or manifest.base,
        base_digests={name: getattr(manifest.digests, name) for name in ("weights", "tokenizer", "template")},
        data=part.get("digest", manifest.data),
        rows=part.get("rows", 0),
        scrubbed=bool(card.get("privacy", {}).get("enabled")),
        task=kind,
        asked=manifest.prompt,
        approach=_APPROACHES.get(kind, "supervised"),
        figures=_figures(gated),
        limits=[note for report in gated.dossier.reports.values() for note in report.notes],
        made=max((report.made for report in gated.dossier.reports.values()), default=f"{gated.decision.at}T00:00:00Z"),
        version=__version__,
        libraries=libraries(manifest.versions),
    )


def _figures(gated: Gated) -> dict[str, Figure]:
    """What was measured of the adapter, and what attacks found, by name."""
    results = gated.dossier.results
    tuned = tuned_of(results) if results else None
    measured = dict(tuned.test.figures) if tuned is not None and tuned.test is not None else {}
    if results is not None and results.preferences is not None:
        measured |= {"preferences": results.preferences.after}
    found = {
        f"{kind}: {name}": figure for kind, one in gated.dossier.reports.items() for name, figure in one.figures.items()
    }
    return measured | found


def _view(gated: Gated, files: Mapping[str, str]) -> GateView:
    given, policy = gated.dossier, gated.policy.policy
    return GateView(
        name=str(gated.audited.recipe.name or "adapter"),
        decision=gated.decision,
        policy=policy,
        results=given.results,
        reports=given.reports,
        facts=_facts(gated),
        approvals=[
            (one.name, one.at, one.note, voided_by(one, given, policy.digest)) for one in given.approvals.values()
        ],
        files=sorted(files.items()),
    )


def _facts(gated: Gated) -> list[tuple[str, str]]:
    manifest, card = gated.audited.manifest, _card(gated)
    rows = card.get("parts", {}).get("train", {}).get("rows")
    privacy = card.get("privacy", {})
    known = [
        ("Base", manifest.public_id or manifest.base),
        ("Task", str(manifest.task.get("kind", ""))),
        ("Training rows", f"{rows:,}" if rows is not None else ""),
        ("Personal data in them", _privacy(privacy)),
        ("Trained by", ", ".join(gated.dossier.trainers) or "not on record"),
        ("Adapter", gated.decision.adapter[:12]),
        ("Run", gated.decision.run[:12]),
        ("Policy", f"{gated.decision.policy} {gated.decision.policy_digest[:12]}"),
    ]
    return [(name, value) for name, value in known if value]


def _privacy(card: Mapping[str, Any]) -> str:
    if not card:
        return "not on record"
    return "replaced before learning" if card.get("enabled") else "not searched for"


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: digest_file(path) for path in sorted(folder.iterdir()) if path.name != "digests.json"}
