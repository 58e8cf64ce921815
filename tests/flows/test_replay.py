"""Replay in a real tuning of a tiny base: rows from a file or the base's own; overlaps refused; resumed alike."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from finewright.base.errors import DataError, InputError, Interrupted
from finewright.base.files import digest_file, read_jsonl
from finewright.flows.run import run
from flows.test_run import write_task
from support.sealed import same_version
from support.tiny import tiny_base

OFF = "evaluate: {forgetting: {enabled: false}}\n"


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def task(folder: Path, base: Path, replay: str, train: str = "") -> Path:
    """The labelled task, replaying as said."""
    folder.mkdir(exist_ok=True)
    recipe = write_task(folder, base, f", replay: {{{replay}}}{train}")
    recipe.write_text(recipe.read_text() + OFF)
    return recipe


def write_general(folder: Path, *more: tuple[str, str], count: int = 9) -> None:
    rows = [(f"Tell me fact {n} of {n * n}", f"Fact {n} is short.") for n in range(count)]
    folder.mkdir(exist_ok=True)
    lines = [json.dumps({"prompt": prompt, "completion": said}) for prompt, said in [*rows, *more]]
    (folder / "general.jsonl").write_text("\n".join(lines) + "\n")


def test_rows_of_a_file_are_replayed_by_their_share(tmp_path: Path, base: Path) -> None:
    write_general(tmp_path)
    said: list[str] = []
    done = run(task(tmp_path, base, "file: general.jsonl, share: 0.25, kl: 0.5"), say=said.append)
    assert "Replaying 9 general examples: 25.0% of all that are learned" in said
    assert done.results.training["general_examples"] == 9
    plain = run(task(tmp_path / "plain", base, "share: 0.25"), say=quiet)
    assert plain.results.training["general_examples"] == 0
    more = done.results.training["supervised_tokens"] - plain.results.training["supervised_tokens"]
    assert more > 0
    assert done.results.training["adapter"] != plain.results.training["adapter"]
    assert done.results.training["steps"] == plain.results.training["steps"]


def test_the_base_writes_its_own_and_an_answer_cut_short_is_learned_without_an_end(tmp_path: Path, base: Path) -> None:
    done = run(task(tmp_path, base, "self_generated: 4"), say=quiet)
    rows = list(read_jsonl(done.folder / "data" / "replay.jsonl"))
    assert len(rows) == 4
    assert all(row["record"]["answer"] for row in rows)
    assert {row["record"]["source"] for row in rows} == {"self-generated"}
    assert False in {row["whole"] for row in rows}  # a random base does not end
    assert done.results.training["general_examples"] == 4


@pytest.mark.parametrize("method", ["lora", "full, learning_rate: 2e-3"])
def test_stopped_and_resumed_it_ends_in_the_same_bits(
    tmp_path: Path, base: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replay, train = "file: general.jsonl, self_generated: 3, share: 0.3, kl: 1.0", f", method: {method}"
    for name in ("whole", "stopped"):
        write_general(tmp_path / name)
    whole = run(task(tmp_path / "whole", base, replay, train), say=quiet)
    stopped = same_version(whole, task(tmp_path / "stopped", base, replay, train))
    asked = iter([False, False, True])
    with monkeypatch.context() as patch:
        patch.setattr("finewright.flows.learning.interruptible", lambda: nullcontext(lambda: next(asked)))
        with pytest.raises(Interrupted):
            run(stopped, say=quiet)
    again = run(stopped, say=quiet)
    assert again.results.training["resumed_at"] == [2]
    assert again.results.training["adapter"] == whole.results.training["adapter"]
    replayed = [digest_file(done.folder / "data" / "replay.jsonl") for done in (whole, again)]
    assert replayed[0] == replayed[1]


def test_another_file_is_another_run(tmp_path: Path, base: Path) -> None:
    write_general(tmp_path)
    recipe = task(tmp_path, base, "file: general.jsonl")
    first = run(recipe, say=quiet)
    write_general(tmp_path, count=8)
    assert run(recipe, say=quiet).results.run != first.results.run


def held_out_text(tmp_path: Path, base: Path, part: str) -> str:
    """The input of a row that this task holds out."""
    done = run(task(tmp_path / "plain", base, "share: 0.05"), say=quiet)
    row = next(iter(read_jsonl(done.folder / "data" / f"{part}.jsonl")))
    return str(row["messages"][-1]["content"])


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_general_example_that_is_a_held_out_row_is_refused(tmp_path: Path, base: Path, part: str) -> None:
    text = held_out_text(tmp_path, base, part)
    write_general(tmp_path / "task", (f"  {text.upper()}", "something"))
    said = (
        rf"general\.jsonl:10: the general example is 100% alike with the {part} row mail\.csv:\d+, .*; remove it from"
    )
    with pytest.raises(DataError, match=said):
        run(task(tmp_path / "task", base, "file: general.jsonl"), say=quiet)
    assert not (tmp_path / "task" / "runs").exists()


def test_longer_than_the_context_is_told_and_left_out_and_nothing_left_is_refused(tmp_path: Path, base: Path) -> None:
    long = ("word " * 600, "too long")
    write_general(tmp_path, long)
    said: list[str] = []
    done = run(task(tmp_path, base, "file: general.jsonl"), say=said.append)
    assert "General examples of more than 512 tokens, left out: 1 (the first is general.jsonl:10)" in said
    assert done.results.training["general_examples"] == 9
    write_general(tmp_path / "all", long, count=0)
    with pytest.raises(DataError, match="no general example fits 512 tokens"):
        run(task(tmp_path / "all", base, "file: general.jsonl"), say=quiet)


def test_more_answers_than_there_are_prompts_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(
        InputError, match=r"asks for 5000 answers, and there are general prompts for \d+; ask for at most"
    ):
        run(task(tmp_path, base, "self_generated: 5000"), say=quiet)
    assert not (tmp_path / "runs").exists()


def test_a_file_that_is_missing_is_refused(tmp_path: Path, base: Path) -> None:
    with pytest.raises(InputError, match=r"general\.jsonl"):
        run(task(tmp_path, base, "file: general.jsonl"), say=quiet)
    assert not (tmp_path / "runs").exists()
