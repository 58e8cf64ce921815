"""Rows 1, 10, 11, 17 and 18 of the silent failures in a real tuning of a tiny base: faults planted, caught, told."""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from peft.tuners.lora.layer import Linear
from safetensors.torch import load_file, save_file
from torch import Tensor

from finewright.base.errors import AdapterError, BaseError, FinewrightError
from finewright.base.files import read_json
from finewright.base.recipe_file import read_recipe
from finewright.engine.local import LocalCompleter
from finewright.flows import product as products
from finewright.flows import run as running
from finewright.flows import tune as tuning
from finewright.flows.check import check
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.tune import tune
from finewright.model import lora
from finewright.model.chat import Chat
from finewright.model.digests import BaseDigests
from finewright.train.postflight import Scores, check_scores
from support.tiny import tiny_base

SAID = "Checked: saved and loaded again, the adapter answers as it was trained"
RANK = "To serve this adapter's rank of 24, start vLLM with --max-lora-rank 32"
Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def prepared_in(folder: Path, base: Path, data: str = "", train: str = "") -> Prepared:
    """Thirty short texts of three labels, prepared."""
    words = {"invoice": "bill due", "delivery": "parcel late", "password": "login reset"}
    rows = [f"case {n} {words[label]} {n * 7919 % 1000:03d},{label}" for n in range(10) for label in words]
    (folder / "mail.csv").write_text("\n".join(["text,label", *rows, f"{'far too long ' * 40},invoice"]) + "\n")
    recipe = folder / "mail.yaml"
    recipe.write_text(
        f"base: {base}\ndata: {{train: mail.csv{data}}}\nsplit: {{near: 1.0}}\n"
        f"train: {{epochs: 1, batch: 8, threads: 1, evaluations: 1, learning_rate: 0.01{train}}}\n"
    )
    return prepare(read_recipe(recipe))


def tuned(folder: Path, base: Path, data: str = "", train: str = "") -> tuple[RunFolder, list[str]]:
    """The run folder after training, and what was said meanwhile."""
    said: list[str] = []
    run = RunFolder(folder / "run")
    run.root.mkdir(exist_ok=True)
    tune(prepared_in(folder, base, data, train), run, said.append)
    return run, said


def test_a_sound_run_says_that_it_was_checked(tmp_path: Path, base: Path) -> None:
    run, said = tuned(tmp_path, base)
    assert said[-1] == SAID
    assert len(said) == 2
    assert run.training.exists()


@pytest.mark.parametrize(
    ("action", "done"), [("truncate", "cut"), ("drop", "dropped, or cut where they are test rows")]
)
def test_row_1_what_is_cut_or_dropped_is_counted_and_listed(action: str, done: str, tmp_path: Path, base: Path) -> None:
    prepared = prepared_in(tmp_path, base, f", too_long: {action}", ", max_length: 100")
    assert [row["line"] for row in prepared.card["lengths"]["rows"]] == [32]
    _, said = tuned(tmp_path, base, f", too_long: {action}", ", max_length: 100")
    assert f"Rows of more than 100 tokens, {done}: 1 (data/card.json lists them)" in said


