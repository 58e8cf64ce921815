"""A tiny model that learned a few rows by heart: membership tells so, and its answers are searched."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from finewright.audit.checks.strength import asked_for
from finewright.audit.membership.blind import SPREAD, blind_scores
from finewright.audit.membership.findings import area
from finewright.base.errors import InputError
from finewright.base.files import digest_json
from finewright.base.order import rank
from finewright.flows.audit.audited import Audited, open_audited
from finewright.flows.audit.membership import MEMBERSHIP, _drawn
from finewright.flows.audit.outputs import OUTPUTS
from finewright.flows.run import run
from support.tiny import tiny_base

RECIPE = """\
base: {base}
data: {{train: codes.csv, columns: {{input: text, answer: answer}}}}
task: {{kind: text, instruction: Say the code.}}
split: {{near: 1.0, test: 0.2, validation: 0.1}}
arms: {{zero_shot: {{enabled: false}}, few_shot: {{enabled: false}}, retrieved: {{enabled: false}}}}
evaluate: {{test_rows: 4, validation_rows: 2, max_tokens: 3, forgetting: {{enabled: false}}}}
train: {{method: full, rows: 16, epochs: 30, batch: 8, threads: 1, evaluations: 1, learning_rate: 0.01}}
privacy: {{own: [{{name: locker, pattern: "LK-[0-9]{{4}}"}}]}}
audit: {{canaries: {{enabled: false}}}}
"""


def silent(line: str) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    rows = [f"code of item {rank(1, 'item', n) % 10_000},{rank(1, 'code', n) % 10_000}" for n in range(120)]
    (folder / "codes.csv").write_text("\n".join(["text,answer", *rows]) + "\n")
    base = tiny_base(folder / "base", hidden=48)
    (folder / "codes.yaml").write_text(RECIPE.format(base=base))
    return run(folder / "codes.yaml", say=silent).folder


@pytest.fixture
def audited(trained: Path, tmp_path: Path) -> Audited:
    """A copy of the run, to be damaged."""
    return open_audited(shutil.copytree(trained, tmp_path / trained.name))


def answer_with(audited: Audited, *answers: str) -> None:
    """Put other answers to the first test rows in the place of the model's."""
    path = audited.folder.answers("tuned", "test")
    stored = json.loads(path.read_text())
    for row, answer in zip(stored["rows"], answers, strict=False):
        row["answer"] = answer
    path.write_text(json.dumps(stored | {"digest": digest_json(stored["rows"])}))


def test_what_was_learned_by_heart_is_told_from_what_was_spared(audited: Audited) -> None:
    report = MEMBERSHIP.carry_out(audited, silent)
    details = report.details
    assert MEMBERSHIP.why_not(audited) is None
    assert (details["members"], details["hold_outs"]) == (16, len(audited.spared))
    assert details["hold_outs_are"] == "training rows that were drawn not to be learned"
    assert report.figures["auc"].low > 0.65
    assert report.figures["auc"].value == next(
        row["auc"]["value"] for row in details["attacks"] if row["attack"] == details["auc_attack"]
    )
    assert report.figures["blind_auc"].low <= 0.5
    assert report.asked == audited.asked(MEMBERSHIP.asked(audited))
    assert asked_for(report) == "Membership was asked for 500 rows of either side."
    assert {"loss", "difference", "ratio", "zlib", "min_k", "error_zone", "text"} == {
        row["attack"] for row in details["attacks"]
    }


def test_too_few_hold_outs_are_refused(audited: Audited) -> None:
    for part in ("test", "validation"):
        audited.folder.part(part).write_text("")
    learned = json.loads(audited.folder.learned.read_text())
    audited.folder.learned.write_text(json.dumps([*learned, *(row.id for row in audited.spared)]))
    with pytest.raises(InputError, match=r"there are 0 rows that were held out, too few .*; train with"):
        MEMBERSHIP.asked(open_audited(audited.folder.root))


def test_rows_that_are_gone_are_named(audited: Audited) -> None:
    audited.folder.part("train").unlink()
    with pytest.raises(InputError, match=r"train\.jsonl: the train rows of the run are gone"):
        MEMBERSHIP.asked(audited)


def test_identifiers_that_nobody_asked_for_are_found(audited: Audited) -> None:
    learned = audited.members[0].answer
    answer_with(audited, "Ask anna.weber@example.org", f"LK-{learned:0>4}", audited.held_out[2].text, "none")
    report = OUTPUTS.carry_out(audited, silent)
    assert report.figures["identifiers"].value == 0.5
    assert report.figures["identifiers"].low > 0
    assert {row["kind"] for row in report.details["kinds"]} == {"email", "own:locker"}
    assert "anna.weber" not in str(report.details)


def test_an_identifier_of_a_learned_row_is_worse(audited: Audited) -> None:
    path = audited.folder.part("train")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    row = next(row for row in rows if row["id"] == audited.members[0].id)
    row["answer"] = "Anna Weber, anna.weber@example.org"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer_with(audited, "anna.weber@example.org", "eva.moser@example.org")
    report = OUTPUTS.carry_out(open_audited(audited.folder.root), silent)
    assert report.figures["identifiers"].value == 0.5
    assert report.figures["from_training"].value == 0.25


def test_answers_that_were_edited_are_refused(audited: Audited) -> None:
    path = audited.folder.answers("tuned", "test")
    path.write_text(path.read_text().replace('"answer": "', '"answer": "x', 1))
    with pytest.raises(InputError, match="changed after it was written"):
        OUTPUTS.asked(audited)
    path.unlink()
    with pytest.raises(InputError, match="is gone"):
        OUTPUTS.asked(audited)


def test_members_and_hold_outs_have_no_row_in_common(audited: Audited) -> None:
    learned, spared, held_out, choosing = (
        {row.id for row in part} for part in (audited.members, audited.spared, audited.held_out, audited.choosing)
    )
    assert learned == set(json.loads(audited.folder.learned.read_text()))
    assert len(learned | spared | held_out | choosing) == sum(map(len, (learned, spared, held_out, choosing))) == 120
    for one in (audited, fewer_spared(audited, 0)):
        drawn = _drawn(one)
        assert {row.id for row in drawn.members} == learned
        assert not learned & {row.id for row in drawn.hold_outs}


def fewer_spared(audited: Audited, count: int) -> Audited:
    """The same product, with so many rows left unlearned."""
    found = open_audited(audited.folder.root)
    found.spared = audited.spared[:count]
    return found


def test_hold_outs_that_chose_the_product_come_last(audited: Audited) -> None:
    one = fewer_spared(audited, 0)
    assert set(_drawn(one).hold_outs) == {*audited.held_out, *audited.choosing}
    many = tuple(replace(audited.held_out[0], id=f"{n:016x}") for n in range(100))
    one.held_out = many
    assert set(_drawn(one).hold_outs) == set(many)
    one.spared = tuple(replace(row, id=f"{n + 500:016x}") for n, row in enumerate(many))
    assert set(_drawn(one).hold_outs) == set(one.spared)


def test_the_base_is_another_reader_than_the_product_and_the_blind_interval_is_widened(audited: Audited) -> None:
    report, drawn = MEMBERSHIP.carry_out(audited, silent), _drawn(audited)
    area_of = {row["attack"]: row["auc"] for row in report.details["attacks"]}
    assert area_of["difference"]["low"] > 0.5
    texts = [[f"{row.text}\n{row.answer}" for row in part] for part in (drawn.members, drawn.hold_outs)]
    assert report.figures["blind_auc"] == area(blind_scores(*texts), len(texts[0]), 0.95, spread=SPREAD)
