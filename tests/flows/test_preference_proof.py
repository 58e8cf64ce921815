"""The scripts of the proofs on preferences and rewards, and our side of the comparisons, on tiny random bases."""

import gzip
import json
import math
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from finewright.base.records import Message
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer
from support.tiny import tiny_base, tiny_encoder

WORDS = ["invoice", "card", "refund", "lost", "paid", "short", "boxes", "damage", "rate", "transit"]


def said(number: int, words: int) -> str:
    return " ".join(WORDS[(number * number + place * (1 + number % 9)) % 10] for place in range(words))


def row(number: int, chosen: str, rejected: str, question: str | None = None) -> dict[str, str]:
    before = f"\n\nHuman: {question or f'Question {number}?'}\n\nAssistant: Well.\n\nHuman: And?\n\nAssistant: "
    return {"chosen": before + chosen, "rejected": before + rejected}


@pytest.fixture
def scripts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks' folder is where modules are looked for."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))


@pytest.fixture
def published(scripts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as that of the published data: pairs, of which some cannot be used and two ask the same."""
    import pairs

    rows = [row(number, said(number, 6), said(number + 3, 9)) for number in range(60)]
    rows[3] = row(3, "the same", "the same ")
    rows[5] = row(5, "", "something")
    rows[7] |= {"rejected": "\n\nHuman: Another question?\n\nAssistant: no"}
    rows[9] = row(9, said(9, 4), said(8, 4), question="Question 8?")
    folder = tmp_path / "published"
    (folder / "hh-rlhf-harmless").mkdir(parents=True)
    with gzip.open(folder / "hh-rlhf-harmless" / "test.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(one) + "\n" for one in rows)
    monkeypatch.setattr(pairs, "SHARED", folder)
    return folder


def test_the_most_confusable_label_shares_its_words(scripts: None) -> None:
    from pairs import confusable

    rows = [("my card was lost", "lost card"), ("lost a card", "lost card"), ("a stolen card", "stolen card")]
    rows += [("exchange rate wrong", "rate"), ("which exchange rate", "rate"), ("rate for euros", "euros")]
    # Without stop words `lost card` shares `card` with `stolen card` alone, and `euros` shares `rate` with `rate`.
    assert confusable(rows) == {
        "lost card": "stolen card",
        "stolen card": "lost card",
        "rate": "euros",
        "euros": "rate",
    }


def test_dialogues_that_cannot_be_pairs_are_left_out(published: Path) -> None:
    from pairs import dialogues

    found = {pair.id: pair for _, pair in dialogues()}
    assert set(found) == {f"line-{number}" for number in range(1, 61)} - {"line-4", "line-6", "line-8"}
    first = found["line-1"]
    assert [turn.role for turn in first.prompt] == ["user", "assistant", "user"]
    assert first.prompt[0].content == "Question 0?"
    assert (first.chosen, first.rejected) == (said(0, 6), said(3, 9))


def test_steps_hold_whole_pairs_of_the_right_length(published: Path, tmp_path: Path) -> None:
    import pairs

    chat = Chat(load_tokenizer(find(str(tiny_base(tmp_path / "base")))))
    load = pairs.PairLoad(lambda: [one for _, one in pairs.dialogues()], batch=2)
    steps, tuning = pairs.pair_steps(load, chat, 3)
    assert [len(step) for step in steps] == [2, 2, 2]
    assert len(tuning) == pairs.TUNING
    assert len({pair.id for step in [*steps, tuning] for pair in step}) == pairs.TUNING + 6
    one = steps[0][0]
    chosen, rejected = one.sides()
    assert chosen.group == rejected.group == one.id
    assert chosen.tokens[: len(one.prompt)] == rejected.tokens[: len(one.prompt)]
    assert chosen.targets == len(one.chosen)
    assert chosen.tokens[-1] == rejected.tokens[-1] == chat.terminator
    assert pairs.from_json(json.loads(json.dumps(asdict(one)))) == one


def test_a_long_side_leaves_a_pair_out(scripts: None, tmp_path: Path) -> None:
    import pairs

    chat = Chat(load_tokenizer(find(str(tiny_base(tmp_path / "base")))))
    system, asked = Message("system", "Be brief."), Message("user", "Why?")
    short = [pairs.Pair(f"{number}", (system, asked), f"yes {number}", "no") for number in range(pairs.TUNING + 1)]
    long = pairs.Pair("long", (system, asked), "yes", said(1, pairs.LONGEST))
    steps, _ = pairs.pair_steps(pairs.PairLoad(lambda: [long, *short], batch=1), chat, 1)
    assert [one.id for one in steps[0]] == [short[-1].id]


def test_different_letters_of_both_cases_count_once(scripts: None) -> None:
    from letters import different_letters

    assert different_letters("Abba, 12!") == 2 / 26
    assert different_letters("The quick brown fox jumps over the lazy dog") == 1.0


@pytest.fixture
def kept(scripts: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the proofs record, kept instead of written; no thread beside the first."""
    import preferences
    import reinforce

    found: dict[str, Any] = {}
    for script in (preferences, reinforce):
        monkeypatch.setattr(script, "record", lambda name, figures: found.update({name: figures}))
        monkeypatch.setattr(script, "TRAIN", script.TRAIN | {"threads": 1})
    return found


@pytest.mark.slow
def test_the_proof_on_preferences(
    published: Path, kept: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import preferences

    sizes = {"learned": 20, "validation": 6, "held-out": 12, "tuning": 4}
    bases = {"base": tiny_base(tmp_path / "proof-base"), "reward-base": tiny_encoder(tmp_path / "proof-encoder")}
    given = sizes | bases | {"out": tmp_path / "out"}
    command = [word for name, value in given.items() for word in (f"--{name}", str(value))]
    assert preferences.main(command) == 0
    found = kept["preferences"]
    assert found["preferences"]["rows"] == found["reward"]["rows"] == 12
    assert found["training"]["examples"] == 40
    printed = capsys.readouterr().out
    assert printed.count("of 12") == 6
    parts = {path.stem: path.read_text().splitlines() for path in (tmp_path / "out").glob("*.jsonl")}
    assert {part: len(lines) for part, lines in parts.items()} == {
        "train": 20,
        "validation": 6,
        "test": 12,
        "tuning": 4,
    }
    every = [json.loads(line)["chosen"].split("\n\n")[1] for lines in parts.values() for line in lines]
    assert len(set(every)) == len(every)


@pytest.mark.slow
def test_the_proof_on_rewards(
    kept: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import reinforce

    how = reinforce.TRAIN["reinforce"] | {"max_tokens": 4, "rollouts": 2, "rewards": [{"scorer": "length"}]}
    monkeypatch.setattr(reinforce, "TRAIN", reinforce.TRAIN | {"reinforce": how, "batch": 8, "evaluations": 1})
    base = tiny_base(tmp_path / "proof-base", context=8192)
    command = ["--base", str(base), "--rows", "60", "--test-rows", "5", "--out", str(tmp_path / "out")]
    assert reinforce.main(command) == 0
    found = kept["reinforce"]
    assert [one["step"] for one in found["curve"]] == list(range(1, found["rewards"]["steps"] + 1))
    assert found["validation"][0]["step"] == 0
    assert {end: len(sampled) for end, sampled in found["rollouts"].items()} == {"first": 2, "last": 2}
    assert found["held_out"]["tuned"]["fields"]["rows"] == 5
    assert "reward of rollouts" in capsys.readouterr().out


def plain_likelihood(base: Path, prompt: list[int], answer: list[int]) -> float:
    """Nats of an answer, by transformers alone."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
    return sum(float(logits[len(prompt) + place - 1, token]) for place, token in enumerate(answer))


@pytest.mark.slow
def test_our_side_of_the_comparison_of_pairs(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dpo
    import pairs
    from alternate import OURS, Worker

    base = tiny_base(tmp_path / "proof-base", context=2048)
    monkeypatch.setattr(dpo, "RUNS", tmp_path)
    monkeypatch.setitem(dpo.PAIRS, "dialogues", pairs.PairLoad(dpo.PAIRS["dialogues"].pairs, batch=3))
    job = dpo.prepare("dialogues", find(str(base)), Namespace(base=str(base), threads=1, repeats=1))
    first = json.loads(job.read_text())["steps"][0]
    worker = Worker(OURS, "dpo_ours.py", str(job), threads=1)
    likely = worker.ask({"step": 0, "likelihood_of": 2})["likelihood"]
    for side in ("chosen", "rejected"):
        alone = [plain_likelihood(base, one["prompt"], one[side]) for one in first[:2]]
        assert likely[side] == pytest.approx(sum(alone) / 2, rel=1e-5)
    answers = [worker.ask({"step": number}) for number in range(2)]
    worker.close()
    assert answers[0]["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert answers[1]["loss"] != pytest.approx(math.log(2), abs=1e-6)
    assert all(0 < answer["reference"] < answer["seconds"] and answer["pairs"] == 3 for answer in answers)
    assert dpo._side([one | {"idle": 0.0} for one in answers])["of_epochs"]["median"] == pytest.approx(
        3 / (answers[1]["seconds"] - answers[1]["reference"] * 2 / 3)
    )


@pytest.mark.slow
def test_our_side_of_the_comparison_of_rollouts(scripts: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grpo
    import prompts
    from alternate import OURS, Worker

    base = tiny_base(tmp_path / "proof-base", context=2048)
    asked = [prompts.Prompt(f"{n}", (Message("system", "Solve."), Message("user", said(n, 5))), "1") for n in range(12)]
    monkeypatch.setattr(grpo, "RUNS", tmp_path)
    monkeypatch.setattr("dpo.RUNS", tmp_path)
    monkeypatch.setattr(grpo, "TOKENS", 6)
    monkeypatch.setitem(grpo.PROMPTS, "problems", prompts.PromptLoad(lambda: asked, count=2))
    wanted = Namespace(base=str(base), threads=1, repeats=2, natural=False, micro_tokens=64)
    job = grpo.prepare("problems", find(str(base)), wanted)
    worker = Worker(OURS, "grpo_ours.py", str(job), threads=1)
    answers = [worker.ask({"step": number}) for number in range(3)]
    worker.close()
    assert {(answer["rollouts"], answer["length"]) for answer in answers} == {(16, 6.0)}
    assert all(0 < answer["generation"] < answer["seconds"] for answer in answers)
    # The prompts come in the order in which the job has them, or the peer would be given others.
    held = json.loads(job.read_text())
    assert [answer["asked"] for answer in answers] == [[one["id"] for one in step] for step in held["steps"]]