def test_row_20_a_rank_that_vllm_must_be_told_of_is_said_before_data_is_read(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared_in(tmp_path, base, train=", lora: {rank: 24}")
    said: list[str] = []

    def unread(resolved: Any) -> None:
        raise BaseError(f"not reached after {said}")

    monkeypatch.setattr(running, "prepare", unread)
    with pytest.raises(BaseError, match=f"after .*{RANK}"):
        running.run(tmp_path / "mail.yaml", say=said.append)


def test_row_20_a_rank_that_vllm_must_be_told_of_is_said_by_data_check(tmp_path: Path, base: Path) -> None:
    prepared_in(tmp_path, base, train=", lora: {rank: 24}")
    assert check(tmp_path / "mail.yaml").portability == [RANK]
    prepared_in(tmp_path, base)
    assert check(tmp_path / "mail.yaml").portability == []


def saved_otherwise(patch: pytest.MonkeyPatch) -> None:
    """The file holds other weights than those trained."""
    save = lora.save

    def faulty(model: Any, folder: Path, base: Any) -> None:
        save(model, folder, base)
        path = folder / "adapter_model.safetensors"
        save_file({name: 1.5 * weight for name, weight in load_file(path).items()}, path)

    patch.setattr(products.lora, "save", faulty)


def served_without(patch: pytest.MonkeyPatch) -> None:
    """The engine loads the adapter and answers with the base (vllm#34186)."""

    @contextmanager
    def faulty(self: LocalCompleter, adapter: str | None) -> Any:
        assert self._adapted is not None
        with self._adapted.disable_adapter():
            yield self._adapted

    patch.setattr(LocalCompleter, "serving", faulty)


def merged_at_another_scale(patch: pytest.MonkeyPatch) -> None:
    """Merging adds twice the update (peft#2502 and its kin)."""
    delta = Linear.get_delta_weight

    def faulty(self: Linear, adapter: str) -> Tensor:
        return 2 * delta(self, adapter)

    patch.setattr(Linear, "get_delta_weight", faulty)


def served_in_other_words(patch: pytest.MonkeyPatch) -> None:
    """Serving renders the question otherwise than training did."""
    encode = Chat.encode_prompt
    complete = LocalCompleter.complete

    def faulty(self: LocalCompleter, requests: Any) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Chat, "encode_prompt", lambda chat, messages: encode(chat, messages)[1:])
            return complete(self, requests)

    patch.setattr(LocalCompleter, "complete", faulty)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (merged_at_another_scale, "the adapter merged into the base does not answer as it was trained"),
        (saved_otherwise, "the adapter saved, loaded and served does not answer as it was trained"),
        (served_without, "the adapter saved, loaded and served does not answer as it was trained"),
        (served_in_other_words, "the adapter saved, loaded and served does not answer as it was trained"),
    ],
)
def test_rows_10_and_11_an_adapter_that_answers_otherwise_is_refused_and_removed(
    fault: Plant, said: str, tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with pytest.raises(FinewrightError, match=rf"{said}: .* in mail\.csv:\d+ is"):
        tuned(tmp_path, base)
    assert not (tmp_path / "run" / "adapter").exists()
    assert not (tmp_path / "run" / "training.json").exists()


def test_a_run_that_was_refused_goes_on_from_its_last_step(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        saved_otherwise(patch)
        with pytest.raises(FinewrightError):
            tuned(tmp_path, base)
    run, said = tuned(tmp_path, base)
    assert said[-1] == SAID
    assert read_json(run.training)["steps"] == 3


@pytest.mark.parametrize(
    ("merged", "served", "base_score", "said"),
    [
        (-2.0, -2.0, -9.0, None),
        (-2.003, -1.997, -9.0, None),
        (-2.01, -2.0, -9.0, "merged into the base"),
        (-2.0, -9.0, -9.0, "saved, loaded and served"),
        (float("nan"), -2.0, -9.0, "merged into the base"),
        (-2.0, float("nan"), -9.0, "saved, loaded and served"),
        (-2.0, -2.0, -2.0, "loaded without effect"),
    ],
)
def test_rows_10_11_17_scores_agree_within_a_thousandth_of_a_nat_a_token(
    merged: float, served: float, base_score: float, said: str | None
) -> None:
    found = [Scores("a.csv:2", 4, -2.0, merged, served, base_score)]
    if said is None:
        check_scores(found)
    else:
        with pytest.raises(FinewrightError, match=said):
            check_scores(found)


def test_row_17_an_adapter_with_nan_is_neither_saved_nor_left(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = tuning.check_adapter

    def poisoned(model: Any, start: Any) -> None:
        next(weight for name, weight in model.named_parameters() if "lora_A" in name).data[0, 0] = torch.nan
        check(model, start)

    monkeypatch.setattr(tuning, "check_adapter", poisoned)
    with pytest.raises(FinewrightError, match="NaN or infinite values"):
        tuned(tmp_path, base)
    assert not (tmp_path / "run" / "adapter").exists()


def test_row_18_an_adapter_that_names_another_base_is_refused_when_saved(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = products.write_manifest

    def faulty(folder: Path, manifest: Any) -> None:
        object.__setattr__(manifest, "digests", BaseDigests("other", "t", "c"))
        write(folder, manifest)

    monkeypatch.setattr(products, "write_manifest", faulty)
    with pytest.raises(AdapterError, match="was trained on another base"):
        tuned(tmp_path, base)
    assert not (tmp_path / "run" / "adapter").exists()


def test_rows_2_to_6_conversations_are_checked_before_anything_is_answered_or_written(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = prepared_in(tmp_path, base)
    prepared.chat.terminator = 0
    monkeypatch.setattr(running, "prepare", lambda resolved: prepared)
    with pytest.raises(BaseError, match="training with"):
        running.run(prepared.resolved.path, say=lambda line: None)
    assert not prepared.recipe.output.runs.exists()
