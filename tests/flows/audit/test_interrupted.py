"""An audit that is stopped half-way, and one that is repeated: what is kept, what is made anew, what the gate takes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from finewright.audit.evidence import read_evidence
from finewright.audit.report import Report, read_report, write_report
from finewright.base.errors import InputError
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audit import audit
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.gate import gate
from finewright.flows.folder import RunFolder, alone
from support.judged import FIGURES, MADE, healthy_run

AT = date(2026, 3, 2)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run that was never attacked."""
    folder = healthy_run(tmp_path / "run")
    for path in folder.audit.glob("*.json"):
        path.unlink()
    return folder


class Attacks:
    """Two attacks that load no model: `made` are the kinds carried out, one after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.settings: dict[str, Any] = {"rows": 500}
        self.stopped_by: BaseException | None = None
        both = (self._attack("membership"), self._attack("outputs", lambda: self.stopped_by))
        monkeypatch.setattr("finewright.flows.audit.audit.ATTACKS", both)

    def _attack(self, kind: str, stopped_by: Callable[[], BaseException | None] = lambda: None) -> Attack:
        def carry_out(audited: Audited, say: Say) -> Report:
            if fault := stopped_by():
                raise fault
            self.made.append(kind)
            base, asked = audited.manifest.digests.combined, audited.asked(self.settings)
            return Report(kind, audited.digest, base, audited.manifest.run, MADE, asked, FIGURES[kind])

        return Attack(kind, lambda _: self.settings, carry_out, lambda _: None)


@pytest.fixture
def attacks(monkeypatch: pytest.MonkeyPatch) -> Attacks:
    return Attacks(monkeypatch)


def attacked(run: RunFolder) -> dict[str, str]:
    """What an audit leaves in its list, by kind the digest."""
    audit(run.root, say=lambda line: None)
    return dict(read_evidence(run.audit / "evidence.json").reports)


def test_what_was_made_before_a_stop_is_no_evidence_until_it_is_listed(run: RunFolder, attacks: Attacks) -> None:
    attacks.stopped_by = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        attacked(run)
    assert sorted(path.name for path in run.audit.iterdir()) == ["membership.json"]
    refused = gate(run.root, at=AT).decision.refused
    assert "is not in the list of evidence" in refused["audit/membership.json"]
    attacks.stopped_by = None
    assert set(attacked(run)) == {"membership", "outputs"}
    assert attacks.made == ["membership", "outputs"]
    assert not any("membership" in file or "outputs" in file for file in gate(run.root, at=AT).decision.refused)


def test_a_repeat_that_is_stopped_leaves_no_old_list_of_new_reports(run: RunFolder, attacks: Attacks) -> None:
    attacked(run)
    attacks.settings, attacks.stopped_by = {"rows": 50}, KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        attacked(run)
    refused = gate(run.root, at=AT).decision.refused
    assert "changed after it was written" in refused["audit/membership.json"]


def test_a_report_is_kept_while_it_holds_and_no_longer(run: RunFolder, attacks: Attacks) -> None:
    first = attacked(run)
    assert attacked(run) == first
    attacks.settings = {"rows": 50}
    assert set(attacked(run).items()).isdisjoint(first.items())
    path = run.audit / "outputs.json"
    write_report(path, replace(read_report(path), adapter="cd" * 32))
    attacked(run)
    path.write_text(path.read_text().replace("500", "5000"))
    attacked(run)
    assert attacks.made == ["membership", "outputs"] * 2 + ["outputs"] * 2


def test_an_attack_that_can_no_longer_be_made_is_missing_and_its_old_report_no_evidence(
    run: RunFolder, attacks: Attacks
) -> None:
    attacked(run)
    attacks.settings, attacks.stopped_by = {"rows": 50}, InputError("the rows are gone", remedy="put them back")
    assert set(attacked(run)) == {"membership"}
    assert read_evidence(run.audit / "evidence.json").missing == {"outputs": "the rows are gone; put them back."}
    assert "not in the list" in gate(run.root, at=AT).decision.refused["audit/outputs.json"]


def test_two_at_once_are_refused_and_nothing_is_written(run: RunFolder, attacks: Attacks) -> None:
    with alone(run):
        for second in (lambda: attacked(run), lambda: gate(run.root, at=AT)):
            with pytest.raises(InputError, match="another process is working on this run"):
                second()
    assert attacks.made == []
    assert not list(run.audit.glob("*.json"))


def test_a_policy_of_later_does_not_become_the_one_that_stood_first(
    run: RunFolder, attacks: Attacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    attacked(run)
    monkeypatch.setattr("finewright.flows.audit.audit.policy_of", lambda audited: "release")
    attacks.settings = {"rows": 50}
    attacked(run)
    assert gate(run.root, policy="default", at=AT).decision.planned is True
    assert gate(run.root, policy="release", at=AT).decision.planned is False
