"""`gate`, `approve` and `pack` as a person types them: exit codes, one JSON document, files."""

import json
from pathlib import Path

import pytest

from finewright.base.results import Figure
from support.command import Call
from support.judged import FIGURES, healthy_run, report_all

DAY = ("--at", "2026-03-02")


def test_from_a_gate_to_an_approval_to_a_pack(tmp_path: Path, call: Call) -> None:
    run = healthy_run(tmp_path / "run").root
    asked, release = ("gate", run, "--policy", "release", *DAY), ("--policy", "release", *DAY)
    found = call(*asked)
    assert found.code == 0
    assert "Fail: It may not pass: 1 of 11 required checks fails (approvals)." in found.out
    refused = call(*asked, "--require", "pass")
    assert refused.code == 3
    assert "the gate says 'fail' and 'pass' was required" in refused.err
    own = call("approve", run, "--as", "Tom Trainer", *release)
    assert own.code == 2
    assert "who trained it may not approve it" in own.err
    approved = call("approve", run, "--as", "Ann Lee", *release)
    assert approved.code == 0
    assert "approvals" in approved.out
    passed = call(*asked, "--require", "pass", "--json")
    assert passed.code == 0
    assert json.loads(passed.out)["approved_by"] == ["Ann Lee"]
    packed = call("pack", run, "--out", tmp_path / "pack", *release)
    assert packed.code == 0
    assert packed.out.strip() == str(tmp_path / "pack" / "index.html")


def test_defences_are_told_where_an_attack_on_memory_succeeds(tmp_path: Path, call: Call) -> None:
    run = healthy_run(tmp_path / "run")
    told = {**FIGURES["membership"], "auc": Figure(0.8, 0.75, 0.85, 500)}
    report_all(run, {**FIGURES, "membership": told})
    assert "each row was learned up to 3 times" in call("gate", run.root, *DAY).out


@pytest.mark.parametrize("command", [("gate",), ("approve", "--as", "Ann"), ("pack", "--out", "pack")])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "NONSENSE"), "'NONSENSE' is no day; give --at a date such as 2026-03-31.\n"),
        (("--at", "2026-02-30"), "'2026-02-30' is no day; give --at a date such as 2026-03-31.\n"),
        (("--policy", ""), "the policy has no name; name a file, or one of default, eu-ai-act, gdpr, model-risk, "),
    ],
)
def test_a_day_and_a_policy_that_are_none_are_told_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
    command: tuple[str, ...],
    words: tuple[str, ...],
    said: str,
) -> None:
    run = healthy_run(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    found = call(command[0], run.root, *command[1:], *words)
    assert found.code == 2
    assert found.err.startswith(said)
    assert not (run.audit / "gate.json").exists()
    assert not (run.audit / "approvals").exists()


def test_a_faulty_policy_is_told_with_its_lines(tmp_path: Path, call: Call) -> None:
    policy = tmp_path / "ours.yaml"
    policy.write_text("name: ours\nchecks:\n  lifts: {}\n  age: {days: soon}\n")
    found = call("gate", tmp_path, "--policy", policy)
    assert found.code == 2
    assert "ours.yaml:3" in found.err
    assert "ours.yaml:4" in found.err
    misspelt = call("gate", tmp_path, "--policy", "realease")
    assert misspelt.code == 2
    assert "did you mean release" in misspelt.err
