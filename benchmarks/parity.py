"""What TRL's SFTTrainer and plain transformers get on tiny models: written for tests/model/test_parity.py to meet.

    make parity

Runs in the peers' environment. For every family: weights, adapter, and the adapter's gradients in one optimizer step,
once as a single batch and once accumulated, as safetensors; losses, versions and date as JSON.
"""

import datetime
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from tokenizers import Tokenizer, models
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerFast, TrainerCallback
from trl import SFTConfig, SFTTrainer

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))
import parity_adapters  # noqa: E402
import parity_chat  # noqa: E402
import parity_full  # noqa: E402
import parity_preferences  # noqa: E402
import parity_pretrain  # noqa: E402
from parity_heads import expect_heads  # noqa: E402
from support.parity_models import ALPHA, FAMILIES, RANK, VOCABULARY, decoder, examples  # noqa: E402

EXPECTED = TESTS / "parity" / "expected"
CUTS = {"whole": (12, 1), "accumulated": (3, 4)}
"""Rows per device and accumulation: the same twelve rows in one optimizer step."""


class Gradients(TrainerCallback):  # type: ignore[misc]
    """Keeps what is there to descend along, before AdamW has used it."""

    def __init__(self) -> None:
        self.kept: dict[str, Tensor] = {}

    def on_pre_optimizer_step(self, _args: Any, _state: Any, _control: Any, model: Any, **_: Any) -> None:
        """All micro-batches of the step have been through."""
        self.kept = {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None}


def main() -> None:
    """Write everything anew."""
    torch.set_num_threads(1)
    EXPECTED.mkdir(parents=True, exist_ok=True)
    told = {
        "made_by": "make parity",
        "date": datetime.date.today().isoformat(),
        "versions": {name: version(name) for name in ("trl", "transformers", "peft", "torch", "datasets")},
        "lora": {"rank": RANK, "alpha": ALPHA},
        "examples": [{"tokens": tokens, "supervised": marks} for tokens, marks in examples()],
        "families": {family: expect(family) for family in FAMILIES},
        "full": parity_full.write(EXPECTED, decoder, trained),
    }
    (EXPECTED / "expected.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    heads = {key: told[key] for key in ("made_by", "date", "versions")} | expect_heads(EXPECTED)
    (EXPECTED / "expected-heads.json").write_text(json.dumps(heads, indent=1) + "\n", encoding="utf-8")
    parity_adapters.main()
    parity_pretrain.write(
        EXPECTED / "expected-pretrain.json",
        {key: told[key] for key in ("made_by", "date", "versions")}
        | parity_pretrain.expect_pretrain(
            EXPECTED, lambda: adapted(decoder("llama")), likelihood, Gradients(), _settings, _tokenizer()
        ),
    )
    parity_chat.write(EXPECTED, lambda: adapted(decoder("llama")), Gradients, _settings)
    parity_preferences.write(EXPECTED, Gradients)
    total = sum(path.stat().st_size for path in EXPECTED.iterdir())
    print(f"wrote {EXPECTED.relative_to(TESTS.parent)}: {total:,} bytes")


def expect(family: str) -> dict[str, Any]:
    """Losses of a family; its tensors go into a file of its own."""
    base = decoder(family)
    tensors = {f"base/{name}": value for name, value in base.state_dict().items() if not _tied(base, name)}
    model = adapted(base)
    tensors |= {f"adapter/{name}": value.detach() for name, value in model.named_parameters() if value.requires_grad}
    alone = [likelihood(model, tokens, marks) for tokens, marks in examples()]
    losses = {}
    for cut, (size, accumulation) in CUTS.items():
        losses[cut], gradients = trained(adapted(decoder(family)), size, accumulation)
        tensors |= {f"{cut}/{name}": value for name, value in gradients.items()}
    save_file({name: value.contiguous() for name, value in tensors.items()}, EXPECTED / f"{family}.safetensors")
    print(f"{family}: {losses}")
    return {"loss": losses, "negative_log_likelihoods": alone}


def adapted(model: PreTrainedModel, seed: int = 0) -> PeftModel:
    """The model with LoRA on all linear matrices whose B is not zero, so that every gradient is of some size."""
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        with_adapter = get_peft_model(model, config)
        for name, weight in with_adapter.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.2)
    return with_adapter


@torch.no_grad()
def likelihood(model: PeftModel, tokens: list[int], marks: list[int]) -> list[float]:
    """Each supervised token's negative log-likelihood in nats, from the example alone, by plain transformers."""
    rows = model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0].double().log_softmax(-1)  # (T, V)
    return [-float(rows[place - 1, tokens[place]]) for place, wanted in enumerate(marks) if wanted]


def trained(model: PeftModel, size: int, accumulation: int) -> tuple[float, dict[str, Tensor]]:
    """Loss and gradients of one optimizer step by SFTTrainer, not clipped."""
    gradients = Gradients()
    with tempfile.TemporaryDirectory() as scratch:
        trainer = SFTTrainer(
            model=model,
            args=_settings(scratch, size, accumulation),
            train_dataset=Dataset.from_dict(
                {
                    "input_ids": [tokens for tokens, _ in examples()],
                    "completion_mask": [marks for _, marks in examples()],
                }
            ),
            processing_class=_tokenizer(),
            callbacks=[gradients],
        )
        loss = trainer.train().training_loss
    return loss, gradients.kept


def _settings(scratch: str, size: int, accumulation: int) -> SFTConfig:
    return SFTConfig(
        output_dir=scratch,
        per_device_train_batch_size=size,
        gradient_accumulation_steps=accumulation,
        max_steps=1,
        max_length=None,
        completion_only_loss=True,
        max_grad_norm=0.0,
        train_sampling_strategy="sequential",
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        dataloader_pin_memory=False,
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _tokenizer() -> PreTrainedTokenizerFast:
    """Names for ids, as the trainer asks for a tokenizer; the rows are ids already."""
    words = {f"t{number}": number for number in range(VOCABULARY)}
    backend = Tokenizer(models.WordLevel(words, unk_token="t3"))
    return PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="t0", bos_token="t1", eos_token="t2")


def _tied(model: Any, name: str) -> bool:
    return name == "lm_head.weight" and model.config.tie_word_embeddings


if __name__ == "__main__":
    main()
