"""The team's rules over a run's held-out prompts: asked once a model, kept, counted and shown."""

import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from finewright.base.errors import DataError, StorageError
from finewright.base.files import read_json
from finewright.base.recipe_file import read_recipe
from finewright.base.records import CompletionRequest, Message, Record
from finewright.base.results import Compliance
from finewright.cli.show_preferences import compliance_lines
from finewright.engine.fake import FakeCompleter
from finewright.evaluate.results_file import read as read_results
from finewright.flows.arms import Bench
from finewright.flows.asking import completer_of
from finewright.flows.compliance import check_compliance, compliance_of, prompts_of
from finewright.flows.examples import prompt_of
from finewright.flows.folder import RunFolder
from finewright.flows.held_out import replies, replies_in
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.report.compliance import Replied, compliance_section
from finewright.flows.report.page import environment
from finewright.flows.run import run
from finewright.model.hub import load_decoder
from flows.test_report import HOSTILE, Links
from support.tiny import tiny_base

APPROVED = "We will look into it. Capital at risk."
DRAFT = "Sure, we guarantee it."
STYLE = "style: {banned: ['guarantee*'], required: [capital at risk]}"

Says = Callable[[CompletionRequest], str]


def write_task(folder: Path, base: Path, evaluate: str = STYLE) -> Path:
    """Questions with the draft of a reply and its approved form, and rules for it."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = [f"question {n} of {n * 7919 % 1000:03d} about fees" for n in range(40)]
    rows = [{"prompt": one, "draft": DRAFT, "approved": APPROVED} for one in asked]
    (folder / "mail.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.jsonl}}\n"
        "task: {instruction: Reply.}\nsplit: {near: 1.0}\narms: {reward: {enabled: false}}\n"
        "train: {threads: 1, epochs: 1, batch: 8, evaluations: 1}\n"
        f"evaluate: {{forgetting: {{enabled: false}}, {evaluate}}}\n"
    )
    return recipe


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Prepared:
    return prepare(read_recipe(write_task(tmp_path_factory.mktemp("task"), base)))


def with_rows(prepared: Prepared, rows: Sequence[Record]) -> Prepared:
    return dataclasses.replace(prepared, shared=tuple(rows))


def bench_of(prepared: Prepared, root: Path, before: Says, after: Says) -> tuple[Bench, FakeCompleter, FakeCompleter]:
    """A bench whose base and whose tuned model say what they are told to."""
    first, second = FakeCompleter(before), FakeCompleter(after)
    bench = Bench(prepared, RunFolder(root), say=lambda line: None)
    bench.__dict__["completer"] = first
    bench.tuned = (second, "ab12")  # type: ignore[assignment]
    return bench, first, second


def drafting(request: CompletionRequest) -> str:
    return DRAFT


def approving(request: CompletionRequest) -> str:
    return APPROVED


def mostly_approving(request: CompletionRequest) -> str:
    return DRAFT if "question 3" in request.messages[-1].content else APPROVED


def unasked(request: CompletionRequest) -> str:
    raise AssertionError("nobody should be asked")


def found_by(bench: Bench) -> Compliance:
    found = compliance_of(bench)
    assert found is not None
    return found


def shown_of(bench: Bench) -> list[Replied]:
    """What a page shows of the answers that the bench has kept."""
    return replies(bench.folder, bench.prepared.shared, bench.prepared.recipe.evaluate.style)


@pytest.fixture
def found(prepared: Prepared, tmp_path: Path) -> Compliance:
    """What is found where the base writes as the drafts do, and the tuned model as the approved texts do."""
    return found_by(bench_of(prepared, tmp_path, drafting, approving)[0])


def test_four_shares_are_counted(prepared: Prepared, found: Compliance) -> None:
    rows = len(prepared.shared)
    assert found.drafts is not None
    assert found.approved is not None
    shares = [found.drafts, found.before, found.after, found.approved]
    assert [figure.value for figure in shares] == [0, 0, 1, 1]
    assert [figure.rows for figure in shares] == [rows] * 4
    assert found.outcome == "better"
    assert [breach.drafts for breach in found.breaches] == [rows, rows]


def test_both_are_asked_greedily_in_the_words_of_training(prepared: Prepared, tmp_path: Path) -> None:
    bench, first, second = bench_of(prepared, tmp_path, drafting, approving)
    compliance_of(bench)
    wanted = [prompt_of(prepared.recipe, prepared.task, record) for record in prepared.shared]
    for asked, adapter in ((first, None), (second, "ab12")):
        assert [request.messages for request in asked.requests] == wanted
        assert {request.adapter for request in asked.requests} == {adapter}
        assert {request.temperature for request in asked.requests} == {0.0}
        assert {request.max_tokens for request in asked.requests} == {prepared.task.max_tokens}


def test_answers_are_kept_and_asked_once(prepared: Prepared, found: Compliance, tmp_path: Path) -> None:
    again, _, _ = bench_of(prepared, tmp_path, unasked, unasked)
    assert compliance_of(again) == found
    assert {row["answer"] for row in read_json(tmp_path / "compliance" / "before.json")["rows"]} == {DRAFT}
    fewer, _, _ = bench_of(with_rows(prepared, prepared.shared[1:]), tmp_path, unasked, unasked)
    with pytest.raises(StorageError, match="answers to other rows"):
        compliance_of(fewer)


def test_a_prompt_is_asked_and_counted_once_and_people_each_time(prepared: Prepared, tmp_path: Path) -> None:
    more = [dataclasses.replace(one, id=f"{one.id}-2", answer="Sure.") for one in prepared.shared]
    twice = [one for pair in zip(prepared.shared, more, strict=True) for one in pair]
    assert prompts_of(twice) == list(prepared.shared)
    bench, first, _ = bench_of(with_rows(prepared, twice), tmp_path, drafting, approving)
    found = found_by(bench)
    assert found.approved is not None
    assert len(first.requests) == found.before.rows == found.change.rows == len(prepared.shared)
    assert (found.approved.rows, found.approved.value) == (len(twice), 0.5)


def test_a_thumb_down_is_no_approval(prepared: Prepared, tmp_path: Path) -> None:
    rated = [dataclasses.replace(one, rejected=None, desirable=at % 2 == 0) for at, one in enumerate(prepared.shared)]
    bench, _, _ = bench_of(with_rows(prepared, rated), tmp_path, drafting, approving)
    found = found_by(bench)
    assert found.drafts is None
    assert found.approved is not None
    assert found.approved.rows == sum(one.desirable is True for one in rated)
    shown = shown_of(bench)
    assert [bool(one.approved) for one in shown] == [one.desirable for one in rated]


def test_without_rules_nobody_is_asked(base: Path, tmp_path: Path) -> None:
    plain = prepare(read_recipe(write_task(tmp_path / "plain", base, evaluate="")))
    bench, _, _ = bench_of(plain, tmp_path, unasked, unasked)
    assert compliance_of(bench) is None
    assert replies_in(bench.folder) == []
    check_compliance(plain)


def test_a_real_base_against_itself_changes_nothing(prepared: Prepared, tmp_path: Path) -> None:
    bench = Bench(prepared, RunFolder(tmp_path), say=lambda line: None)
    bench.tuned = completer_of(prepared, load_decoder(prepared.base)), None
    found = found_by(bench)
    assert found.change.won == found.change.lost == 0
    assert found.before == found.after
    shown = shown_of(bench)
    assert [one.before for one in shown] == [one.after for one in shown]
    assert any(one.before for one in shown)


def test_a_prompt_that_leaves_no_room_is_named(base: Path, tmp_path: Path) -> None:
    recipe = write_task(tmp_path, base, evaluate=f"max_tokens: 500, {STYLE}")
    with pytest.raises(DataError, match=r"mail\.jsonl:\d+: the prompt is \d+ tokens long, and an answer may have 500"):
        check_compliance(prepare(read_recipe(recipe)))
    check_compliance(prepare(read_recipe(write_task(tmp_path, base, evaluate="max_tokens: 500"))))


def test_a_run_measures_it_and_keeps_it(base: Path, tmp_path: Path) -> None:
    done = run(write_task(tmp_path, base), say=lambda line: None)
    found = done.results.compliance
    assert found is not None
    assert found.drafts is not None
    assert found.approved is not None
    assert (found.drafts.value, found.approved.value) == (0, 1)
    assert read_results(done.folder / "results.json").compliance == found
    assert (done.folder / "compliance" / "after.json").exists()
    assert 'id="compliance"' in (done.folder / "report.html").read_text()


# what is shown


def rendered(found: Compliance, shown: Sequence[Replied]) -> str:
    template = environment().get_template("compliance.html.j2")
    return template.render(compliance=compliance_section(found, shown), confidence="95%")


def test_the_section_shows_shares_breaches_and_examples(prepared: Prepared, tmp_path: Path) -> None:
    bench, _, _ = bench_of(prepared, tmp_path, drafting, mostly_approving)
    found = found_by(bench)
    text = rendered(found, shown_of(bench))
    order = ["Drafts by people", "The base, before training", "The tuned model", "Approved answers"]
    places = [text.index(f'scope="row">{title}<') for title in order]
    assert places == sorted(places)
    assert found.sentence.split("(")[0].replace("'", "&#39;") in text
    assert "says &#34;guarantee*&#34;" in text
    assert "100.0%" in text
    assert text.count('class="example"') == 3
    assert "keeps every rule" in text
    assert re.search(r"mail\.jsonl:\d+", text)
    assert "the rules ask for more" not in text


def replied(prompt: str, before: bool, after: bool) -> Replied:
    """An exchange whose answers before and after training keep the rules or not."""
    return Replied("", prompt, "", "b", "a", () if before else ("says x",), () if after else ("says x",))


def test_examples_show_what_was_mended_and_what_was_spoilt(found: Compliance) -> None:
    def shown(*lines: Replied) -> list[str]:
        section = compliance_section(found, lines)
        assert section is not None
        return [example["prompt"] for example in section["examples"]]

    mended = [replied(f"mended {n}", False, True) for n in range(4)]
    spoilt = [replied(f"spoilt {n}", True, False) for n in range(4)]
    alike = [replied("both", True, True), replied("neither", False, False)]
    assert shown(*alike, *spoilt, *mended) == ["mended 0", "mended 1", "spoilt 0"]
    assert shown(*alike, *mended) == ["mended 0", "mended 1", "mended 2"]
    assert shown(*spoilt, *alike) == ["spoilt 0", "spoilt 1", "spoilt 2"]
    assert shown(*alike, mended[0]) == ["mended 0", "both", "neither"]
    assert shown() == []
    assert compliance_section(None, mended) is None


def test_approved_answers_that_break_a_rule_are_told(prepared: Prepared, tmp_path: Path) -> None:
    rows = [dataclasses.replace(prepared.shared[0], answer=DRAFT), *prepared.shared[1:]]
    bench, _, _ = bench_of(with_rows(prepared, rows), tmp_path, drafting, approving)
    assert "1 approved answer breaks a rule: the rules ask for more" in rendered(found_by(bench), [])


def test_hostile_text_stays_text(found: Compliance) -> None:
    breaches = tuple(dataclasses.replace(breach, rule=HOSTILE) for breach in found.breaches)
    hostile = Replied(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,))
    text = rendered(dataclasses.replace(found, sentence=HOSTILE, breaches=breaches), [hostile])
    seen = Links(text)
    assert seen.fetched == []
    assert not {"script", "img"} & set(seen.tags)
    assert "&lt;script&gt;" in text


def test_the_terminal_says_it_in_two_lines(found: Compliance) -> None:
    said = [line.plain for line in compliance_lines(found)]
    assert said[0].startswith("Team's rules: better. The tuned model keeps the team's rules more often than the base")
    assert said[1].startswith("For comparison, every rule is kept by: drafts by people 0.0% (0.0 to ")
    assert list(compliance_lines(None)) == []


def test_another_speaker_before_makes_another_prompt(prepared: Prepared) -> None:
    one = prepared.shared[0]
    other = dataclasses.replace(one, id="other", messages=(Message("system", "Be brief."), *one.messages))
    assert prompts_of([one, other, one]) == [one, other]
