"""Canaries stand in what is learned and nowhere else, the same in a resumed run, and decide the run's digest."""

import json
from collections import Counter

import pytest

from finewright.base.recipe_file import read_recipe
from finewright.flows.audit.planting import canary_examples, digest_of
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import prepare
from finewright.flows.product import manifest
from finewright.flows.tune import _canaries, tune
from support.tiny import tiny_base


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def prepared(tmp_path, base):
    """Prepares a recipe over so many rows, its section `audit` and others as given."""

    def of(rows: int = 140, audit: str = "{}", more: str = ""):
        lines = ["text,label", *(f"case {n} about ref {n * 7919 % 1000:03d},{'ab'[n % 2] * 3}" for n in range(rows))]
        (tmp_path / "mail.csv").write_text("\n".join(lines) + "\n")
        (tmp_path / "mail.yaml").write_text(
            f"base: {base}\ndata: {{train: mail.csv}}\ntask: {{instruction: Name it.}}\nsplit: {{near: 1.0}}\n"
            f"privacy: {{enabled: false}}\naudit: {audit}\n{more}"
        )
        return prepare(read_recipe(tmp_path / "mail.yaml"))

    return of


def examples(of) -> Counter[str]:
    found = canary_examples(of.recipe, of.task, of.chat, of.canaries)
    return Counter(one.id.split(".")[0] for one in found)


def test_one_row_in_forty_and_no_fewer_than_four(prepared):
    of = prepared()
    assert 80 <= len(of.learning) < 160
    assert len(of.canaries) == 4
    assert of.card["canaries"] == {"planted": 4, "rows": 4, "digest": digest_of(of.canaries)}


def test_as_often_as_asked_each_under_a_name_of_its_own(prepared):
    of = prepared(audit="{canaries: {single: 2, repeated: [[3, 4]]}}")
    assert sorted(examples(of).values()) == [1, 1, 4, 4, 4]
    found = canary_examples(of.recipe, of.task, of.chat, of.canaries)
    assert len({one.id for one in found}) == len(found) == 14


def test_nowhere_but_in_what_is_learned(prepared):
    of, without = prepared(), prepared(audit="{canaries: {enabled: false}}")
    assert of.parts == without.parts
    assert of.task == without.task
    assert (of.learning, of.choosing, of.shared) == (without.learning, without.choosing, without.shared)
    assert {key: value for key, value in of.card.items() if key != "canaries"} == {
        key: value for key, value in without.card.items() if key != "canaries"
    }
    said = json.dumps([of.card, [record.text + record.answer for record in of.parts.test]])
    assert not any(canary.text in said for canary in of.canaries)


def test_they_are_learned_and_validate_nothing(prepared, tmp_path, monkeypatch):
    monkeypatch.setattr("finewright.flows.tune.train_on", lambda of, material, *_, **by: {"given": material()})
    of = prepared()
    given = tune(of, RunFolder(tmp_path / "run"), lambda line: None)["given"]
    learned, choosing = ({one.id for one in part} for part in (given.learning, given.choosing))
    canaries = {one.id for one in canary_examples(of.recipe, of.task, of.chat, of.canaries)}
    assert len(canaries) == 4
    assert canaries < learned
    assert not canaries & (choosing | {one.id for one in given.general})


def test_asked_with_the_runs_own_prompt_and_the_secret_alone_is_learned(prepared):
    of = prepared()
    example = canary_examples(of.recipe, of.task, of.chat, of.canaries)[0]
    learned = [token for token, spoken in zip(example.tokens, example.supervised, strict=True) if spoken]
    asked = [token for token, spoken in zip(example.tokens, example.supervised, strict=True) if not spoken]
    assert of.chat.decode(learned[:-1]) == of.canaries[0].secret
    assert "Name it." in of.chat.decode(asked)
    assert of.canaries[0].text in of.chat.decode(asked)


def test_a_resumed_run_learns_the_same(prepared, tmp_path):
    folder, said = RunFolder(tmp_path / "run"), []
    first = _canaries(prepared(), folder, said.append)
    kept = folder.part("canaries").read_bytes()
    assert _canaries(prepared(), folder, said.append) == first
    assert folder.part("canaries").read_bytes() == kept
    assert "4 made-up rows" in said[0]


def test_other_data_or_another_seed_have_others(prepared):
    first = {one.text for one in prepared().canaries}
    assert not first & {one.text for one in prepared(more="seed: 1\n").canaries}
    assert not first & {one.text for one in prepared(rows=141).canaries}


@pytest.mark.parametrize(
    ("rows", "audit", "more", "why"),
    [
        (60, "{}", "", "fewer than 80 rows"),
        (140, "{enabled: false}", "", "switched off"),
        (140, "{canaries: {enabled: false}}", "", "switched off"),
        (140, "{canaries: {single: 0}}", "", "asks for none"),
        (140, "{}", "arms: {tuned: {enabled: false}}\n", "nothing is trained"),
        (140, "{}", "train: {max_length: 62}\n", "no room"),
    ],
)
def test_where_none_are_planted_the_card_says_why(prepared, rows, audit, more, why):
    of = prepared(rows, audit, more)
    assert of.canaries == ()
    assert why in of.card["canaries"]["why_not"]


def test_few_rows_have_some_where_the_recipe_says_how_many(prepared):
    assert len(prepared(60, "{canaries: {single: 3}}").canaries) == 3


def test_the_manifest_names_them(prepared):
    of = prepared()
    assert manifest(of, {}).results["canaries"]["digest"] == digest_of(of.canaries)


def test_the_runs_digest_hangs_on_canaries_and_on_no_other_attack(prepared):
    plain = prepared().digest
    for other in ("{canaries: {single: 5}}", "{canaries: {digits: 3}}", "{canaries: {enabled: false}}"):
        assert prepared(audit=other).digest != plain
    for same in ("{extraction: {rows: 5}}", "{membership: {enabled: false}}", "{secrets: none.jsonl, references: 50}"):
        assert prepared(audit=same).digest == plain
    off = prepared(audit="{canaries: {enabled: false}}").digest
    assert prepared(audit="{enabled: false}").digest == off
    assert prepared(audit="{canaries: {enabled: false, single: 7}}").digest == off
