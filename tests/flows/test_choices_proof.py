"""The comparison with lm-eval: the same tokens on both sides, our side's figures, and when nothing is recorded."""

import json
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from finewright.engine.local import LocalCompleter
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from support.tiny import tiny_base

LABELS = ["lost card", "lost card again", "rate"]
ASKED = Namespace(rows=1, repeats=2, labels=3, batch_size=4, threads=1, batch_tokens=256)


@pytest.fixture
def choices(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module, with made-up rows and labels."""
    monkeypatch.syspath_prepend(str(repository / "benchmarks"))
    import choices

    rows = [(f"my card number {number} is lost", "lost card") for number in range(9)]
    monkeypatch.setattr(choices, "RUNS", tmp_path)
    monkeypatch.setattr(choices, "banking", lambda part: rows)
    monkeypatch.setattr(choices, "labels", lambda: LABELS)
    monkeypatch.setattr(choices, "long_instruction", lambda: "Name the intent.")
    return choices


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_base(tmp_path / "base", context=512)


def prepared(choices: Any, base: Path) -> dict[str, Any]:
    asked = Namespace(**vars(ASKED) | {"base": str(base)})
    job: dict[str, Any] = json.loads(choices.prepare(asked).read_text())
    return job


def test_the_text_that_lm_eval_gets_has_our_tokens(choices: Any, base: Path) -> None:
    job = prepared(choices, base)
    tokenizer = AutoTokenizer.from_pretrained(base)
    read = [[tokenizer.encode(prompt + ending) for ending in job["endings"]] for prompt in job["prompts"]]
    assert read == job["tokens"]
    assert len(job["texts"]) == 3  # one that warms up, and one a turn
    choices.check_tokens(job["tokens"], read)
    read[2][1][-2] += 1
    with pytest.raises(SystemExit, match="otherwise"):
        choices.check_tokens(job["tokens"], read)


def test_our_side_tells_every_label_as_plain_transformers_does(choices: Any, base: Path) -> None:
    from score_ours import _request, _told

    job, found = prepared(choices, base), find(str(base))
    completer = LocalCompleter(load_decoder(found), Chat(load_tokenizer(found)), context=512, batch_tokens=256)
    told = _told(completer.complete([_request(job, job["texts"][1], "scan")]))
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    prompt = Chat(load_tokenizer(found)).encode_prompt(_request(job, job["texts"][1], "scan").messages)
    for label, tokens in zip(LABELS, job["tokens"][1], strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0].log_softmax(-1)
        alone = sum(float(logits[place - 1, tokens[place]]) for place in range(len(prompt), len(tokens)))
        assert told["log_probabilities"][0][label] == pytest.approx(alone, abs=1e-4)
    assert _told(completer.complete([_request(job, job["texts"][1], "best")]))["log_probabilities"] == [None]


def test_our_side_answers_the_rows_it_is_asked_for(choices: Any, base: Path) -> None:
    from score_ours import _texts

    job = prepared(choices, base)
    assert _texts(job, {"ours": 1, "from": 2}) == ["my card number 2 is lost"]
    assert _texts(job, {"ours": 2}) == ["my card number 0 is lost", "my card number 1 is lost"]


def test_lm_eval_saves_a_forward_where_the_last_token_alone_differs(choices: Any) -> None:
    assert choices.forwards_saved([[1, 2, 3], [1, 2, 4], [1, 2, 5], [1, 3, 3]]) == 2
    assert choices.forwards_saved([[1, 2, 9], [1, 3, 9], [1, 2, 3, 9]]) == 0


def answer(best: str, values: list[float | None], seconds: float) -> dict[str, Any]:
    told = {"best": [best], "log_probabilities": [dict(zip(LABELS, values, strict=True))]}
    return told | {"seconds": seconds, "rows": 1, "bytes": 10, "idle": 0.0}


def test_agreement_counts_rows_and_takes_the_largest_difference(choices: Any) -> None:
    values = [-1.0, -2.0, -3.0]
    timed = {
        "scan": [answer("rate", values, 1), answer("rate", values, 1)],
        "best": [answer("rate", values, 1), answer("lost card", values, 1)],
        "lm-eval": [answer("rate", [-1.0, -2.0005, -3.0], 1), answer("rate", values, 1)],
    }
    found = choices.agreement(timed)
    assert (found["rows"], found["same_label"], found["log_probabilities"]) == (2, {"scan": 2, "best": 1}, 6)
    assert found["largest_difference"] == pytest.approx(5e-4)
    assert found["close"]
    timed["scan"][1] = answer("rate", [None, -2.0, -3.0], 1)
    assert not choices.agreement(timed)["close"]


class Told:
    """A worker that answers from a list: lm-eval is in another environment than the tests."""

    def __init__(self, ready: dict[str, Any], told: list[dict[str, Any]]) -> None:
        self.ready, self._told, self.asked = ready, iter(told), []  # type: ignore[var-annotated]

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(question)
        return next(self._told)

    def burnt(self) -> float:
        return 0.0

    def close(self) -> None:
        pass


@pytest.fixture
def workers(choices: Any, base: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[Told]]:
    """Puts workers in place whose lm-eval is so far apart in the last label; they come as they are started."""

    def put(apart: float) -> list[Told]:
        job, started = prepared(choices, base), []
        ready = {"tokens": job["tokens"], "versions": {"lm_eval": "0"}}

        def worker(_python: Path, script: str, *_arguments: str, threads: int) -> Told:
            ours = script == "score_ours.py"
            far = 0.0 if ours else apart
            seconds = [9.0, 1.0, 2.0] if ours else [9.0, 10.0, 40.0]
            started.append(Told(ready, [answer("rate", [-3.0, -2.0, -1.0 + far], one) for one in seconds]))
            return started[-1]

        monkeypatch.setattr(choices, "Worker", worker)
        return started

    return put


def test_turns_have_rows_of_their_own_and_ratios_are_turn_by_turn(
    choices: Any, tmp_path: Path, workers: Callable[[float], list[Told]]
) -> None:
    started = workers(0.0)
    found = choices.compare(tmp_path / "choices.json", ASKED)
    assert [[one["from"] for one in worker.asked] for worker in started] == [[0, 1, 2]] * 3
    assert found["ratio"]["scan"] == {"median": 15.0, "smallest": 10.0, "largest": 20.0}
    assert found["sides"]["lm-eval"]["seconds"] == [10.0, 40.0]
    assert found["agreement"]["close"]


def test_the_fastest_batch_size_that_fits_is_taken(
    choices: Any, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = max(map(len, prepared(choices, base)["tokens"][0]))
    monkeypatch.setattr(choices, "_most_tokens", lambda base: 16 * longest)
    seconds, started = {1: 3.0, 8: 2.0, 16: 4.0}, []

    def worker(_python: Path, _script: str, _job: str, size: str, *, threads: int) -> Told:
        started.append(Told({}, [{"seconds": 9.0}, {"seconds": seconds[int(size)]}]))
        return started[-1]

    monkeypatch.setattr(choices, "Worker", worker)
    asked = Namespace(**vars(ASKED) | {"base": str(base)})
    found = choices.tune(tmp_path / "choices.json", asked)
    assert (found["batch_size"], [one["batch_size"] for one in found["tried"]]) == (8, [1, 8, 16])
    assert found["tried"][1]["labels_per_second"] == 1.5
    assert [one["from"] for worker in started for one in worker.asked] == [0] * 6


def test_what_differs_is_not_recorded(choices: Any, tmp_path: Path, workers: Callable[[float], list[Told]]) -> None:
    workers(2e-3)
    with pytest.raises(SystemExit, match="nothing is recorded"):
        choices.compare(tmp_path / "choices.json", ASKED)
