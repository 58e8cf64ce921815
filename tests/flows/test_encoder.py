"""The encoder arm in whole runs on tiny random bases: every kind of head, resumed, told where it does not apply."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from finewright.base.errors import DataError, FinewrightError, InputError, Interrupted
from finewright.base.files import digest_file, read_jsonl
from finewright.base.recipe_file import read_recipe
from finewright.base.results import ArmResult
from finewright.evaluate.task import Task
from finewright.flows import encoder as arm
from finewright.flows import head, learning
from finewright.flows.encoder import encoder, why_not
from finewright.flows.folder import RunFolder
from finewright.flows.labelling import answer_of, calibrated, probabilities
from finewright.flows.predict import predict
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.run import RunOutcome, run
from finewright.model import head_folder
from finewright.model.classifier import Classifier, HeadKind
from finewright.model.head_folder import HeadSpec
from finewright.model.hub import find
from finewright.model.packed import PackedBatches
from finewright.model.texts import Texts, headed
from support import parity_heads
from support.tiny import tiny_base, tiny_encoder

TOPICS = {"invoice": "bill invoice amount due", "delivery": "parcel truck late dock", "password": "login reset locked"}
GRADES = {"low": "awful broken", "middle": "fair usable", "high": "great lovely"}
ORDER = ", order: [low, middle, high]"


def rows(words: dict[str, str], count: int = 16) -> list[dict[str, object]]:
    """Texts whose words give their label away; every text its own."""
    return [
        {"text": f"case {n * 7919 % 1000:03d} about {said.split()[n % len(said.split())]}", "labels": label}
        for n in range(count)
        for label, said in words.items()
    ]


def sets(count: int = 32) -> list[dict[str, object]]:
    """Texts with any of the topics."""
    held = [[topic for at, topic in enumerate(TOPICS) if n >> at & 1] for n in range(count)]
    return [
        {"text": f"case {n * 7919 % 1000:03d} " + " ".join(TOPICS[topic].split()[0] for topic in one), "labels": one}
        for n, one in enumerate(held)
    ]


DATA: dict[str, tuple[list[dict[str, object]], str]] = {
    "classes": (rows(TOPICS), ""),
    "ordinal": (rows(GRADES), ORDER),
    "labels": (sets(), ", kind: labels"),
}


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bases")
    texts = [str(row["text"]) for found, _ in DATA.values() for row in found]
    return {"decoder": tiny_base(folder / "decoder"), "encoder": tiny_encoder(folder / "encoder", vocab_texts=texts)}


def write(folder: Path, bases: dict[str, Path], kind: str = "classes", under: str = "encoder", more: str = "", **train):
    """The rows of a kind and a recipe with the encoder arm and nothing dearer; `train` are its own settings."""
    found, task = DATA[kind]
    (folder / "mail.jsonl").write_text("".join(json.dumps(row) + "\n" for row in found))
    settings = {"epochs": 2, "batch": 8, "threads": 1, "learning_rate": 1e-3, "max_length": 64} | train
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {bases['decoder']}\ndata: {{train: mail.jsonl}}\nsplit: {{near: 1.0}}\n"
        f"task: {{instruction: Name it.{task}}}\n"
        "arms:\n"
        + "".join(f"  {name}: {{enabled: false}}\n" for name in ("frozen", "zero_shot", "few_shot", "tuned"))
        + f"  encoder: {{base: {bases[under]}, {more}train: {json.dumps(settings)}}}\n"
        "train: {enabled: false, threads: 1}\nevaluate: {forgetting: {enabled: false}}\n"
    )
    return recipe


def arm_of(outcome: RunOutcome) -> ArmResult:
    return next(one for one in outcome.results.arms if one.name == "encoder")


def prepared_in(folder: Path, recipe: Path) -> tuple[Prepared, RunFolder]:
    return prepare(read_recipe(recipe)), RunFolder(folder / "run")


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize(("under", "method"), [("encoder", "full"), ("encoder", "lora"), ("decoder", "full")])
def test_every_kind_of_head_is_trained_saved_and_measured(
    tmp_path: Path, bases: dict[str, Path], kind: str, under: str, method: str
) -> None:
    outcome = run(write(tmp_path, bases, kind, under, "weights: balanced, ", method=method), say=lambda _: None)
    measured = arm_of(outcome)
    assert measured.test is not None
    assert measured.validation is not None
    assert not measured.trained
    place = outcome.folder / "arms" / "encoder"
    assert {path.name for path in place.iterdir()} == {
        "metrics.jsonl", "model", "training.json", "validation.json", "test.json"
    }  # fmt: skip
    stored = json.loads((place / "test.json").read_text())["rows"]
    assert all(0 < row["probability"] <= 1 for row in stored)
    outcome_of = json.loads((place / "training.json").read_text())
    assert outcome_of["method"] == method
    assert 0.01 <= outcome_of["temperature"] <= 100
    assert json.loads((place / "model" / "head.json").read_text())["temperature"] == outcome_of["temperature"]
    assert outcome_of["trained_weights"] > 0


@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("under", ["encoder", "decoder"])
def test_what_was_learned_by_heart_is_answered(tmp_path: Path, bases: dict[str, Path], kind: str, under: str) -> None:
    prepared, folder = prepared_in(tmp_path, write(tmp_path, bases, kind, under, epochs=40, evaluations=1, patience=0))
    learned = prepared.parts.train[::-1]
    answers = encoder(prepared, folder, lambda _: None)(learned)
    assert [one.record for one in answers] == [record.id for record in learned]
    right = [one.answer == record.answer for one, record in zip(answers, learned, strict=True)]
    assert sum(right) >= 0.9 * len(right)


def shas(place: Path) -> dict[str, str]:
    return {path.name: digest_file(path) for path in place.iterdir() if path.suffix == ".safetensors"}


@pytest.mark.parametrize("under", ["encoder", "decoder"])
def test_stopped_and_taken_up_again_it_ends_in_the_same_bits(
    tmp_path: Path, bases: dict[str, Path], under: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = write(tmp_path, bases, under=under)
    prepared, whole = prepared_in(tmp_path / "whole", recipe)
    encoder(prepared, whole, lambda _: None)
    _, stopped = prepared_in(tmp_path / "stopped", recipe)
    trained, asked = learning.train, iter([False] * 3 + [True])
    with monkeypatch.context() as patch:
        patch.setattr(
            learning, "train", lambda *given, **named: trained(*given, **named | {"interrupted": lambda: next(asked)})
        )
        with pytest.raises(Interrupted):
            encoder(prepared, stopped, lambda _: None)
    torch.rand(5)
    predict = encoder(prepared, stopped, lambda _: None)
    places = [folder.root / "arms" / "encoder" for folder in (whole, stopped)]
    assert shas(places[0] / "model") == shas(places[1] / "model")
    outcomes = [json.loads((place / "training.json").read_text()) for place in places]
    assert outcomes[1]["resumed_at"] == [3]
    assert outcomes[0]["temperature"] == outcomes[1]["temperature"]
    # A third time there is nothing to train.
    monkeypatch.setattr(head, "_train", lambda *_: pytest.fail("it was trained already"))
    assert encoder(prepared, stopped, lambda _: None)(prepared.shared) == predict(prepared.shared)


def test_other_circumstances_are_refused_unless_allowed(
    tmp_path: Path, bases: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, folder = prepared_in(tmp_path, write(tmp_path, bases))
    trained = learning.train
    with monkeypatch.context() as patch:
        patch.setattr(
            learning, "train", lambda *given, **named: trained(*given, **named | {"interrupted": lambda: True})
        )
        with pytest.raises(Interrupted):
            encoder(prepared, folder, lambda _: None)
    monkeypatch.setattr(learning, "versions", lambda: {"torch": "0"})
    with pytest.raises(FinewrightError, match="under other circumstances"):
        encoder(prepared, folder, lambda _: None)
    encoder(prepared, folder, lambda _: None, allow_drift=True)


def test_a_folder_that_answers_otherwise_is_removed(
    tmp_path: Path, bases: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared, folder = prepared_in(tmp_path, write(tmp_path, bases))
    load = arm.head_folder.load

    def faulty(*given: object):
        model, spec = load(*given)
        model.temperature *= 1.1
        return model, spec

    monkeypatch.setattr(arm.head_folder, "load", faulty)
    with pytest.raises(FinewrightError, match="does not answer as it was trained"):
        encoder(prepared, folder, lambda _: None)
    assert not (folder.root / "arms" / "encoder" / "model").exists()
    assert not (folder.root / "arms" / "encoder" / "training.json").exists()


def test_a_damaged_model_is_named_and_trained_anew_once_removed(tmp_path: Path, bases: dict[str, Path]) -> None:
    prepared, folder = prepared_in(tmp_path, write(tmp_path, bases))
    encoder(prepared, folder, lambda _: None)
    place = folder.root / "arms" / "encoder"
    before = shas(place / "model")
    (place / "model" / "head.safetensors").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"head\.safetensors.*damaged"):
        encoder(prepared, folder, lambda _: None)
    shutil.rmtree(place)
    encoder(prepared, folder, lambda _: None)
    assert shas(place / "model") == before


def test_what_stands_for_the_answer_fits_a_decoder_too(bases: dict[str, Path]) -> None:
    for name, spare in (("decoder", 1), ("encoder", 0)):
        base = find(str(bases[name]))
        longest = head.room_of(base, head_folder.load_trunk(base))
        assert longest == base.context - spare
        laid_out = len(Texts.of(base, longest).example("row", "a " * 2000).tokens)
        assert laid_out - (name == "encoder") <= base.context  # an encoder never reads the stand-in


def test_texts_that_are_cut_are_counted(tmp_path: Path, bases: dict[str, Path]) -> None:
    prepared, folder = prepared_in(tmp_path, write(tmp_path, bases, max_length=4))
    said: list[str] = []
    encoder(prepared, folder, said.append)
    held = len(prepared.parts.train) + len(prepared.parts.validation)
    assert f"Texts of more than 4 tokens, cut for the encoder arm: {held}" in said


def only_one_layer(folder: Path, bases: dict[str, Path]) -> Path:
    return write(folder, bases, layers=[0, 5])


def mean_of_a_decoder(folder: Path, bases: dict[str, Path]) -> Path:
    return write(folder, bases, under="decoder", more="pooling: mean, ")


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (only_one_layer, r"the base has 2 layers"),
        (mean_of_a_decoder, r"arms\.encoder\.pooling: mean.*write auto or last"),
    ],
)
def test_what_does_not_fit_the_base_is_told_before_a_step(
    tmp_path: Path, bases: dict[str, Path], recipe: Callable[[Path, dict[str, Path]], Path], told: str
) -> None:
    prepared, folder = prepared_in(tmp_path, recipe(tmp_path, bases))
    with pytest.raises(InputError, match=told):
        encoder(prepared, folder, lambda _: None)
    assert not (folder.root / "arms" / "encoder" / "metrics.jsonl").exists()


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (", order: [low, middle, high, best]", r"`task\.order` names the label 'best', which no row has"),
        (", order: [low, high]", r"the label 'middle' is not in `task\.order`"),
    ],
)
def test_an_order_of_labels_that_are_not_there_is_told_before_anything_is_written(
    tmp_path: Path, bases: dict[str, Path], order: str, told: str
) -> None:
    recipe = write(tmp_path, bases, "ordinal")
    recipe.write_text(recipe.read_text().replace(ORDER, order))
    with pytest.raises(DataError, match=told):
        run(recipe, say=lambda _: None)
    assert not (tmp_path / "runs").exists()


def test_it_does_not_apply_to_other_answers_than_labels() -> None:
    for kind in ("json", "text"):
        reason = why_not(Task(kind, "", (), (), 8))  # type: ignore[arg-type]
        assert reason is not None
        assert reason.endswith(".")
    assert why_not(Task("labels", "", ("a",), (), 8)) is None


@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_a_few_texts_all_answered_right_make_none_certain(kind: HeadKind) -> None:
    model = Classifier(parity_heads.encoder(), kind, 3, "mean", seed=0).eval()
    examples = [headed(f"{number}", tokens) for number, tokens in enumerate(parity_heads.texts())]
    batches = PackedBatches(1000)(examples)
    spec = HeadSpec(kind, ("a", "b", "c"), "mean", 64)
    choices = 2 if kind == "labels" else 3
    said = {name: row.view(-1, choices).argmax(1) for name, row in probabilities(model, batches).items()}
    step = torch.arange(3) * 2 if kind == "labels" else torch.zeros(1, dtype=torch.int64)
    columns = {name: tuple((column + step).tolist()) for name, column in said.items()}
    figures = calibrated(model, spec, batches, columns)
    likely = torch.cat([row.view(-1, choices).max(1).values for row in probabilities(model, batches).values()])
    assert figures["temperature"] == model.temperature
    assert figures["calibration_rows"] == len(examples)
    # Right all eight times, they may be said with more certainty than before, but not with much more.
    assert 0.2 < figures["temperature"] < 1
    assert likely.mean().item() < 0.98
    assert figures["calibration_error"] == pytest.approx(1 - likely.mean().item(), abs=1e-6)
    assert figures["calibration_error"] < figures["calibration_error_before"]


def test_answers_and_probabilities_by_hand() -> None:
    labels = ("b", "a")
    spec = HeadSpec("labels", labels, "mean", 8)
    assert answer_of(spec, torch.tensor([0.2, 0.8, 0.3, 0.7])) == ('["a","b"]', pytest.approx(0.56))
    assert answer_of(spec, torch.tensor([0.9, 0.1, 0.3, 0.7])) == ('["a"]', pytest.approx(0.63))
    assert answer_of(spec, torch.tensor([0.9, 0.1, 0.6, 0.4])) == ("[]", pytest.approx(0.54))
    assert answer_of(HeadSpec("classes", labels, "mean", 8), torch.tensor([0.4, 0.6])) == ("a", pytest.approx(0.6))


@pytest.mark.parametrize("kind", list(DATA))
def test_predict_asks_the_head_of_a_run_that_tuned_nothing_else(
    tmp_path: Path, bases: dict[str, Path], kind: str
) -> None:
    done = run(write(tmp_path, bases, kind), say=lambda line: None)
    told = {row["id"]: row for row in read_jsonl(done.folder / "data" / "test.jsonl")}
    stored = json.loads((done.folder / "arms" / "encoder" / "test.json").read_text())["rows"]
    texts = [told[row["record"]]["messages"][-1]["content"] for row in stored]
    answers = list(predict(done.folder, texts, probabilities=True))
    assert [one.answer for one in answers] == [row["answer"] for row in stored]
    for one, row in zip(answers, stored, strict=True):
        assert one.probabilities is not None
        if kind == "labels":
            held = json.loads(one.answer)
            assert all((likely > 0.5) == (label in held) for label, likely in one.probabilities.items())
        else:
            assert sum(one.probabilities.values()) == pytest.approx(1)
            assert one.probabilities[one.answer] == pytest.approx(row["probability"], abs=1e-6)
