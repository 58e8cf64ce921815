"""All weights of a tiny model learn: loss and gradients beside those of TRL's SFTTrainer (`make parity`)."""

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

from finewright.base.recipe_train import Train
from finewright.model.batch import Example
from finewright.model.full import unfreeze
from finewright.model.layout import layout_for
from finewright.train.sft import token_loss
from support.parity_models import PAD, decoder

EXPECTED = Path(__file__).resolve().parents[1] / "parity" / "expected"
TOLD = json.loads((EXPECTED / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("family", TOLD["full"])
@pytest.mark.parametrize("micro_tokens", [12, 10_000])
def test_a_step_of_all_weights_is_that_of_trl(family: str, micro_tokens: int) -> None:
    kept = load_file(EXPECTED / f"{family}.safetensors")
    model = decoder(family)
    base = {name.removeprefix("base/"): value for name, value in kept.items() if name.startswith("base/")}
    model.load_state_dict(base, strict=False)
    model.tie_weights()
    examples = [
        Example(f"row-{number}", tuple(row["tokens"]), tuple(map(bool, row["supervised"])))
        for number, row in enumerate(TOLD["examples"])
    ]
    batches, why_not = layout_for(unfreeze(model, Train(method="full")).train(), examples, micro_tokens, PAD)
    assert why_not is None
    laid_out = batches(examples)
    weight = sum(float(batch.weight.sum()) for batch in laid_out)
    loss = 0.0
    for batch in laid_out:
        part = token_loss(model, batch) / weight
        part.backward()  # type: ignore[no-untyped-call]
        loss += part.item()
    assert loss == pytest.approx(TOLD["full"][family], rel=1e-5)
    expected = load_file(EXPECTED / f"full-{family}.safetensors")
    found = {name: weight.grad for name, weight in model.named_parameters()}
    assert found.keys() == expected.keys()
    for name, wanted in expected.items():
        gradient = found[name]
        assert gradient is not None
        assert float((gradient - wanted).norm() / wanted.norm()) <= 1e-4, name
