"""The manifest of a run under differential privacy has no digest of rows that could be tried out, and lineage holds."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from finewright.base.files import digest_json, read_json, write_json
from finewright.evaluate.results_file import digest_in
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.gate import gate
from finewright.flows.folder import RunFolder
from finewright.flows.lineage import is_private, keyed, named
from finewright.model.manifest import Manifest, read_manifest, write_manifest
from support.judged import FIGURES, RUN, healthy_run, report_all

AT = date(2026, 3, 2)
VERSION, CANARIES = "7" * 64, "8" * 64


def plain(folder: RunFolder) -> Manifest:
    """The manifest of a healthy run that was trained under a bound, as it would be without a key."""
    manifest = read_manifest(folder.adapter)
    privacy = {"enabled": True, "said": "3 rows were changed.", "rows": 3, "version": VERSION, "edition": 4}
    told = {"privacy": privacy, "canaries": {"planted": 4, "rows": 4, "digest": CANARIES}}
    train = manifest.recipe["train"] | {"dp": manifest.recipe["train"]["dp"] | {"epsilon": 3.0}}
    return replace(manifest, recipe=manifest.recipe | {"train": train}, results=manifest.results | told)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = healthy_run(tmp_path / "run")
    write_manifest(folder.adapter, keyed(plain(folder), folder))
    report_all(folder, FIGURES)
    return folder


def test_nothing_in_the_manifest_can_be_tried_out(run: RunFolder) -> None:
    manifest = read_manifest(run.adapter)
    written = (run.adapter / "finewright.json").read_text()
    assert is_private(manifest)
    for digest in (digest_json(read_json(run.card)), RUN, VERSION, CANARIES, digest_in(run.results)):
        assert digest not in written
    assert manifest.results["privacy"].keys() == {"enabled", "version", "edition"}
    assert run.lineage.stat().st_mode & 0o777 == 0o600


def test_what_the_runs_folder_can_check_it_checks(run: RunFolder) -> None:
    decision = gate(run.root, at=AT).decision
    assert (decision.outcome, dict(decision.refused)) == ("pass", {})
    audited = open_audited(run.root)
    assert audited.named(VERSION) == audited.manifest.results["privacy"]["version"]
    assert audited.named(CANARIES) == audited.manifest.results["canaries"]["digest"]
    write_json(run.card, read_json(run.card) | {"kind": "text"})
    refused = gate(run.root, at=AT).decision.refused
    assert dict(refused) == {"data/card.json": "is not the data card that the manifest of the adapter names"}


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [(RUN, "cd" * 32, "is of another run"), ("Use it.", "Do.", "was changed after it was written")],
)
def test_results_of_another_run_or_that_were_edited_are_refused(
    run: RunFolder, before: str, after: str, why: str
) -> None:
    kept = run.results.read_text()
    assert before in kept
    run.results.write_text(kept.replace(before, after))
    assert gate(run.root, at=AT).decision.refused["results.json"].startswith(why)


def test_without_the_key_it_is_said_what_cannot_be_checked(run: RunFolder) -> None:
    run.lineage.unlink()
    decision = gate(run.root, at=AT).decision
    assert decision.outcome == "fail"
    for file in ("data/card.json", "results.json"):
        assert decision.refused[file].endswith("the key of its digests, lineage.key, is gone")


def test_each_run_has_a_key_of_its_own(run: RunFolder, tmp_path: Path) -> None:
    other = healthy_run(tmp_path / "other")
    assert keyed(plain(other), other).data != read_manifest(run.adapter).data


def test_without_a_bound_a_manifest_stays_as_it_is(tmp_path: Path) -> None:
    folder = healthy_run(tmp_path / "run")
    manifest = read_manifest(folder.adapter)
    assert keyed(manifest, folder) == manifest
    assert named(RUN, manifest, folder) == RUN
    assert not folder.lineage.exists()
