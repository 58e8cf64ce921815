"""Trees against plain padded rows on the real base: loss and every gradient, merged and dense."""

import pytest
import torch

from finewright.base.recipe_train import Lora
from finewright.base.records import Message
from finewright.model import attention, lora
from finewright.model.attention import Way, dense, merged
from finewright.model.chat import Chat
from finewright.model.hub import find, load_decoder, load_tokenizer
from finewright.model.padded import padded
from finewright.model.tree import TreeBatches
from model.test_attention import learned

LABELS = ", ".join(f"reason_{number}" for number in range(25))
TEXTS = ("where is my card", "where is my money", "where is my card", "cancel it", "where")


@pytest.mark.base
@pytest.mark.parametrize("way", [merged, dense])
def test_loss_and_gradients_are_those_of_padded_rows(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    base = find("smollm2-135m")
    chat, model = Chat(load_tokenizer(base)), lora.attach(load_decoder(base), Lora(rank=4), seed=0).train()
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.copy_(0.01 * torch.randn(weight.shape, generator=draw))
    prompt = Message("system", f"Name the reason. One of: {LABELS}")
    rows = [
        chat.encode_example(f"r{number}", (prompt, Message("user", text)), f"reason_{number}")
        for number, text in enumerate(TEXTS)
    ]
    monkeypatch.setattr(attention, "choose", lambda device, window: way)
    (batch,) = TreeBatches(10_000)(rows)
    assert batch.tokens < sum(len(row.tokens) for row in rows) / 2
    found, plain = learned(model, [batch]), learned(model, [padded(rows, chat.pad)])
    assert found[0] == pytest.approx(plain[0], rel=1e-5)
    apart = sum(float((found[1][name] - value).pow(2).sum()) for name, value in plain[1].items()) ** 0.5
    whole = sum(float(value.pow(2).sum()) for value in plain[1].values()) ** 0.5
    assert apart < 1e-4 * whole
    print(f"loss {found[0]:.6f} and {plain[0]:.6f}, gradients {apart / whole:.1e} apart")
