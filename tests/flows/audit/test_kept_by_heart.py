"""The attacks on what a tiny run trained: canaries, planted secrets and extraction, with and without scrubbing."""

import json
from dataclasses import replace

import pytest

from finewright.audit.checks.strength import asked_for
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
    assert asked_for(report) == "The canaries were asked for secrets of 2 digits."
    secrets = [json.loads(line)["secret"] for line in audited.folder.part("canaries").read_text().splitlines()]
    assert len(secrets) == 4


def test_the_product_is_asked_for_the_figures_and_the_base_for_the_check(audited):
    report, both = CANARIES.carry_out(audited, lambda line: None), open_audited(audited.folder.root)
    both.bare = both.served  # now the base's part is the product's as well
    again = CANARIES.carry_out(both, lambda line: None)
    ranks = [one["exposure"] for one in report.details["canaries"]]
    assert [one["exposure"] for one in again.details["canaries"]] == ranks
    assert again.figures["base_exposure"].value == pytest.approx(sum(ranks) / len(ranks))
    assert report.figures["base_exposure"] != again.figures["base_exposure"]


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
    assert asked_for(report) == "The planted secrets were asked for 1 sample of each answer."
    clear = [one.secret.secret for one in read_planted(audited.recipe.audit.secrets)]
    told = json.dumps([report.details, report.notes])
    assert not any(secret in told for secret in clear)


def test_extraction_holds_members_against_held_out_rows_and_asks_for_what_was_replaced(audited):
    report = EXTRACTION.carry_out(audited, lambda line: None)
    figures = report.figures
    assert figures["difference"].value == pytest.approx(
        figures["extracted"].value - figures["extracted_held_out"].value
    )
    assert asked_for(report) == "Extraction was asked for 4 rows of either side and 1 sample of each answer."
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


def test_a_data_card_that_was_changed_is_not_gone_by(audited):
    if is_raw(audited):
        return
    kept = audited.folder.card.read_bytes()
    audited.folder.card.write_text("{}")
    try:
        with pytest.raises(InputError, match="the data card of the run was changed since"):
            originals(audited)
    finally:
        audited.folder.card.write_bytes(kept)


def test_rows_that_share_a_group_make_wide_intervals(audited):
    """Every member of one group: however many they are, they say little more than one of them."""
    plain = {one.kind: one.carry_out(audited, lambda line: None).figures for one in (EXTRACTION, SECRETS)}
    together = open_audited(audited.folder.root)
    together.members = tuple(replace(one, group="one customer") for one in audited.members)
    by_group = {one.kind: one.carry_out(together, lambda line: None).figures for one in (EXTRACTION, SECRETS)}
    wider = [("extraction", "extracted"), ("extraction", "difference")]
    wider += [("secrets", "found"), ("secrets", "in_rows")] if is_raw(audited) else [("extraction", "identifiers")]
    for kind, name in wider:
        of, strangers = by_group[kind][name], plain[kind][name]
        assert (of.value, of.rows) == (strangers.value, strangers.rows)
        assert of.high - of.low > 1.2 * (strangers.high - strangers.low)
