"""Distilling a prompt in a run: what the teacher is asked, what is learned of it, faults, and costs by hand."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from finewright.base.break_even import BreakEven, break_even
from finewright.base.distillation import Distillation
from finewright.base.errors import BaseError, InputError, Interrupted
from finewright.base.files import digest_json
from finewright.base.recipe_file import read_recipe
from finewright.base.records import CompletionRequest
from finewright.base.results import ArmResult, Figure, Measured
from finewright.engine.fake import FakeCompleter
from finewright.engine.local import LocalCompleter
from finewright.evaluate.prompt import choose_shots
from finewright.evaluate.results_file import read as read_results
from finewright.flows import distil
from finewright.flows.arms import Bench, arms_of
from finewright.flows.break_even import distillation_of
from finewright.flows.distil import distilled, states_folder, taught
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.report.distil import distil_section
from finewright.flows.report.page import environment
from finewright.flows.run import run
from finewright.flows.teacher import Told, arm_alike, check_teacher, teacher_of, told
from finewright.flows.tune import train_on
from flows.test_run import write_task
from support.tiny import tiny_base

TOKENS = ", micro_tokens: 64, objective: distil, distil: {}"
ANSWERS = ", micro_tokens: 64, objective: distil, distil: {match: answers}"


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def task(folder: Path, base: Path, train: str = TOKENS, edit: Callable[[str], str] = lambda text: text) -> Prepared:
    """The labelled task, distilled as said."""
    recipe = write_task(folder, base, train)
    recipe.write_text(edit(recipe.read_text()))
    return prepare(read_recipe(recipe))


def conversations(folder: Path, base: Path, train: str = ANSWERS) -> Prepared:
    """Free answers behind two turns, the first of which a row asks to be learned."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        [
            {"role": "user", "content": f"case {n} of {n * n}"},
            {"role": "assistant", "content": "which one", "weight": 1},
            {"role": "user", "content": f"number {n * 7919 % 1000}"},
            {"role": "assistant", "content": f"it is {n} and {n + 1}"},
        ]
        for n in range(30)
    ]
    (folder / "talk.jsonl").write_text("\n".join(json.dumps({"messages": one}) for one in rows) + "\n")
    recipe = folder / "talk.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: talk.jsonl}}\ntask: {{kind: text}}\nsplit: {{near: 1.0}}\n"
        "evaluate: {max_tokens: 6}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1{train}}}\n"
    )
    return prepare(read_recipe(recipe))


def learned(prepared: Prepared, folder: RunFolder, say: Callable[[str], None] = quiet) -> dict[str, Any]:
    """The training alone, as a run has it."""
    return train_on(
        prepared,
        lambda: taught(prepared, folder, say),
        folder,
        say,
        check=lambda model, product: None,
        teach=distilled(prepared, folder, say),
    )


def asked_of(prepared: Prepared, folder: RunFolder, answers: Callable[[CompletionRequest], str]) -> tuple[Told, Told]:
    return told(prepared, teacher_of(prepared), folder, lambda: FakeCompleter(answers))


# what is asked, and what is learned of it


def test_the_students_prompt_is_short_and_its_answers_are_the_teachers_and_not_the_rows(
    tmp_path: Path, base: Path
) -> None:
    prepared, folder = task(tmp_path, base), RunFolder(tmp_path / "run")
    given = taught(prepared, folder, quiet)
    said = {row["record"]: row["answer"] for row in stored(folder, "teacher", "training")["rows"]}
    wanted = {row.id: row.answer for row in prepared.learning}
    assert said.keys() == wanted.keys()
    assert said != wanted
    for example in given.learning:
        place = example.supervised.index(True)
        prompt, answer = (prepared.chat.decode(part) for part in (example.tokens[:place], example.tokens[place:]))
        assert answer == f"{said[example.id]}<|im_end|>"
        assert "Name the topic." in prompt
        assert "Choose exactly one of" not in prompt
    lessons = told(prepared, teacher_of(prepared), folder, never)[0].lessons
    for lesson in lessons:
        prompt = prepared.chat.decode(lesson.asked.tokens)
        assert "Choose exactly one of: delivery, invoice, password" in prompt
        assert lesson.asked.tokens[-lesson.asked.targets :] == lesson.student.tokens[-lesson.student.targets :]
        assert lesson.asked.tokens[-1] == prepared.chat.terminator


