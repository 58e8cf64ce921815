"""The reward model of a run on tiny random bases: trained on pairs, saved, resumed, measured, asked as a scorer."""

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from finewright.base.errors import AdapterError, FinewrightError, InputError, Interrupted
from finewright.base.files import digest_file, read_jsonl
from finewright.base.recipe_file import read_recipe
from finewright.base.records import Message, Record
from finewright.flows import head, learning
from finewright.flows.folder import RunFolder
from finewright.flows.predict import predict
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.reward import Rewarder, open_reward, reward_model, reward_scorer
from finewright.model import head_folder
from support.tiny import tiny_base, tiny_encoder

ASKED = ("is the card lost", "was the invoice paid", "where is the refund")
KIND = ("thanks a refund is on its way", "thanks the card is blocked now", "thanks the invoice was paid")
RUDE = ("no the card is lost", "no we do not know", "no the refund is late")
UNDER = ["encoder", "decoder"]


def pairs(count: int = 24, prefix: str = "row") -> list[Record]:
    """Pairs of which the chosen side is the friendly one; every question its own."""
    return [
        Record(
            f"{prefix}-{number:02}",
            (Message("user", f"case {number * 7919 % 1000:03d} {ASKED[number % 3]}"),),
            KIND[number % 3],
            rejected=Message("assistant", RUDE[number * 5 % 3]),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder, texts = tmp_path_factory.mktemp("bases"), [*ASKED, *KIND, *RUDE, "user: assistant:"]
    return {
        "decoder": tiny_base(folder / "decoder", vocab_texts=texts),
        "encoder": tiny_encoder(folder / "encoder", vocab_texts=texts),
    }


def prepared_in(folder: Path, bases: dict[str, Path], under: str = "encoder", **train: object) -> Prepared:
    """A run on preferences whose reward model stands on `under`; `train` are its settings."""
    rows = [{"prompt": one.messages[0].content, "completion": one.answer} for one in pairs(16)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "talk.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    settings = {"epochs": 2, "batch": 8, "threads": 1, "learning_rate": 1e-3} | train
    recipe = folder / "talk.yaml"
    recipe.write_text(
        f"base: {bases['decoder']}\ndata: {{train: talk.jsonl}}\nsplit: {{near: 1.0}}\n"
        f"arms:\n  reward: {{base: {bases[under]}, train: {json.dumps(settings)}}}\n"
    )
    prepared = prepare(read_recipe(recipe))
    return dataclasses.replace(
        prepared,
        task=dataclasses.replace(prepared.task, kind="preferences"),
        learning=tuple(pairs()),
        choosing=tuple(pairs(8, "choosing")),
        shared=tuple(pairs(10, "held-out")),
    )


def trained(prepared: Prepared, folder: Path, said: list[str] | None = None) -> Rewarder:
    say = (lambda line: None) if said is None else said.append
    return reward_model(prepared, prepared.learning, prepared.choosing, RunFolder(folder), say)


def asked(records: Sequence[Record]) -> list[tuple[tuple[Message, ...], str]]:
    return [(one.messages, one.answer) for one in records]


@pytest.mark.parametrize(("under", "method"), [("encoder", "full"), ("encoder", "lora"), ("decoder", "lora")])
def test_it_learns_what_is_preferred_and_says_so(
    tmp_path: Path, bases: dict[str, Path], under: str, method: str
) -> None:
    prepared = prepared_in(tmp_path, bases, under, method=method, epochs=6)
    model = trained(prepared, tmp_path / "run")
    found = model.figures(prepared.shared, 0.95)
    assert found.rows == 10
    assert found.accuracy.value == 1
    assert 0.65 < found.accuracy.low < found.accuracy.high == 1
    assert found.margin > 0
    assert abs(found.temperature - 1) > 0.01
    chosen = model.scores(asked(prepared.shared))
    rejected = model.scores([(one.messages, one.rejected) for one in prepared.shared])
    apart = [one - other for one, other in zip(chosen, rejected, strict=True)]
    assert found.margin == pytest.approx(sum(apart) / 10, rel=1e-4)  # scores are log-odds: the temperature is in them
    assert found.loss < math.log(2)
    assert found.calibration_error < 0.4
    place = tmp_path / "run" / "arms" / "reward"
    assert {path.name for path in place.iterdir()} == {"metrics.jsonl", "model", "training.json"}
    outcome = json.loads((place / "training.json").read_text())
    assert (outcome["examples"], outcome["calibration_rows"], outcome["accuracy"]) == (24, 8, 1)
    assert outcome["temperature"] == found.temperature
    assert json.loads((place / "model" / "head.json").read_text())["kind"] == "reward"
    assert any("preference_accuracy" in row for row in read_jsonl(place / "metrics.jsonl"))


@pytest.mark.parametrize("under", UNDER)
def test_opened_elsewhere_it_scores_the_same(tmp_path: Path, bases: dict[str, Path], under: str) -> None:
    model = trained(prepared_in(tmp_path, bases, under), tmp_path / "run")
    wanted = model.scores(asked(pairs()))
    for path in (tmp_path / "run", tmp_path / "run" / "arms" / "reward" / "model"):
        assert open_reward(path).scores(asked(pairs())) == wanted
    assert model.scores([]) == []
    # Whatever else is asked, and however often: the same score up to rounding, and the very same of the same answer.
    assert model.scores(asked(pairs(5))[::-1])[::-1] == pytest.approx(wanted[:5], abs=1e-5)
    twice = model.scores(asked(pairs(3)) * 2)
    assert twice[:3] == twice[3:]


@pytest.mark.parametrize("under", UNDER)
def test_stopped_and_taken_up_again_it_ends_in_the_same_bits(
    tmp_path: Path, bases: dict[str, Path], under: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = prepared_in(tmp_path, bases, under)
    trained(prepared, tmp_path / "whole")
    loop, stop = learning.train, iter([False] * 4 + [True])
    with monkeypatch.context() as patch:
        patch.setattr(
            learning, "train", lambda *given, **named: loop(*given, **named | {"interrupted": lambda: next(stop)})
        )
        with pytest.raises(Interrupted):
            trained(prepared, tmp_path / "stopped")
    torch.rand(5)
    resumed = trained(prepared, tmp_path / "stopped")
    places = [tmp_path / name / "arms" / "reward" for name in ("whole", "stopped")]
    files = [{path.name: digest_file(path) for path in (place / "model").glob("*.safetensors")} for place in places]
    assert files[0] == files[1]
    logs = [
        [{key: value for key, value in row.items() if key != "seconds"} for row in read_jsonl(place / "metrics.jsonl")]
        for place in places
    ]
    assert logs[0] == logs[1]
    assert json.loads((places[1] / "training.json").read_text())["resumed_at"] == [4]
    # A third time there is nothing to train.
    monkeypatch.setattr(head, "_train", lambda *given: pytest.fail("it was trained already"))
    assert trained(prepared, tmp_path / "stopped").scores(asked(pairs())) == resumed.scores(asked(pairs()))


def test_what_the_length_does_to_pairs_is_told(tmp_path: Path, bases: dict[str, Path]) -> None:
    said: list[str] = []
    prepared = prepared_in(tmp_path, bases, max_length=9)
    alike = Record("alike", (Message("user", "why"),), KIND[0] + " today", rejected=Message("assistant", KIND[0]))
    long = " ".join(KIND)
    cut = Record("cut", (Message("user", "why"),), "a " + long, rejected=Message("assistant", "b " + long))
    prepared = dataclasses.replace(prepared, learning=(*prepared.learning, alike, cut))
    trained(prepared, tmp_path / "run", said)
    told = [line for line in said if line.startswith("Pairs of more than 9 tokens")]
    assert told == [
        "Pairs of more than 9 tokens of which a conversation is cut at its beginning, for the reward model: 34",
        "Pairs of more than 9 tokens of which an answer is cut at its end, for the reward model: 2",
        "Pairs of more than 9 tokens whose sides are the same once cut, left out, for the reward model: 1",
    ]
    assert "Training the reward model on 25 pairs: 8 steps of 8" in said


def test_a_folder_that_scores_otherwise_is_removed(
    tmp_path: Path, bases: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load = head_folder.load

    def faulty(*given: object):
        model, spec = load(*given)
        with torch.no_grad():
            next(model.head.parameters()).mul_(1.1)
        return model, spec

    monkeypatch.setattr(head_folder, "load", faulty)
    with pytest.raises(FinewrightError, match="the reward model, saved and loaded again, does not answer as it was"):
        trained(prepared_in(tmp_path, bases), tmp_path / "run")
    assert not (tmp_path / "run" / "arms" / "reward" / "model").exists()


def test_no_pairs_and_half_pairs_are_told_before_a_step(tmp_path: Path, bases: dict[str, Path]) -> None:
    prepared = prepared_in(tmp_path, bases)
    with pytest.raises(InputError, match="there are no examples to train on"):
        reward_model(prepared, [], prepared.choosing, RunFolder(tmp_path / "run"), lambda line: None)
    half = [dataclasses.replace(one, rejected=None) for one in pairs()]
    with pytest.raises(ValueError, match="row-00 is no pair"):
        reward_model(prepared, half, prepared.choosing, RunFolder(tmp_path / "run"), lambda line: None)
    assert not (tmp_path / "run" / "arms" / "reward" / "metrics.jsonl").exists()


def test_as_a_scorer_it_holds_an_answer_against_the_records_own(tmp_path: Path, bases: dict[str, Path]) -> None:
    model = trained(prepared_in(tmp_path, bases, epochs=6), tmp_path / "run")
    score, record = reward_scorer(tmp_path / "run"), pairs(1, "new")[0]
    worse, same = score(RUDE[1], record), score(record.answer, record)
    assert not worse.correct
    assert same.correct
    assert same.parts == {"reward": 0.5}
    rude, kind = model.scores([(record.messages, RUDE[1]), (record.messages, record.answer)])
    assert worse.parts["reward"] == pytest.approx(1 / (1 + math.exp(kind - rude)))
    assert worse.parts["reward"] < 0.5


def test_a_reward_model_is_no_predictor_and_other_folders_are_no_reward_model(
    tmp_path: Path, bases: dict[str, Path]
) -> None:
    trained(prepared_in(tmp_path, bases), tmp_path / "run")
    folder = tmp_path / "run" / "arms" / "reward" / "model"
    with pytest.raises(AdapterError, match=r"model: this is a reward model, which scores answers and writes none"):
        list(predict(folder, ["why"]))
    with pytest.raises(AdapterError, match="there is no reward model here; name a run folder"):
        open_reward(tmp_path)
    spec = json.loads((folder / "head.json").read_text())
    (folder / "head.json").write_text(json.dumps(spec | {"kind": "classes", "labels": ["a", "b"]}))
    with pytest.raises(AdapterError, match="there is no reward model here"):
        open_reward(folder)
