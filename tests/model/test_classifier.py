"""Heads: what their columns mean, and that a saved classifier is the one that was trained."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from finewright.base.errors import AdapterError, FinewrightError, InputError
from finewright.base.recipe_train import Lora
from finewright.model import head_folder, lora
from finewright.model.classifier import Classifier, HeadKind, OrdinalHead, cumulative
from finewright.model.head_folder import HeadSpec, head_spec, load_trunk
from finewright.model.hub import Base, find
from finewright.model.manifest import Manifest
from finewright.model.packed import EvenBatches
from finewright.model.padded import PaddedBatches
from finewright.model.texts import Texts, headed
from finewright.model.vocabulary import learn_rows
from support.parity_heads import encoder
from support.tiny import tiny_base, tiny_encoder

TEXTS = ["card lost", "the invoice was paid short by two boxes damaged in transit", "top up failed", "a"]


def sigmoid(value: float) -> float:
    return 1 / (1 + float(np.exp(-value)))


def test_ordinal_columns_are_differences_of_cumulative_probabilities() -> None:
    odds = torch.tensor([[-1.0, 0.5, 3.0], [4.0, 4.1, 4.2]], dtype=torch.float64)
    found = cumulative(odds).exp()
    for row, one in zip(found.tolist(), odds.tolist(), strict=True):
        steps = [0.0, *map(sigmoid, one), 1.0]
        assert row == pytest.approx(np.diff(steps).tolist(), rel=1e-9)
    assert found.sum(1).tolist() == pytest.approx([1.0, 1.0])


def test_ordinal_columns_are_right_where_a_difference_would_be_nothing() -> None:
    # sigmoid(60.1) and sigmoid(60) are both 1 to the last digit: by hand, P = e^-60 (1 - e^-0.1).
    odds = torch.tensor([[-60.0, 60.0, 60.1]], dtype=torch.float64)
    found = cumulative(odds)[0]
    assert found[2].item() == pytest.approx(-60 + float(np.log(-np.expm1(-0.1))), rel=1e-9)
    assert torch.isfinite(cumulative(torch.tensor([[-300.0, 200.0, 300.0]]))).all()


@pytest.mark.parametrize("labels", [2, 3, 7])
def test_an_ordinal_head_begins_even_and_stays_in_order(labels: int) -> None:
    torch.manual_seed(0)
    head = OrdinalHead(4, labels)
    with torch.no_grad():
        head.linear.weight.zero_()
    even = cumulative(head(torch.randn(1, 4))).exp()[0]
    assert even.tolist() == pytest.approx([1 / labels] * labels, rel=1e-4)
    with torch.no_grad():
        head.linear.weight.normal_()
        head.steps.normal_(std=5)
    table = cumulative(head(torch.randn(50, 4)))
    torch.testing.assert_close(table.exp().sum(1), torch.ones(50))
    assert (head(torch.randn(50, 4)).diff(dim=1) >= 0).all()


@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_probabilities_sum_to_one_at_any_temperature(kind: HeadKind, temperature: float) -> None:
    model = Classifier(encoder(), kind, 3, "mean", seed=0)
    model.temperature = temperature
    table = model.table(model.head(torch.randn(5, 8, generator=torch.Generator().manual_seed(0)))).exp()
    assert table.shape == (5, 6 if kind == "labels" else 3)
    each = table.view(5, 3, 2) if kind == "labels" else table
    torch.testing.assert_close(each.sum(-1), torch.ones(each.shape[:-1]))


def test_the_seed_decides_the_head_and_nothing_else_does() -> None:
    one, same, other = (Classifier(encoder(), "classes", 3, "mean", seed=seed).head for seed in (1, 1, 2))
    torch.rand(3)
    weights = [head.state_dict()["linear.weight"] for head in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def base_of(folder: Path, kind: str) -> Base:
    made = (tiny_base if kind == "decoder" else tiny_encoder)(folder / kind)
    return find(str(made), folder / "home")


def classifier(base: Base, method: str, kind: HeadKind) -> tuple[Classifier, HeadSpec]:
    """A classifier that has moved away from where it began."""
    trunk: Any = load_trunk(base)
    spec = head_spec(kind, ("low", "mid", "high"), base, "auto", 12)
    tokens = {token for text in TEXTS for token in Texts.of(base, 12).example("", text).tokens[:-1]}
    if method == "lora":
        task_type = "CAUSAL_LM" if base.kind == "decoder" else "FEATURE_EXTRACTION"
        trunk = lora.attach(trunk, Lora(rank=4), seed=0, task_type=task_type)
    else:
        learn_rows(trunk, tokens)
    model = Classifier(trunk, kind, 3, spec.pooling, seed=0)
    draw = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn(weight.shape, generator=draw) * 0.1)
    model.temperature = 1.7
    return model.eval(), spec


def manifest(base: Base) -> Manifest:
    return Manifest(base.name, base.public_id, base.digests, "data", "run", {}, {}, "", {}, {})


@torch.no_grad()
def table(model: Classifier, base: Base) -> torch.Tensor:
    texts = Texts.of(base, 12)
    examples = [texts.example(str(number), text) for number, text in enumerate(TEXTS)]
    batches = (PaddedBatches(1, texts.pad) if base.kind == "decoder" else EvenBatches(1))(examples)
    return torch.cat([model.table(model.scores(batch)) for batch in batches])


@pytest.mark.parametrize("method", ["full", "lora"])
@pytest.mark.parametrize("base_kind", ["encoder", "decoder"])
@pytest.mark.parametrize("kind", ["classes", "labels", "ordinal"])
def test_a_saved_classifier_answers_as_before(tmp_path: Path, base_kind: str, method: str, kind: HeadKind) -> None:
    base = base_of(tmp_path, base_kind)
    model, spec = classifier(base, method, kind)
    wanted = table(model, base)
    folder = tmp_path / "model"
    head_folder.save(model, spec, folder, base, manifest(base))
    loaded, read = head_folder.load(folder, base)
    torch.testing.assert_close(table(loaded, base), wanted, rtol=1e-5, atol=1e-5)
    assert (read.kind, read.labels, read.longest, read.temperature) == (kind, ("low", "mid", "high"), 12, 1.7)
    assert not any(weight.requires_grad for weight in loaded.parameters())
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".safetensors", ".jinja"}
    present = {path.name for path in folder.iterdir()}
    assert {"head.safetensors", "head.json", "finewright.json"} <= present
    assert ("adapter_model.safetensors" in present) == (method == "lora")
    assert ("model.safetensors" in present) == (method == "full")


@pytest.mark.parametrize("base_kind", ["encoder", "decoder"])
def test_a_fully_trained_trunk_is_a_plain_transformers_model(tmp_path: Path, base_kind: str) -> None:
    base = base_of(tmp_path, base_kind)
    model, spec = classifier(base, "full", "classes")
    head_folder.save(model, spec, tmp_path / "model", base, manifest(base))
    opened = (AutoModelForCausalLM if base_kind == "decoder" else AutoModel).from_pretrained(tmp_path / "model")
    mine = dict(model.bare.named_parameters())
    for name, weight in opened.named_parameters():
        assert torch.equal(weight, mine[name])
    ids = AutoTokenizer.from_pretrained(tmp_path / "model")(TEXTS[1])["input_ids"]
    assert ids == AutoTokenizer.from_pretrained(base.folder)(TEXTS[1])["input_ids"]


def test_a_head_that_is_not_finite_is_not_saved(tmp_path: Path) -> None:
    base = base_of(tmp_path, "encoder")
    model, spec = classifier(base, "full", "classes")
    with torch.no_grad():
        next(model.head.parameters())[0, 0] = float("nan")
    with pytest.raises(FinewrightError, match=r"the head's `linear\.weight` is not finite"):
        head_folder.save(model, spec, tmp_path / "model", base, manifest(base))
    assert not (tmp_path / "model").exists()


def test_a_full_disk_leaves_no_part_of_a_folder(tmp_path: Path, little_room: Any) -> None:
    base = base_of(tmp_path, "encoder")
    model, spec = classifier(base, "full", "classes")
    with little_room(1000), pytest.raises(FinewrightError, match="free some disk space"):
        head_folder.save(model, spec, tmp_path / "out" / "model", base, manifest(base))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("fault", ["other base", "no head", "torn head", "other head", "torn json", "pickle"])
@pytest.mark.parametrize("method", ["full", "lora"])
def test_a_damaged_folder_is_named(tmp_path: Path, method: str, fault: str) -> None:
    base = base_of(tmp_path, "encoder")
    model, spec = classifier(base, method, "classes")
    folder = tmp_path / "model"
    head_folder.save(model, spec, folder, base, manifest(base))
    if fault == "other base":
        stored = json.loads((folder / "finewright.json").read_text())
        stored["digests"]["weights"] = "0" * 64
        (folder / "finewright.json").write_text(json.dumps(stored))
    elif fault == "no head":
        (folder / "head.safetensors").unlink()
    elif fault == "torn head":
        (folder / "head.safetensors").write_bytes((folder / "head.safetensors").read_bytes()[:100])
    elif fault == "other head":
        head = load_file(folder / "head.safetensors")
        save_file({name: value[:2].clone() for name, value in head.items()}, folder / "head.safetensors")
    elif fault == "torn json":
        (folder / "head.json").write_text("{")
    else:
        (folder / "more.bin").write_bytes(b"")
    with pytest.raises(AdapterError) as told:
        head_folder.load(folder, base)
    assert str(folder) in str(told.value)


def test_pooling_that_a_decoder_does_not_have_is_told(tmp_path: Path) -> None:
    base = base_of(tmp_path, "decoder")
    with pytest.raises(InputError, match=r"arms\.encoder\.pooling: mean.*decoder.*write auto or last"):
        head_spec("classes", ("a", "b"), base, "mean", 12)
    assert head_spec("classes", ("a", "b"), base, "last", 12).pooling is None


def test_weights_on_which_nothing_hangs_are_frozen() -> None:
    model = Classifier(encoder(), "classes", 3, "mean", seed=0)
    (batch,) = EvenBatches(10)([headed("one", [5, 6, 7])])
    model.freeze_idle(batch)
    frozen = {name for name, weight in model.trunk.named_parameters() if not weight.requires_grad}
    assert frozen == {"pooler.dense.weight", "pooler.dense.bias"}


def test_long_texts_are_cut_and_counted(tmp_path: Path) -> None:
    base = base_of(tmp_path, "encoder")
    texts = Texts.of(base, 6)
    whole = Texts.of(base, 100).example("x", TEXTS[1])
    cut = texts.example("x", TEXTS[1])
    assert len(cut.tokens) == 7
    assert cut.tokens[:5] == whole.tokens[:5]
    assert cut.tokens[5] == whole.tokens[-2]  # [SEP] stays
    assert texts.too_long(TEXTS) == sum(len(Texts.of(base, 100).example("x", text).tokens) > 7 for text in TEXTS)