def never() -> LocalCompleter:
    raise AssertionError("the teacher was asked")


def stored(folder: RunFolder, arm: str, rows: str) -> Any:
    return json.loads(folder.answers(arm, rows).read_text())


def test_the_rows_own_answers_change_no_weight(tmp_path: Path, base: Path) -> None:
    prepared = task(tmp_path, base)
    other = replace(prepared, learning=tuple(replace(row, answer="password") for row in prepared.learning))
    said: list[list[str]] = [[], []]
    found = [
        learned(one, RunFolder(tmp_path / name), lines.append)["adapter"]
        for one, name, lines in ((prepared, "a", said[0]), (other, "b", said[1]))
    ]
    assert found[0] == found[1]
    right = [next(line for line in lines if line.startswith("The teacher is right on")) for lines in said]
    assert right[0] != right[1]


def test_what_the_teacher_said_is_read_where_it_is_there(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, folder = task(tmp_path, base), RunFolder(tmp_path / "run")
    first = taught(prepared, folder, quiet)
    monkeypatch.setattr(distil, "load_decoder", never)
    assert taught(prepared, folder, quiet) == first


def test_an_arm_that_is_asked_as_the_teacher_is_has_answered_for_it(tmp_path: Path, base: Path) -> None:
    prepared, folder = task(tmp_path, base), RunFolder(tmp_path / "run")
    asked_of(prepared, folder, lambda request: "invoice")
    assert folder.answers("zero_shot", "validation").exists()
    other = task(tmp_path / "other", base, TOKENS.replace("{}", "{prompt: 'Sort this: {choices}'}"))
    there = RunFolder(tmp_path / "there")
    asked_of(other, there, lambda request: "invoice")
    assert there.answers("teacher", "validation").exists()


@pytest.mark.parametrize(
    ("distil", "arm"),
    [
        ("{}", "zero_shot"),
        ("{prompt: 'Sort this: {choices}'}", None),
        ("{examples: 2}", "few_shot"),
        ("{examples: 3}", None),
    ],
)
def test_the_arm_that_is_asked_as_the_teacher_is(tmp_path: Path, base: Path, distil: str, arm: str | None) -> None:
    prepared = task(tmp_path, base, TOKENS.replace("{}", distil))  # the few-shot arm shows two examples
    assert arm_alike(prepared, teacher_of(prepared)) == arm


def test_examples_shown_to_the_teacher_are_not_asked(tmp_path: Path, base: Path) -> None:
    prepared, folder = task(tmp_path, base, TOKENS.replace("{}", "{examples: 3}")), RunFolder(tmp_path / "run")
    shown = choose_shots(prepared.parts.train, prepared.task, 3, prepared.recipe.seed)
    fake = FakeCompleter(lambda request: "invoice")
    told(prepared, teacher_of(prepared), folder, lambda: fake)
    asked = [request.messages[-1].content for request in fake.requests]
    assert len(asked) == len(prepared.learning) - 3 + len(prepared.choosing)
    assert not {shot.text for shot in shown} & set(asked)
    assert all(shot.text in {message.content for message in fake.requests[0].messages} for shot in shown)


def test_empty_cut_and_too_long_answers_are_counted_and_left_out(tmp_path: Path, base: Path) -> None:
    prepared, folder = conversations(tmp_path, base), RunFolder(tmp_path / "run")
    kinds = {0: "  ", 1: "one two three four five six seven", 2: "wörter " * 5 + "x" * 2000, 3: "fine"}

    def answer(request: CompletionRequest) -> str:
        return kinds[int(request.messages[-1].content.removeprefix("number ")) % 4]

    learning, _ = asked_of(prepared, folder, answer)
    counts = [sum(int(row.text.rsplit(" ", 1)[1]) % 4 == kind for row in prepared.learning) for kind in kinds]
    assert min(counts) > 0
    assert [learning.empty, learning.cut, learning.long, len(learning.lessons)] == counts
    assert {lesson.record.text.rsplit(" ", 1)[1] for lesson in learning.lessons} == {
        row.text.rsplit(" ", 1)[1] for row in prepared.learning if int(row.text.rsplit(" ", 1)[1]) % 4 == 3
    }


def test_turns_of_the_past_are_read_and_not_learned(tmp_path: Path, base: Path) -> None:
    prepared, folder = conversations(tmp_path, base), RunFolder(tmp_path / "run")
    learning, _ = asked_of(prepared, folder, lambda request: "an answer")
    for lesson in learning.lessons:
        for example in (lesson.asked, lesson.student):
            assert prepared.chat.decode(example.tokens[-example.targets :]) == "an answer<|im_end|>"
            assert example.supervised[-example.targets :] == (True,) * example.targets
            assert "which one" in prepared.chat.decode(example.tokens)


def test_a_teacher_that_never_ends_is_told(tmp_path: Path, base: Path) -> None:
    prepared = conversations(tmp_path, base)  # a random base writes on
    with pytest.raises(InputError, match="none of the teacher's answers to the training rows can be learned from"):
        learned(prepared, RunFolder(tmp_path / "run"))


# faults, before anything is written


def test_a_teacher_that_can_teach_is_not_complained_of(tmp_path: Path, base: Path) -> None:
    check_teacher(task(tmp_path, base))
    check_teacher(task(tmp_path, base, TOKENS.replace("{}", f"{{teacher: {base}}}")))  # the run's own, by its name


@pytest.mark.parametrize(
    ("distil", "said"),
    [
        ("{prompt: 'Use {choises}'}", r"train\.distil\.prompt names \{choises\}.*write \{choices\}"),
        ("{prompt: '{instruction}'}", "the student's own, so there is nothing to learn"),
        ("{prompt: '%s'}" % ("word " * 200), r"mail\.csv:\d+: behind the teacher's prompt the row is \d+ tokens"),
        ("{examples: 30}", "show fewer `train.distil.examples`"),
        ("{teacher: nowhere}", "there is no base `nowhere`"),
    ],
)
def test_what_cannot_teach_is_told(tmp_path: Path, base: Path, distil: str, said: str) -> None:
    prepared = task(tmp_path, base, TOKENS.replace("{}", distil))
    with pytest.raises(InputError, match=said):
        check_teacher(prepared)


def test_tokens_of_another_base_cannot_be_matched_its_answers_can(tmp_path: Path, base: Path) -> None:
    other = tiny_base(tmp_path / "other", seed=1)
    prepared = task(tmp_path / "a", base, TOKENS.replace("{}", f"{{teacher: {other}}}"))
    with pytest.raises(InputError, match=r"is another base than .*; set `train\.distil\.match: answers`"):
        check_teacher(prepared)
    prepared = task(tmp_path / "b", base, TOKENS.replace("{}", f"{{teacher: {other}, match: answers}}"))
    check_teacher(prepared)
    folder = RunFolder(tmp_path / "run")
    assert learned(prepared, folder)["steps"] > 0
    assert not states_folder(folder).exists()
    with pytest.raises(BaseError):
        check_teacher(task(tmp_path / "c", base, TOKENS.replace("{}", "{teacher: minilm-l6, match: answers}")))


# training


@pytest.mark.parametrize("train", [TOKENS, TOKENS + ", method: full", ANSWERS])
def test_stopped_and_resumed_it_ends_in_the_same_bits(
    tmp_path: Path, base: Path, train: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = task(tmp_path, base, train + ", learning_rate: 2e-3")
    whole = learned(prepared, RunFolder(tmp_path / "whole"))
    stopped, asked = RunFolder(tmp_path / "stopped"), iter([False, False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            learned(prepared, stopped)
    again = learned(prepared, stopped)
    assert list(again["resumed_at"]) == [2]
    assert again["adapter"] == whole["adapter"]


def test_other_answers_are_another_training(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, folder, asked = task(tmp_path, base), RunFolder(tmp_path / "run"), iter([False, False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            learned(prepared, folder)
    path = folder.answers("teacher", "training")
    answers = json.loads(path.read_text())
    for row in answers["rows"]:
        row["answer"] = "invoice" if row["answer"] == "password" else "password"
    path.write_text(json.dumps(answers | {"digest": digest_json(answers["rows"])}))
    with pytest.raises(InputError):
        learned(prepared, folder)


def test_the_student_comes_nearer_to_the_teacher_on_rows_not_learned(tmp_path: Path, base: Path) -> None:
    train = TOKENS.replace("64", "1024") + ", learning_rate: 1e-2"
    prepared = task(tmp_path, base, train, lambda text: text.replace("epochs: 1", "epochs: 6"))
    outcome = learned(prepared, RunFolder(tmp_path / "run"))
    assert outcome["best_loss"] < 0.5 * outcome["base_loss"]


def test_a_run_is_an_ordinary_one_with_what_distilling_came_to(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, TOKENS)
    recipe.write_text(recipe.read_text() + "evaluate: {forgetting: {enabled: false}}\n")
    said: list[str] = []
    done = run(recipe, say=said.append)
    found = read_results(done.folder / "results.json").distillation
    assert found == done.results.distillation
    assert found is not None
    assert found.tokens.after < found.tokens.before
    assert found.compared == 15
    assert "A long prompt in the weights" in (done.folder / "report.html").read_text()
    assert sum("The teacher" in line and "answers training and validation rows" in line for line in said) == 1
    assert not (done.folder / "checkpoints").exists()
    assert {arm.name for arm in done.results.arms if arm.test} == {
        "majority",
        "tfidf",
        "zero_shot",
        "few_shot",
        "tuned",
    }


def test_a_run_that_cannot_teach_leaves_nothing(tmp_path: Path, base: Path) -> None:
    recipe = write_task(tmp_path, base, TOKENS.replace("{}", "{prompt: '{instruction}'}"))
    with pytest.raises(InputError, match="nothing to learn from it"):
        run(recipe, say=quiet)
    assert not (tmp_path / "runs").exists()


# costs


@pytest.mark.parametrize(
    ("costs", "calls"),
    [
        ((100, 300, 50, 10), 10),
        ((100, 301, 50, 10), 11),
        ((0.5, 0, 0.3, 0.1), 3),
        ((1, 1, 5, 5), None),
        ((1, 1, 5, 6), None),
    ],
)
def test_calls_to_break_even_by_hand(costs: tuple[float, float, float, float], calls: int | None) -> None:
    assert break_even(*costs) == BreakEven(*costs, calls)


def answered_by(prepared: Prepared, folder: RunFolder, base: Path) -> list[ArmResult]:
    """The test answers of the arm that is asked as the teacher is and of a student, as a run keeps them."""
    bench = Bench(prepared, folder, quiet)
    bench.serve(folder.product(prepared.recipe.train.method))
    results = []
    for arm in arms_of(prepared):
        if arm.name not in ("zero_shot", "tuned"):
            continue
        rows = [asdict(one) for one in arm.fit(bench)(prepared.shared)]
        folder.answers(arm.name, "test").parent.mkdir(parents=True, exist_ok=True)
        folder.answers(arm.name, "test").write_text(json.dumps({"seconds": 1.5, "rows": rows}))
        figure = {"accuracy": Figure(0.5, 0, 1, len(rows))}
        measured = Measured(len(rows), figure, {}, 1.5, 0.0, 0.0)
        results.append(ArmResult(arm.name, arm.title, arm.trained, test=measured))
    return results


def test_costs_and_agreement_of_a_run_by_hand(tmp_path: Path, base: Path) -> None:
    prepared, folder = task(tmp_path, base), RunFolder(tmp_path / "run")
    outcome = learned(prepared, folder)
    arms = answered_by(prepared, folder, base)
    found = distillation_of(prepared, folder, outcome, arms)

    training, validation = stored(folder, "teacher", "training"), stored(folder, "zero_shot", "validation")
    read = json.loads((folder.root / "arms" / "teacher" / "reading.json").read_text())
    every = [*training["rows"], *validation["rows"]]
    prompts = [row["prompt_tokens"] for row in training["rows"]]
    student = [len(one.tokens) - one.targets for one in taught(prepared, folder, quiet).learning]
    choosing = sum(len(one.tokens) for one in taught(prepared, folder, quiet).choosing)
    assert found.tokens.asking == sum(row["prompt_tokens"] + row["completion_tokens"] for row in every) + read["tokens"]
    assert found.tokens.training == 3 * outcome["tokens"] + 2 * choosing  # before the one epoch, and behind it
    assert found.tokens.before == pytest.approx(sum(prompts) / len(prompts))
    assert found.tokens.after == pytest.approx(sum(student) / len(student))
    spent, saved = found.tokens.asking + found.tokens.training, found.tokens.before - found.tokens.after
    assert found.tokens.calls is not None
    assert (found.tokens.calls - 1) * saved < spent <= found.tokens.calls * saved

    assert found.seconds is not None
    assert found.seconds.asking == training["seconds"] + validation["seconds"] + read["seconds"]
    assert found.seconds.training == outcome["seconds"]
    assert found.seconds.after == 1.5 / len(prepared.shared)

    wanted = {row.id: row.answer for row in prepared.learning}
    assert found.right == sum(row["answer"] == wanted[row["record"]] for row in training["rows"])
    pairs = zip(stored(folder, "zero_shot", "test")["rows"], stored(folder, "tuned", "test")["rows"], strict=True)
    assert found.agreed == sum(one["answer"] == other["answer"] for one, other in pairs)
    assert found.compared == len(prepared.shared)
    assert (found.rows, found.empty, found.cut, found.long) == (len(prepared.learning), 0, 0, 0)


def test_without_an_arm_like_the_teacher_there_is_no_agreement(tmp_path: Path, base: Path) -> None:
    prepared = task(tmp_path, base, ANSWERS.replace("{match", "{prompt: 'Sort this: {choices}', match"))
    folder = RunFolder(tmp_path / "run")
    outcome = learned(prepared, folder)
    found = distillation_of(prepared, folder, outcome, [])
    assert (found.agreed, found.compared, found.seconds) == (None, 0, None)


# the report


TOLD = Distillation(
    teacher="smollm2-135m",
    match="tokens",
    rows=800,
    right=60,
    empty=2,
    cut=0,
    long=1,
    tokens=BreakEven(500_000, 600_000, 590.0, 40.0, 2000),
    seconds=BreakEven(120, 480, 0.14, 0.09, 12_000),
    agreed=150,
    compared=300,
)


def section(found: Distillation) -> str:
    shown = distil_section(found, 0.95)
    assert shown is not None
    return " ".join(shown["said"])


def test_the_section_says_what_was_found() -> None:
    said = section(TOLD)
    assert "smollm2-135m with the longer prompt, is right on 7.5% (5.9–9.5%) of 800 training rows" in said
    assert "left out: 2 empty, 1 too long to learn." in said
    assert "On 50.0% (44.4–55.6%) of 300 test rows the student gives the teacher's very answer." in said
    assert (
        "A call's prompt takes 40 tokens instead of 590: the 1,100,000 tokens spent on teaching, one trained on "
        "counted as three that are read, are saved after 2,000 calls." in said
    )
    assert "The 10 min 0 s that teaching took are saved after 12,000 calls" in said
    shown = distil_section(TOLD, 0.95)
    assert shown is not None
    assert shown["rows"] == [
        ("Asking the teacher", "500,000", "2 min 0 s"),
        ("Training the student", "600,000", "8 min 0 s"),
        ("A call with the teacher's prompt", "590", "140 ms"),
        ("A call with the student's prompt", "40", "90 ms"),
    ]


def test_what_never_pays_and_what_was_not_measured_is_said_so() -> None:
    said = section(replace(TOLD, tokens=replace(TOLD.tokens, calls=None), seconds=None, agreed=None, empty=0, long=0))
    assert "so that no call saves any of the 1,100,000 tokens spent on teaching." in said
    assert "left out" not in said
    assert "very answer" not in said
    assert "No call saves time here" in section(replace(TOLD, seconds=BreakEven(1, 1, 1, 2, None)))
    assert distil_section(None, 0.95) is None


def test_the_page_shows_it_in_words_and_as_a_table() -> None:
    shown = environment().get_template("distil.html.j2").render(distilled=distil_section(TOLD, 0.95))
    assert shown.count("<tr>") == 5
    assert 'data-label="Tokens">600,000</td><td class="num" data-label="Time">8 min 0 s</td>' in shown
    assert "saved after 2,000 calls" in shown
