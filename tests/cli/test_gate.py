"""`gate`, `approve` and `pack` as a person types them: exit codes, one JSON document, files."""

import json
from pathlib import Path

import pytest

from finewright.cli.main import main
from support.judged import healthy_run

DAY = ("--at", "2026-03-02")


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["finewright", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_from_a_gate_to_an_approval_to_a_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = str(healthy_run(tmp_path / "run").root)
    asked = ("gate", run, "--policy", "release", *DAY)
    assert typed(monkeypatch, *asked) == 0
    assert "Fail: It may not pass: 1 of 11 required checks fails (approvals)." in capsys.readouterr().out
    assert typed(monkeypatch, *asked, "--require", "pass") == 3
    assert "the gate says 'fail' and 'pass' was required" in capsys.readouterr().err
    assert typed(monkeypatch, "approve", run, "--as", "Tom Trainer", "--policy", "release", *DAY) == 2
    assert "who trained it may not approve it" in capsys.readouterr().err
    assert typed(monkeypatch, "approve", run, "--as", "Ann Lee", "--policy", "release", *DAY) == 0
    assert "approvals" in capsys.readouterr().out
    assert typed(monkeypatch, *asked, "--require", "pass", "--json") == 0
    assert json.loads(capsys.readouterr().out)["approved_by"] == ["Ann Lee"]
    assert typed(monkeypatch, "pack", run, "--out", str(tmp_path / "pack"), "--policy", "release", *DAY) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "pack" / "index.html")


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
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    words: tuple[str, ...],
    said: str,
) -> None:
    run = healthy_run(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    assert typed(monkeypatch, command[0], str(run.root), *command[1:], *words) == 2
    assert capsys.readouterr().err.startswith(said)
    assert not (run.audit / "gate.json").exists()
    assert not (run.audit / "approvals").exists()


def test_a_faulty_policy_is_told_with_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "ours.yaml"
    policy.write_text("name: ours\nchecks:\n  lifts: {}\n  age: {days: soon}\n")
    assert typed(monkeypatch, "gate", str(tmp_path), "--policy", str(policy)) == 2
    told = capsys.readouterr().err
    assert "ours.yaml:3" in told
    assert "ours.yaml:4" in told
    assert typed(monkeypatch, "gate", str(tmp_path), "--policy", "realease") == 2
    assert "did you mean release" in capsys.readouterr().err
