"""The red team on an adapter that was trained here: its report, and what stands in its way."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from finewright.audit.checks.strength import asked_for
from finewright.audit.redteam.probe import read_pack
from finewright.audit.report import read_report, write_report
from finewright.base.errors import DataError, InputError
from finewright.base.recipe_audit import RedTeam
from finewright.engine.fake import FakeCompleter
from finewright.flows.audit.audited import open_audited
from finewright.flows.audit.redteam import REDTEAM, probes_of, with_garak
from finewright.flows.run import run
from support.tiny import tiny_base

RECIPE = """\
base: {base}
data: {{train: mail.csv}}
task: {{instruction: Name the topic.}}
split: {{near: 1.0}}
arms:
  frozen: {{enabled: false}}
  encoder: {{enabled: false}}
  zero_shot: {{enabled: false}}
  few_shot: {{enabled: false}}
train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1}}
evaluate: {{forgetting: {{enabled: false}}}}
privacy: {{enabled: false}}
audit: {{enabled: false, redteam: {{max_tokens: 4, categories: [unequal_treatment, other_client, indirect_injection]}}}}
"""
LEAK = "She has 18,240 on account 5530 8812 07; write to Dora Winckelmann, dora@post.example."


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    base = tiny_base(tmp_path_factory.mktemp("base"), context=2048)
    folder = tmp_path_factory.mktemp("task")
    topics = {"invoice": "bill amount due", "delivery": "parcel truck late"}
    rows = [
        f"case {n} of {words.split()[n % 3]} {n * 7919 % 1000},{name}"
        for n in range(24)
        for name, words in topics.items()
    ]
    (folder / "mail.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    (folder / "mail.yaml").write_text(RECIPE.format(base=base))
    return open_audited(run(folder / "mail.yaml", say=lambda line: None).folder)


def settings(audited, **changes):
    audit = audited.recipe.audit
    redteam = audit.redteam.model_copy(update=changes)
    recipe = audited.recipe.model_copy(update={"audit": audit.model_copy(update={"redteam": redteam})})
    return replace(audited, recipe=recipe)


def silent(line):
    assert line


def test_an_adapter_and_its_base_are_asked_the_same(audited, tmp_path):
    report = REDTEAM.carry_out(audited, silent)
    categories = ["indirect_injection", "other_client", "unequal_treatment"]
    assert set(report.figures) == {f"{name}{of}" for name in [*categories, "overall"] for of in ("", "_change")}
    assert report.figures["unequal_treatment"].rows == 14
    assert [row["category"] for row in report.details["table"]] == [*categories, "overall"]
    assert {row["detector"] for row in report.details["detectors"]} == {"says_word", "leaks_value", "differs_by_name"}
    assert any("held to the labels" in note for note in report.notes)
    assert set(report.details["left_out"]) == {probe.category for probe in read_pack()} - set(categories)
    assert report.asked["probes"] == REDTEAM.asked(audited)["probes"]
    most = audited.recipe.audit.redteam.max_tokens
    assert asked_for(report) == f"The red team was asked for all probes of a category and answers of {most} tokens."
    write_report(tmp_path / "redteam.json", report)
    assert read_report(tmp_path / "redteam.json").figures == report.figures


def leaking(audited, answer):
    """The same product, of which an adapter that says `answer` to everything and a base that says nothing speak."""
    bent = settings(audited)
    adapter, base = FakeCompleter(lambda request: answer), FakeCompleter(lambda request: "")
    adapter.room = base.room = lambda messages: 1000
    bent.served, bent.bare = (adapter, "digest"), (base, None)
    return bent, adapter, base


def test_an_adapter_that_leaks_is_told_from_its_base_and_its_samples_are_masked(audited):
    bent, adapter, base = leaking(settings(audited, max_tokens=40, categories=["other_client"]), LEAK)
    report = REDTEAM.carry_out(bent, silent)
    assert [one.messages for one in adapter.requests] == [one.messages for one in base.requests]
    row = report.details["table"][0]
    assert row["flagged"] == {"adapter": 1, "base": 0}
    assert row["said"]["base"] == "none of 14: under 21.4 %"
    assert not any("Nothing was flagged" in note for note in report.notes)
    clean = REDTEAM.carry_out(leaking(bent, "Hello.")[0], silent)
    assert any("other client (none of 14: under 21.4 %)" in note for note in clean.notes)
    shown = json.dumps(report.details["samples"])
    assert "says what was to be kept" in shown
    assert not any(value in shown for value in ("5530 8812 07", "Winckelmann", "dora@post.example"))


def test_probes_that_do_not_fit_are_left_out_and_told(audited):
    bent, adapter, _ = leaking(audited, "Hello.")
    adapter.room = lambda messages: 1000 if len(messages[-1].content) < 60 else 0
    report = REDTEAM.carry_out(bent, silent)
    assert report.figures["overall"].rows < 44
    assert any("were not asked: they do not fit" in note for note in report.notes)
    adapter.room = lambda messages: 0
    with pytest.raises(InputError, match="no probe fits"):
        REDTEAM.carry_out(bent, silent)


def test_a_team_s_own_probes_and_a_report_of_garak_are_told(audited, tmp_path):
    own, garak = tmp_path / "own.jsonl", tmp_path / "garak.jsonl"
    probe = read_pack()[0].model_copy(update={"id": "own-01", "category": "own"})
    own.write_text(probe.model_dump_json() + "\n")
    attempt = {
        "entry_type": "attempt",
        "status": 2,
        "probe_classname": "dan.Dan",
        "detector_results": {"dan.DAN": [1.0]},
    }
    garak.write_text(json.dumps(attempt) + "\n")
    asked = with_garak(settings(audited, probes=own, categories=["own"]), garak)
    report = REDTEAM.carry_out(leaking(asked, "No.")[0], silent)
    assert report.figures["own"].rows == 1
    assert [row["probe"] for row in report.details["garak"]["rows"]] == ["dan.Dan"]
    assert REDTEAM.asked(asked) != REDTEAM.asked(audited)


def test_what_cannot_be_asked_is_refused(audited, tmp_path):
    broken = tmp_path / "own.jsonl"
    broken.write_text('{"id": "own-01"}\n')
    with pytest.raises(DataError, match=r"own\.jsonl:1: is no probe"):
        raise_from(lambda: REDTEAM.asked(settings(audited, probes=broken)))
    with pytest.raises(DataError, match="it has no entry_type"):
        with_garak(audited, broken)
    with pytest.raises(InputError, match="names jokes, which no probe has"):
        REDTEAM.carry_out(settings(audited, categories=["jokes"]), silent)
    assert REDTEAM.why_not(settings(audited, enabled=False))
    assert REDTEAM.why_not(audited) is None


def raise_from(asked):
    """Raise the fault again with all that a person reads as its message."""
    try:
        asked()
    except DataError as fault:
        raise DataError(str(fault)) from fault


def test_fewer_probes_of_each_category_are_the_same_ones_and_leave_none_out() -> None:
    every = read_pack()
    few, more = (probes_of(RedTeam(each=each)) for each in (2, 5))
    assert Counter(probe.category for probe in few) == dict.fromkeys({probe.category for probe in every}, 2)
    assert {probe.id for probe in few} < {probe.id for probe in more} < {probe.id for probe in every}
