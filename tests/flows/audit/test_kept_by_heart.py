"""The attacks on what a tiny run trained: canaries, planted secrets and extraction, with and without scrubbing."""

import json
from dataclasses import replace

import pytest

from finewright.audit.secrets.planted import read_planted
from finewright.base.errors import InputError
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.canaries import CANARIES
from finewright.flows.audit.extraction import EXTRACTION
from finewright.flows.audit.kept_aside import originals
from finewright.flows.audit.plant import plant
from finewright.flows.audit.secrets import SECRETS
from finewright.flows.run import run
from support.tiny import tiny_base

RECIPE = """\
data: {{train: planted.jsonl}}
task: {{instruction: Answer.}}
privacy: {{enabled: {scrubbed}}}
split: {{near: 1.0}}
arms: {{zero_shot: {{enabled: false}}, few_shot: {{enabled: false}}, retrieved: {{enabled: false}}}}
train: {{epochs: 2, batch: 8, threads: 1, evaluations: 1, learning_rate: 0.01}}
evaluate: {{max_tokens: 8, test_rows: 2, validation_rows: 2, forgetting: {{enabled: false}}}}
audit:
  canaries: {{single: 2, repeated: [[2, 3]], digits: 2}}
  secrets: secrets.jsonl
  references: 20
  extraction: {{rows: 4, samples: 1}}
"""


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    folder = tmp_path_factory.mktemp("task")
    base = tiny_base(folder / "base")
    rows = [{"prompt": f"Where is parcel {n}?", "completion": f"Parcel {n} waits at depot {n % 5}."} for n in range(24)]
    (folder / "letters.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    plant(folder / "letters.jsonl", folder / "planted.jsonl", folder / "secrets.jsonl", secrets=5, repeat=3, seed=0)
    for name, scrubbed in (("raw", "false"), ("scrubbed", "true")):
        (folder / f"{name}.yaml").write_text(f"base: {base}\n" + RECIPE.format(scrubbed=scrubbed))
    return folder


@pytest.fixture(scope="module", params=["raw", "scrubbed"])
def audited(task, request):
    return open_audited(run(task / f"{request.param}.yaml", say=lambda line: None).folder)


def is_raw(audited) -> bool:
    return not audited.recipe.privacy.enabled


def test_canaries_are_ranked_by_how_often_they_were_learned(audited):
    assert CANARIES.why_not(audited) is None
    report = CANARIES.carry_out(audited, lambda line: None)
    assert {name: figure.rows for name, figure in report.figures.items()} == {
        "exposure": 2, "exposure_3_times": 2, "base_exposure": 4,
    }  # fmt: skip
    assert report.details["candidates"] == 100
    secrets = [json.loads(line)["secret"] for line in audited.folder.part("canaries").read_text().splitlines()]
    assert len(secrets) == 4


def test_canaries_that_were_changed_since_are_refused(audited):
    path = audited.folder.part("canaries")
    kept = path.read_text()
    row = json.loads(kept.splitlines()[0])
    path.write_text(json.dumps(row | {"secret": "00" if row["secret"] != "00" else "11"}) + "\n")
    try:
        with pytest.raises(InputError, match="other canaries"):
            CANARIES.carry_out(audited, lambda line: None)
        path.unlink()
        with pytest.raises(InputError, match="is gone"):
            CANARIES.carry_out(audited, lambda line: None)
    finally:
        path.write_text(kept)


def test_secrets_stand_in_raw_rows_and_in_no_scrubbed_one(audited):
    report = SECRETS.carry_out(audited, lambda line: None)
    held = report.figures["in_rows"].value
    assert held >= 0.8 if is_raw(audited) else held == 0
    assert set(report.figures) == {"found", "exposure", "in_rows"}
    clear = [one.secret.secret for one in read_planted(audited.recipe.audit.secrets)]
    told = json.dumps([report.details, report.notes])
    assert not any(secret in told for secret in clear)


def test_extraction_holds_members_against_held_out_rows_and_asks_for_what_was_replaced(audited):
    report = EXTRACTION.carry_out(audited, lambda line: None)
    figures = report.figures
    assert figures["difference"].value == pytest.approx(
        figures["extracted"].value - figures["extracted_held_out"].value
    )
    assert ("identifiers" in figures) is not is_raw(audited)
    if not is_raw(audited):
        assert figures["identifiers"].value == 0
        assert figures["identifiers"].rows > 0


def test_without_the_users_file_identifiers_are_not_asked_for_and_the_rest_is(audited, task):
    path = task / "planted.jsonl"
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    try:
        report = EXTRACTION.carry_out(audited, lambda line: None)
    finally:
        path.write_bytes(kept)
    assert "identifiers" not in report.figures
    assert "extracted" in report.figures
    assert "not asked for" in report.notes[1]


def test_without_held_out_rows_there_is_nothing_to_hold_members_against(audited):
    alone = open_audited(audited.folder.root)
    alone.held_out = ()
    report = EXTRACTION.carry_out(alone, lambda line: None)
    assert (report.figures["extracted"].rows, report.figures["extracted_held_out"].rows) == (4, 0)
    assert report.figures["difference"].high >= 0.9 * report.figures["extracted"].high


def test_rows_of_another_version_or_edition_are_not_taken_for_the_originals(audited):
    told = audited.manifest.results["privacy"]
    for change, why in (({"edition": 0}, "another edition"), ({"version": "0" * 64}, "sealed version")):
        if is_raw(audited):
            why = "nothing was looked for"
        other = replace(audited.manifest, results={**audited.manifest.results, "privacy": {**told, **change}})
        with pytest.raises(InputError, match=why):
            originals(replace(audited, manifest=other))
