"""The gate on a run's folder: recomputed byte for byte, every edit refused, approvals bound to what they saw."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from finewright.audit.decision import read_decision
from finewright.audit.policy_file import read_policy
from finewright.audit.report import read_report, write_report
from finewright.base.errors import AdapterError, InputError, PolicyError, StorageError
from finewright.base.files import digest_file, digest_json, read_json
from finewright.base.results import Figure
from finewright.flows.audit.approve import approve
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.evidence import dossier
from finewright.flows.audit.gate import gate
from finewright.flows.audit.listing import list_evidence
from finewright.flows.audit.pack import pack
from finewright.flows.folder import RunFolder
from finewright.flows.trainers import note_trainer
from finewright.model.manifest import read_manifest, write_manifest
from support.judged import FIGURES, healthy_run, report_all

AT = date(2026, 3, 2)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return healthy_run(tmp_path / "run")


def edit(path: Path, *place: str, value: Any) -> None:
    """Change one value in a JSON file, as an editor does."""
    stored = json.loads(path.read_text())
    *way, last = place
    at = stored
    for step in way:
        at = at[step]
    at[last] = value
    path.write_text(json.dumps(stored))


def redigested(path: Path) -> None:
    """Give an edited file a digest that fits it again, as who knows how would."""
    stored = json.loads(path.read_text())
    stored["digest"] = digest_json({key: one for key, one in stored.items() if key not in ("digest", "format")})
    path.write_text(json.dumps(stored))


def test_a_healthy_adapter_passes_and_the_decision_is_a_file(run: RunFolder) -> None:
    gated = gate(run.root, at=AT)
    assert gated.decision.outcome == "pass"
    assert read_decision(run.audit / "gate.json") == gated.decision
    assert set(gated.decision.evidence) == {
        "results.json",
        "data/card.json",
        *(f"audit/{kind}.json" for kind in FIGURES),
    }


def test_it_is_recomputed_byte_for_byte_and_from_the_adapter_too(run: RunFolder) -> None:
    gate(run.root, at=AT)
    first = (run.audit / "gate.json").read_bytes()
    (run.audit / "gate.json").unlink()
    gate(run.adapter, at=AT)
    assert (run.audit / "gate.json").read_bytes() == first


def test_the_day_enters_through_age_alone(run: RunFolder) -> None:
    later = gate(run.root, at=date(2026, 6, 1)).decision
    assert later.outcome == "fail"
    assert [one.check for one in later.findings if one.outcome != "pass"] == ["age"]


def test_another_policy_is_told_to_be_another(run: RunFolder, tmp_path: Path) -> None:
    assert gate(run.root, at=AT).decision.planned is True
    path = tmp_path / "ours.yaml"
    path.write_text("name: ours\nchecks:\n  lift: {smallest: 0.5}\n")
    ours = gate(run.root, policy=str(path), at=AT).decision
    assert (ours.outcome, ours.planned, ours.policy) == ("fail", False, "ours")


@pytest.mark.parametrize(
    ("file", "place", "value"),
    [
        ("results.json", ("verdict", "outcome"), "cannot tell"),
        ("results.json", ("verdict", "deciding", "difference", "low"), 0.141),
        ("results.json", ("forgetting", "accuracy", "low"), -0.021),
        ("results.json", ("arms",), []),
        ("results.json", ("run",), "cd" * 32),
        ("results.json", ("training", "adapter"), "cd" * 32),
        ("data/card.json", ("parts", "train", "rows"), 501),
        ("audit/canaries.json", ("figures", "exposure", "high"), 2.2),
        ("audit/membership.json", ("figures", "blind_auc", "low"), 0.47),
        ("audit/redteam.json", ("made",), "2026-03-02T00:00:00+00:00"),
        ("audit/extraction.json", ("adapter",), "cd" * 32),
        ("audit/outputs.json", ("notes",), []),
        ("audit/evidence.json", ("results",), None),
    ],
)
def test_an_edited_file_is_refused_by_its_name(run: RunFolder, file: str, place: tuple[str, ...], value: Any) -> None:
    edit(run.root / file, *place, value=value)
    decision = gate(run.root, at=AT).decision
    assert decision.outcome == "fail"
    assert file in decision.refused
    assert file in decision.sentence


@pytest.mark.parametrize("kind", sorted(FIGURES))
def test_every_number_of_a_report_is_bound(run: RunFolder, kind: str) -> None:
    path, name = run.audit / f"{kind}.json", f"audit/{kind}.json"
    written, audited = path.read_text(), open_audited(run.root)
    for figure, of in FIGURES[kind].items():
        for part in ("value", "low", "high", "rows"):
            edit(path, "figures", figure, part, value=getattr(of, part) + 1)
            assert name in dossier(audited).refused
            redigested(path)  # the list of evidence still tells
            assert name in dossier(audited).refused
            path.write_text(written)
    assert dossier(audited).refused == {}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}'])
@pytest.mark.parametrize("file", ["results.json", "audit/canaries.json", "audit/evidence.json"])
def test_a_damaged_file_is_refused(run: RunFolder, file: str, content: str) -> None:
    (run.root / file).write_text(content)
    assert file in gate(run.root, at=AT).decision.refused


def test_a_data_card_that_is_gone_is_told(run: RunFolder) -> None:
    run.card.unlink()
    decision = gate(run.root, at=AT).decision
    assert decision.outcome == "fail"
    assert decision.refused["data/card.json"] == "is gone, though the manifest of the adapter names it"
    assert "data/card.json" in decision.sentence
    with pytest.raises(InputError, match="run the recipe again"):
        approve(run.root, "Ann", at=AT)


@pytest.mark.parametrize("content", ["", "[", "{}", '"Ann"', "[1]", '[" "]', "null"])
def test_names_of_trainers_that_cannot_be_read_let_nobody_approve(run: RunFolder, content: str) -> None:
    approve(run.root, "Cleo", at=AT)
    run.trainers.write_text(content)
    decision = gate(run.root, at=AT).decision
    assert decision.outcome == "fail"
    assert decision.refused["trainers.json"] == "is damaged, so that who trained the run cannot be told"
    with pytest.raises(InputError, match=r'cannot be told; put the file back .* write .* \["Ann Lee"\]'):
        approve(run.root, "Ann", at=AT)
    with pytest.raises(StorageError, match="put the file back"):
        note_trainer(run, "Bob")
    assert len(list((run.audit / "approvals").iterdir())) == 1
    assert run.trainers.read_text() == content
    with pytest.raises(InputError, match="put the file back"):
        pack(run.root, run.root.parent / "pack", at=AT)


def test_names_that_were_written_anew_count(run: RunFolder) -> None:
    run.trainers.write_text('["Ann Lee"]')
    with pytest.raises(InputError, match="ann lee cannot approve this run"):
        approve(run.root, "ann lee", at=AT)


def test_a_report_that_was_taken_away_is_told(run: RunFolder) -> None:
    (run.audit / "secrets.json").unlink()
    assert "is gone" in gate(run.root, at=AT).decision.refused["audit/secrets.json"]


def test_without_an_audit_every_report_is_missing_by_its_name(run: RunFolder) -> None:
    for path in run.audit.iterdir():
        path.unlink()
    decision = gate(run.root, at=AT).decision
    assert decision.outcome == "fail"
    said = " ".join(one.reason for one in decision.findings)
    assert all(f"audit/{kind}.json" in said for kind in FIGURES if kind != "secrets")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"adapter": "cd" * 32}, "is of another adapter"),
        ({"base": "cd" * 32}, "is of another base"),
        ({"run": "cd" * 32}, "is of another run"),
        ({"kind": "outputs"}, "is a report on outputs"),
    ],
)
def test_a_report_of_something_else_is_refused_by_name(run: RunFolder, change: dict[str, str], why: str) -> None:
    path = run.audit / "canaries.json"
    write_report(path, replace(read_report(path), **change))
    assert gate(run.root, at=AT).decision.refused["audit/canaries.json"] == why


def test_the_reports_of_a_run_do_not_serve_another(run: RunFolder, tmp_path: Path) -> None:
    other = healthy_run(tmp_path / "other", weights=b"others")
    for path in run.audit.glob("*.json"):
        (other.audit / path.name).write_bytes(path.read_bytes())
    refused = gate(other.root, at=AT).decision.refused
    assert set(refused) == {"audit/evidence.json", *(f"audit/{kind}.json" for kind in FIGURES)}


def test_results_that_nothing_vouches_for_are_refused(run: RunFolder) -> None:
    write_manifest(run.adapter, replace(read_manifest(run.adapter), results={}))
    assert gate(run.root, at=AT).decision.outcome == "pass"  # the list of evidence vouches
    (run.audit / "evidence.json").unlink()
    assert "nothing tells whether it was changed" in gate(run.root, at=AT).decision.refused["results.json"]


def test_bad_input_writes_nothing(run: RunFolder, tmp_path: Path) -> None:
    policy = tmp_path / "ours.yaml"
    policy.write_text("name: ours\nchecks: {lifts: {}}\n")
    with pytest.raises(PolicyError, match=r"ours\.yaml:2: 'lifts' is not a key of checks; write lift"):
        gate(run.root, policy=str(policy), at=AT)
    (run.adapter / "finewright.json").unlink()
    with pytest.raises(AdapterError, match="has no finewright"):
        gate(run.root, at=AT)
    assert not (run.audit / "gate.json").exists()


def test_an_approval_lets_a_release_pass(run: RunFolder) -> None:
    seen = gate(run.root, policy="release", at=AT).decision
    assert [one.check for one in seen.findings if one.blocks] == ["approvals"]
    done = approve(run.root, " Ann  Lee ", note="For the pilot.", policy="release", at=AT)
    assert (done.approval.name, done.approval.outcome) == ("Ann Lee", "pass")
    assert done.gated.decision.outcome == "pass"
    assert gate(run.root, policy="release", at=AT).decision.approved_by == ("Ann Lee",)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tom  TRAINER", "who trained it may not approve"),
        (" ", "the name is empty"),
        ("Tom Trainer\x08", "the name holds characters that cannot be read"),
        ("Ann\udcff", "the name holds characters that cannot be read"),
        ("Ann", "has approved this already"),
    ],
)
def test_who_may_not_approve(run: RunFolder, name: str, said: str) -> None:
    approve(run.root, "ANN", at=AT)
    with pytest.raises(InputError, match=said):
        approve(run.root, name, at=AT)
    assert len(list((run.audit / "approvals").iterdir())) == 1


def outputs_fail(run: RunFolder) -> None:
    report_all(run, {"outputs": {"identifiers": Figure(0.5, 0.4, 0.6, 500)}})


def report_gone(run: RunFolder) -> None:
    (run.audit / "membership.json").unlink()


def report_edited(run: RunFolder) -> None:
    edit(run.audit / "canaries.json", "notes", value=[])


@pytest.mark.parametrize("spoil", [outputs_fail, report_gone, report_edited])
def test_nothing_is_approved_where_the_gate_fails(run: RunFolder, spoil: Callable[[RunFolder], None]) -> None:
    spoil(run)
    with pytest.raises(InputError, match="cannot be approved"):
        approve(run.root, "Ann", at=AT)
    assert not (run.audit / "approvals").exists()


def evidence_made_anew(run: RunFolder) -> None:
    report_all(run, FIGURES, made="2026-03-02T08:00:00+00:00")


def trained_anew(run: RunFolder) -> None:
    """The same folder with other weights, results and reports: what stays are the approvals."""
    kept = {path: path.read_bytes() for path in (run.audit / "approvals").iterdir()}
    again = healthy_run(run.root.parent / "again", weights=b"trained anew")
    for path in (*again.root.rglob("*"),):
        if path.is_file():
            (run.root / path.relative_to(again.root)).write_bytes(path.read_bytes())
    assert all(path.read_bytes() == content for path, content in kept.items())


def trained_by_ann(run: RunFolder) -> None:
    note_trainer(run, "ann")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (trained_anew, "it was given to another adapter"),
        (evidence_made_anew, "the evidence has changed since"),
        (trained_by_ann, "who trained it may not approve it"),
    ],
)
def test_an_approval_is_void_as_soon_as_anything_changes(
    run: RunFolder, change: Callable[[RunFolder], None], why: str
) -> None:
    assert approve(run.root, "Ann", policy="release", at=AT).gated.decision.outcome == "pass"
    change(run)
    decision = gate(run.root, policy="release", at=AT).decision
    assert decision.void == {"audit/approvals/1.json": why}
    assert decision.outcome == "fail"


def test_an_approval_under_one_policy_says_nothing_under_another(run: RunFolder) -> None:
    approve(run.root, "Ann", at=AT)
    decision = gate(run.root, policy="release", at=AT).decision
    assert decision.void == {"audit/approvals/1.json": "the policy has changed since"}


def test_an_edited_approval_is_refused(run: RunFolder) -> None:
    path = approve(run.root, "Ann", policy="release", at=AT).path
    edit(path, "name", value="Ben")
    assert "audit/approvals/1.json" in gate(run.root, policy="release", at=AT).decision.refused


def test_a_note_that_nobody_can_read_is_refused_before_anything_is_written(run: RunFolder) -> None:
    with pytest.raises(InputError, match="the note holds characters"):
        approve(run.root, "Ann", note="fine \udcff", at=AT)
    assert not (run.audit / "approvals").exists()


def test_what_is_packed_with_an_edited_approval_is_told_what_helps(run: RunFolder, tmp_path: Path) -> None:
    edit(approve(run.root, "Ann", at=AT).path, "note", value="more")
    with pytest.raises(InputError, match="have it approved again") as fault:
        pack(run.root, tmp_path / "pack", at=AT)
    assert "finewright audit" not in str(fault.value)


@pytest.mark.parametrize("inside", ["pack", "audit/approvals/pack", "adapter/pack"])
def test_no_pack_lies_in_the_run_itself(run: RunFolder, inside: str) -> None:
    before = sorted(run.root.rglob("*"))
    with pytest.raises(InputError, match="lies in the folder of the run"):
        pack(run.root, run.root / inside, at=AT)
    assert sorted(run.root.rglob("*")) == before


def test_the_pack_holds_all_and_the_same_again(run: RunFolder, tmp_path: Path) -> None:
    approve(run.root, "Ann", policy="gdpr", at=AT)
    done = pack(run.root, tmp_path / "pack", policy="gdpr", at=AT)
    held = {path.name for path in (tmp_path / "pack").iterdir()}
    assert held == {
        *("index.html", "model-card.md", "data-card.md", "open-points.md", "bom.cdx.json", "policy.yaml"),
        *("decision.json", "evidence.json", "digests.json", "approval-1.json"),
        *(f"report-{kind}.json" for kind in FIGURES),
    }
    told = read_json(tmp_path / "pack" / "digests.json")
    assert told == {name: digest_file(tmp_path / "pack" / name) for name in held - {"digests.json"}}
    assert dict(done.files) == told
    pack(run.root, tmp_path / "again", policy="gdpr", at=AT)
    assert read_json(tmp_path / "again" / "digests.json") == told
    assert read_decision(tmp_path / "pack" / "decision.json").outcome == "pass"


def test_the_page_stands_alone_and_shows_what_is_open(run: RunFolder, tmp_path: Path) -> None:
    pack(run.root, tmp_path / "pack", policy="gdpr", at=AT)
    page = (tmp_path / "pack" / "index.html").read_text()
    assert not any(sign in page for sign in ("http://", "https://", "<script", "src=", "@import"))
    assert "Art. 17" in page
    assert page.count("<b>Open</b>") == 14
    assert "Nobody has put a name to it yet" in page


def test_words_of_the_data_reach_no_markup(run: RunFolder, tmp_path: Path) -> None:
    approve(run.root, "<b>Ann</b>", note="| `x` | <script>", at=AT)
    manifest = read_manifest(run.adapter)
    write_manifest(run.adapter, replace(manifest, prompt="a | b\n# c <i>"))
    pack(run.root, tmp_path / "pack", at=AT)
    page, card = ((tmp_path / "pack" / name).read_text() for name in ("index.html", "model-card.md"))
    assert "&lt;b&gt;Ann&lt;/b&gt;" in page
    assert "<script>" not in page
    assert "a \\| b \\# c \\<i\\>" in card


def test_a_pack_is_whole_or_not_there(run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "there").mkdir()
    for there in (tmp_path / "there", tmp_path / "nowhere" / ".." / "there"):
        with pytest.raises(InputError, match="is there already"):
            pack(run.root, there, at=AT)

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("finewright.flows.audit.pack.data_card", full)
    with pytest.raises(StorageError, match="No space left"):
        pack(run.root, tmp_path / "pack", at=AT)
    monkeypatch.undo()
    edit(run.audit / "canaries.json", "notes", value=[])
    with pytest.raises(InputError, match="cannot go into a pack"):
        pack(run.root, tmp_path / "pack", at=AT)
    edit(run.results, "name", value="another")
    (run.audit / "canaries.json").unlink()
    (run.audit / "evidence.json").unlink()
    with pytest.raises(InputError, match=r"results\.json: cannot go into a pack: .*; run the recipe again"):
        pack(run.root, tmp_path / "pack", at=AT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "there"]


def test_where_an_attack_on_its_memory_succeeds_defences_are_named(run: RunFolder, tmp_path: Path) -> None:
    told = {**FIGURES["membership"], "auc": Figure(0.8, 0.75, 0.85, 500)}
    report_all(run, {**FIGURES, "membership": told})
    found = pack(run.root, tmp_path / "pack", at=AT).decision.defences
    assert found == read_decision(run.audit / "gate.json").defences
    assert "each row was learned up to 3 times" in found[0]
    page = unescape(re.sub("</?code>", "`", (tmp_path / "pack" / "index.html").read_text()))
    assert all(one in page for one in found)


def test_evidence_that_is_missing_is_no_sign_of_memory(run: RunFolder) -> None:
    (run.audit / "membership.json").unlink()
    decision = gate(run.root, at=AT).decision
    assert (decision.outcome, decision.defences) == ("fail", ())


def test_a_failed_adapter_has_a_pack_that_says_so(run: RunFolder, tmp_path: Path) -> None:
    outputs_fail(run)
    assert pack(run.root, tmp_path / "pack", at=AT).decision.outcome == "fail"
    assert "It must not be used as it is" in (tmp_path / "pack" / "index.html").read_text()


def test_a_card_that_is_gone_is_not_packed_and_one_without_words_on_personal_data_is(
    run: RunFolder, tmp_path: Path
) -> None:
    pack(run.root, tmp_path / "pack", at=AT)
    assert "The card says nothing about personal data" in (tmp_path / "pack" / "data-card.md").read_text()
    run.card.unlink()
    with pytest.raises(InputError, match=r"card\.json: cannot go into a pack: is gone, .*; run the recipe again"):
        pack(run.root, tmp_path / "another", at=AT)
    assert not (tmp_path / "another").exists()


def asked_weakly(run: RunFolder) -> None:
    """The red team let answers have 8 tokens, by a recipe that nobody looked at."""
    audited = open_audited(run.root)
    reports = {kind: read_report(run.audit / f"{kind}.json") for kind in FIGURES}
    reports["redteam"] = replace(reports["redteam"], asked={"each": 5, "max_tokens": 8})
    write_report(run.audit / "redteam.json", reports["redteam"])
    list_evidence(audited, reports, {}, read_policy("default").policy.digest)


def test_an_attack_that_hardly_tried_blocks_and_page_and_cards_say_so(run: RunFolder, tmp_path: Path) -> None:
    asked_weakly(run)
    done = pack(run.root, tmp_path / "pack", at=AT)
    assert done.decision.outcome == "inconclusive"
    weak = "The red team was asked for answers of 8 tokens, and the policy wants 24 at least."
    page, card = ((tmp_path / "pack" / name).read_text() for name in ("index.html", "model-card.md"))
    assert weak in page
    assert weak in card
    assert "The red team was asked for 5 probes of a category and answers of 8 tokens." in page
    assert "Membership was asked for 500 rows of either side." in page
    assert "Membership was asked for 500 rows of either side." in card
