"""The estimate: arithmetic that can be done by hand, growth in the right direction, refusal of what cannot fit."""

import dataclasses
from pathlib import Path

import pytest

from finewright.base.errors import InputError
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_train import Train
from finewright.flows.estimate import Estimate, estimate, refuse, stage_seconds
from finewright.flows.examples import counter
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.tune import examples_of
from finewright.flows.workload import Stage, longest, stages, total
from finewright.model.cost import Shape
from finewright.model.tree import TreeBatches
from support.mail import FEW_ARMS, write_mail_recipe
from support.tiny import tiny_base

SMOLLM2 = Shape(layers=30, hidden=576, inner=1536, queries=576, kv=192, vocabulary=49152, parameters=134_515_008)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_base(tmp_path_factory.mktemp("base"))


def write_recipe(folder: Path, base: Path, *, train: str = "epochs: 1", more: str = "") -> Path:
    """With every arm and the recipe's own batches, where a test does not say otherwise."""
    recipe = write_mail_recipe(folder, base, train=train, more=more)
    recipe.write_text(recipe.read_text().replace(f"arms: {FEW_ARMS}\n", "").replace("batch: 8, ", ""))
    return recipe


def prepared(folder: Path, base: Path, *, train: str = "epochs: 1", more: str = "") -> Prepared:
    return prepare(read_recipe(write_recipe(folder, base, train=train, more=more)))


@pytest.mark.parametrize(
    ("stage", "seen"),
    [(Stage("a", trained=300), 1.0), (Stage("b", read=600), 1.0), (Stage("c", written=250), 1.0)],
)
def test_speeds_seen_on_two_cores_come_out_again(stage: Stage, seen: float) -> None:
    """300 tokens/s in training, 600 read, 250 written, at some 150 GFLOP/s: each a second, within a fifth."""
    assert stage_seconds(stage, SMOLLM2, Train(), 150e9) == pytest.approx(seen, rel=0.2)


def test_seconds_fall_with_the_rate_and_add_up() -> None:
    whole = Stage("all", trained=100, read=200, written=50)
    parts = [Stage("a", trained=100), Stage("b", read=200), Stage("c", written=50)]
    seconds = stage_seconds(whole, SMOLLM2, Train(), 1e11)
    assert seconds == pytest.approx(sum(stage_seconds(part, SMOLLM2, Train(), 1e11) for part in parts))
    assert seconds == pytest.approx(2 * stage_seconds(whole, SMOLLM2, Train(), 2e11))


def test_totals_of_few_rows_are_exact_and_of_many_scaled(tmp_path: Path, base: Path) -> None:
    records = list(prepared(tmp_path, base).parts.train)
    assert total(records, lambda record: len(record.text)) == sum(len(record.text) for record in records)
    assert total(records * 20, lambda record: 7) == 7 * 20 * len(records)
    assert total([], lambda record: 7) == 0


def test_training_tokens_are_those_of_the_examples(tmp_path: Path, base: Path) -> None:
    # Dropout draws for each example apart, so nothing is shared.
    made = prepared(tmp_path, base, train="epochs: 3, lora: {dropout: 0.1}")
    sizes = {}
    for one in (*made.learning, *made.choosing):
        prompt = made.chat.encode_prompt(
            (dataclasses.replace(one.messages[0], role="system", content=made.task.instruction), *one.messages)
        )
        sizes[one.id] = len(prompt) + len(made.chat.encode_answer(one.answer))
    training = next(stage for stage in stages(made) if stage.name == "training")
    assert training.trained == 3 * sum(sizes[one.id] for one in made.learning)
    assert training.read == 3 * sum(sizes[one.id] for one in made.choosing)
    assert longest(made) == max(sizes[one.id] for one in made.learning)


def test_shared_tokens_are_counted_once(tmp_path: Path, base: Path) -> None:
    made = prepared(tmp_path, base, train=f"epochs: 1, batch: {10**6}")
    training = next(stage for stage in stages(made) if stage.name == "training")
    laid_out = TreeBatches(10**6)(examples_of(made, made.learning))
    assert training.trained == pytest.approx(sum(batch.tokens for batch in laid_out))
    assert training.trained < total(made.learning, counter(made.recipe, made.task, made.chat))


def test_switched_off_arms_cost_nothing(tmp_path: Path, base: Path) -> None:
    off = ", ".join(f"{arm}: {{enabled: false}}" for arm in ("zero_shot", "few_shot", "retrieved"))
    more = f"arms: {{{off}}}\n"
    assert list(stages(prepared(tmp_path, base, train="enabled: false", more=more))) == []


def test_examples_in_the_prompt_cost_reading(tmp_path: Path, base: Path) -> None:
    few = next(stage for stage in stages(prepared(tmp_path, base)) if stage.name == "few-shot prompt")
    zero = next(stage for stage in stages(prepared(tmp_path, base)) if stage.name == "zero-shot prompt")
    assert few.read > zero.read
    assert few.written == zero.written


def test_total_is_the_sum_of_the_stages(tmp_path: Path, base: Path) -> None:
    *stages_of, last = estimate(write_recipe(tmp_path, base)).minutes.items()
    assert last[0] == "total"
    assert last[1] == pytest.approx(sum(minutes for _, minutes in stages_of))


def test_memory_grows_with_what_the_remedy_names(tmp_path: Path, base: Path) -> None:
    usual = estimate(write_recipe(tmp_path, base)).memory_bytes
    assert estimate(write_recipe(tmp_path, base, train="micro_tokens: 200000")).memory_bytes > usual
    larger = estimate(write_recipe(tmp_path, base, more="evaluate: {batch_tokens: 9000000}\n")).memory_bytes
    assert larger > usual


def test_disk_grows_with_the_rank(tmp_path: Path, base: Path) -> None:
    usual = estimate(write_recipe(tmp_path, base)).disk_bytes
    assert estimate(write_recipe(tmp_path, base, train="lora: {rank: 64}")).disk_bytes > usual


ENOUGH = Estimate(10**9, 2 * 10**9, {"total": 1.0}, 10**9, 2 * 10**9, ())


def test_what_fits_is_not_refused() -> None:
    refuse(ENOUGH)


@pytest.mark.parametrize(
    ("change", "names"),
    [({"memory_bytes": 3 * 10**9}, "train.micro_tokens"), ({"disk_bytes": 3 * 10**9}, "output.runs")],
)
def test_what_cannot_fit_is_refused_with_the_setting_to_change(change: dict[str, int], names: str) -> None:
    with pytest.raises(InputError, match=f"needs 3.0 GB .* 2.0 GB is free; .*{names}"):
        refuse(dataclasses.replace(ENOUGH, **change))


def test_a_machine_without_room_stops_the_run_before_anything_is_written(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finewright.flows import estimate as room
    from finewright.flows.run import run

    monkeypatch.setattr(room, "memory_free", lambda: 1000)
    with pytest.raises(InputError, match="of memory"):
        run(write_recipe(tmp_path, base), say=lambda line: None)
    assert not (tmp_path / "runs").exists()
