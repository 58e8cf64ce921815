"""Packed documents beside TRL's SFTTrainer and plain transformers (`make parity`), document by document."""

import json
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file

from finewright.base.recipe_train import Lora
from finewright.evaluate.perplexity import likelihoods
from finewright.model import lora
from finewright.model.batch import Example
from finewright.model.padded import PaddedBatches
from finewright.model.tree import TreeBatches
from finewright.train.pretrain import rows_of
from finewright.train.sft import token_loss
from support.parity_documents import LONGEST, documents, rows
from support.parity_models import ALPHA, PAD, RANK, decoder

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "expected-pretrain.json").read_text(encoding="utf-8"))
DOCUMENTS = {f"{number}": rows_of(f"{number}", tokens, LONGEST) for number, tokens in enumerate(TOLD["documents"])}
BUDGETS = {"whole": 1000, "cut": 30}


@pytest.fixture
def model() -> PeftModel:
    """The stored weights, not those that the seed gives here: another build of torch may draw others."""
    stored, base = load_file(EXPECTED / "llama.safetensors"), decoder("llama")
    base.load_state_dict({name[5:]: value for name, value in stored.items() if name.startswith("base/")}, strict=False)
    base.tie_weights()
    adapted = lora.attach(base, Lora(rank=RANK, alpha=ALPHA), seed=0)
    with torch.no_grad():
        for name, weight in adapted.named_parameters():
            if weight.requires_grad:
                weight.copy_(stored[f"adapter/{name}"])
    return adapted


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
def test_a_step_is_that_of_trl(model: PeftModel, budget: int) -> None:
    batches = TreeBatches(budget)([row for of in DOCUMENTS.values() for row in of])
    weight = sum(float(batch.weight.sum()) for batch in batches)
    loss = 0.0
    for batch in batches:
        part = token_loss(model, batch) / weight
        part.backward()  # type: ignore[no-untyped-call]
        loss += part.item()
    assert loss == pytest.approx(TOLD["loss"], rel=1e-5)
    expected = load_file(EXPECTED / "pretrain.safetensors")
    found = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    assert found.keys() == expected.keys()
    for name, of in expected.items():
        assert float((found[name] - of).norm() / of.norm()) <= 1e-4, name


@pytest.mark.parametrize("batches", [TreeBatches(1000), TreeBatches(30), PaddedBatches(60, PAD)])
def test_each_document_is_as_likely_as_to_transformers(model: PeftModel, batches: TreeBatches) -> None:
    found = likelihoods(model, DOCUMENTS, batches)
    for name, nats in zip(DOCUMENTS, TOLD["negative_log_likelihoods"], strict=True):
        assert found[name].tokens == len(nats)
        assert found[name].total == pytest.approx(-sum(nats), rel=1e-5)


def test_the_rows_are_those_that_were_cut_the_plain_way() -> None:
    """A check of the check: the peers' rows are ours, one is continued twice, two documents begin alike."""
    assert TOLD["documents"] == documents()
    cut = [rows(document) for document in documents()]
    assert [[list(row.tokens) for row in of] for of in DOCUMENTS.values()] == cut
    assert max(map(len, cut)) == 4
    assert DOCUMENTS["0"][0].tokens[:5] == DOCUMENTS["1"][0].tokens[:5]
    assert all(isinstance(row, Example) for of in DOCUMENTS.values() for row in of)
