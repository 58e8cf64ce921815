"""What TRL gets of preferences and rewards on a tiny Llama: written for tests/train/test_preference_parity.py to meet.

Called by `make parity` in the peers' environment. One optimizer step, or one call of the loss, for DPO (sigmoid, ipo,
by token, conservative), KTO, ORPO, SimPO, the reward trainer, GRPO with three ways to normalise, and RLOO: losses as
JSON, gradients as safetensors. The reference is the base; the adapter has moved away from it.

TRL has two things otherwise that are met halfway: conservative DPO is its `aot_unpaired` on one pair at a time, where
nothing is sorted; and its ORPO counts the likelihood of the prompt too, so its prompts here are one token, which
nothing predicts.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from torch import Tensor
from trl import (
    DPOConfig,
    DPOTrainer,
    GRPOConfig,
    GRPOTrainer,
    KTOConfig,
    KTOTrainer,
    RewardConfig,
    RewardTrainer,
    RLOOConfig,
    RLOOTrainer,
)
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

from parity_adapters import adapted
from support.parity_adapters import RANK, narrow
from support.parity_preferences import (
    ADAPTER,
    BARE_PAIRS,
    BETA,
    CLIP,
    DESIRABLE,
    FEEDBACK,
    GROUP,
    KL,
    LONGEST,
    MARGIN,
    PAIRS,
    ROLLOUTS,
    SMOOTHING,
    UNDESIRABLE,
    scorer,
    text,
    tokenizer,
)

Keeper = Callable[[], Any]
ONE_BY_ONE = {"per_device_train_batch_size": 1, "gradient_accumulation_steps": len(PAIRS)}
TOGETHER = {"per_device_train_batch_size": len(PAIRS)}
DPO: dict[str, dict[str, Any]] = {
    "dpo": {"loss_type": ["sigmoid"], **TOGETHER},
    "by token": {"loss_type": ["sigmoid_norm"], **TOGETHER},
    "ipo": {"loss_type": ["ipo"], **TOGETHER},
    "conservative": {"loss_type": ["aot_unpaired"], "label_smoothing": SMOOTHING, **ONE_BY_ONE},
}
GRPO: dict[str, dict[str, Any]] = {
    "grpo, answer": {"loss_type": "grpo", "scale_rewards": "group"},
    "grpo, tokens": {"loss_type": "dapo", "scale_rewards": "group"},
    "grpo, constant": {"loss_type": "dr_grpo", "scale_rewards": "none", "use_bias_correction_kl": False},
}


def write(folder: Path, keeper: Keeper) -> None:
    """Write `preferences.json` and `preferences.safetensors`."""
    told: dict[str, Any] = {}
    tensors = {f"weight/{name}": value for name, value in moved().items()}
    for name, (found, gradients) in _found(keeper):
        told[name] = found
        tensors |= {f"{name}/{key}": value for key, value in gradients.items()}
        print(f"preferences, {name}: {found['loss']}")
    tensors |= {f"scorer/{name}": value for name, value in scorer().state_dict().items()}
    (folder / "preferences.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    save_file(
        {name: value.detach().clone().contiguous() for name, value in tensors.items()},
        folder / "preferences.safetensors",
    )


def _found(keeper: Keeper) -> Iterator[tuple[str, tuple[dict[str, Any], dict[str, Tensor]]]]:
    for name, asked in DPO.items():
        yield name, _trained(DPOTrainer, DPOConfig, _pairs(PAIRS), keeper(), beta=BETA, max_length=None, **asked)
    asked = {"beta": BETA, "desirable_weight": DESIRABLE, "undesirable_weight": UNDESIRABLE}
    size = {"per_device_train_batch_size": len(FEEDBACK)}
    yield "kto", _trained(KTOTrainer, KTOConfig, _feedback(), keeper(), max_length=None, **asked, **size)
    yield "orpo", _trained(ORPOTrainer, ORPOConfig, _pairs(BARE_PAIRS), keeper(), beta=BETA, **ONE_BY_ONE)
    asked = {"loss_type": "simpo", "cpo_alpha": 0.0, "simpo_gamma": MARGIN, "beta": BETA}
    yield "simpo", _trained(CPOTrainer, CPOConfig, _pairs(PAIRS), keeper(), **asked, **TOGETHER)
    yield "reward", _rewarding(keeper())
    for name, asked in GRPO.items():
        yield name, _grpo(asked)
    yield "rloo", _rloo()


def moved() -> dict[str, Tensor]:
    """The adapter's weights, away from its start."""
    return {name: value for name, value in adapted(dict(ADAPTER)).named_parameters() if value.requires_grad}


def fresh() -> PeftModel:
    """The base with an adapter that does nothing: what TRL keeps a copy of as its reference."""
    return get_peft_model(narrow(), LoraConfig(r=RANK, task_type="CAUSAL_LM", **ADAPTER))


@torch.no_grad()
def _move(model: Any) -> None:
    of = dict(model.named_parameters())
    for name, value in moved().items():
        of[name].copy_(value)


def _trained(
    trainer: Any, config: Any, rows: Dataset, kept: Any, **asked: Any
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Loss and gradients of one optimizer step, not clipped."""
    with _settings(config, asked) as args:
        made = trainer(model=fresh(), args=args, train_dataset=rows, processing_class=tokenizer(), callbacks=[kept])
        _move(made.model)
        loss = made.train().training_loss
    return {"loss": loss}, {name: value for name, value in kept.kept.items() if ".default." in name}


def _rewarding(kept: Any) -> tuple[dict[str, Any], dict[str, Tensor]]:
    rows = {"chosen_ids": [p + c for p, c, _ in PAIRS], "rejected_ids": [p + r for p, _, r in PAIRS]}
    with _settings(RewardConfig, {"max_length": None, **TOGETHER}) as args:
        made = RewardTrainer(
            model=scorer(),
            args=args,
            train_dataset=Dataset.from_dict(rows),
            processing_class=tokenizer(),
            callbacks=[kept],
        )
        loss = made.train().training_loss
    return {"loss": loss}, kept.kept


def _grpo(asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """One call of the loss, on rollouts that were written by other weights than those that learn."""
    settings = asked | _sampling() | {"epsilon": CLIP}
    with _settings(GRPOConfig, settings) as args:
        made = GRPOTrainer(
            model=fresh(),
            reward_funcs=_reward,
            args=args,
            train_dataset=_prompts(),
            processing_class=tokenizer(),
            rollout_func=lambda _prompts, _trainer: dict(
                zip(("prompt_ids", "completion_ids", "logprobs"), (*_rollouts(), None), strict=True)
            ),
        )
        inputs = _scored(made)
        old = _log_probs(made, inputs) + _apart(inputs["completion_ids"].shape)  # (B, T)
        inputs["old_per_token_logps"] = old
        gradients = _backward(made, inputs)
    lengths = inputs["completion_mask"].sum(1).tolist()
    rows = [row[:length] for row, length in zip(old.tolist(), lengths, strict=True)]
    return {"loss": gradients.pop("loss").item(), "advantages": inputs["advantages"].tolist(), "old": rows}, gradients


def _rloo() -> tuple[dict[str, Any], dict[str, Tensor]]:
    with _settings(RLOOConfig, _sampling() | {"epsilon": CLIP}) as args:
        made = RLOOTrainer(
            model=fresh(), reward_funcs=_reward, args=args, train_dataset=_prompts(), processing_class=tokenizer()
        )
        made._generate = lambda prompts: (*_rollouts(), [""] * len(prompts))
        inputs = _scored(made)
        inputs["old_logps"] = inputs["old_logps"] + _apart((len(inputs["old_logps"]), 1)).squeeze(1)
        gradients = _backward(made, inputs)
    found = {"advantages": inputs["advantages"].tolist(), "old": inputs["old_logps"].tolist()}
    return {"loss": gradients.pop("loss").item()} | found, gradients


def _scored(made: Any) -> dict[str, Any]:
    """The rollouts as the trainer hands them to its loss: padded, with rewards made advantages."""
    _move(made.model)
    made.model.train()
    made.current_gradient_accumulation_steps = 1
    rows = [{"prompt": prompt} for prompt in _prompts()["prompt"] for _ in range(GROUP)]
    found: dict[str, Any] = made._generate_and_score_completions(rows)
    return found


def _backward(made: Any, inputs: dict[str, Any]) -> dict[str, Tensor]:
    made.model.zero_grad()
    loss = made.compute_loss(made.model, inputs)
    loss.backward()
    named = made.model.named_parameters()
    return {"loss": loss.detach()} | {
        n: value.grad for n, value in named if value.grad is not None and ".default." in n
    }


@torch.no_grad()
def _log_probs(made: Any, inputs: dict[str, Any]) -> Tensor:
    ids = torch.cat([inputs["prompt_ids"], inputs["completion_ids"]], 1)
    mask = torch.cat([inputs["prompt_mask"], inputs["completion_mask"]], 1)
    found: Tensor = made._get_per_token_logps_and_entropies(made.model, ids, mask, inputs["completion_ids"].shape[1])[0]
    return found


def _apart(shape: Any) -> Tensor:
    """By how much the weights of before differed: so that some ratios are held by the clip on either side."""
    return 0.4 * torch.sin(1 + 2.5 * torch.arange(torch.Size(shape).numel()).float()).view(shape)


def _sampling() -> dict[str, Any]:
    rollouts = GROUP * len(ROLLOUTS)
    return {
        "beta": KL,
        "num_generations": GROUP,
        "max_completion_length": LONGEST,
        "per_device_train_batch_size": rollouts,
        "steps_per_generation": 1,
    }


def _rollouts() -> tuple[list[list[int]], list[list[int]]]:
    return [p for p, group, _ in ROLLOUTS for _ in group], [answer for _, group, _ in ROLLOUTS for answer in group]


def _reward(completions: list[Any], **_: Any) -> list[float]:
    given = [reward for _, _, group in ROLLOUTS for reward in group]
    if len(completions) != len(given):
        raise ValueError("the rollouts are not those that are rewarded")
    return given


def _prompts() -> Dataset:
    return Dataset.from_dict({"prompt": [text(prompt) for prompt, _, _ in ROLLOUTS]})


def _pairs(pairs: list[Any]) -> Dataset:
    rows = [{"prompt": text(prompt), "chosen": text(c), "rejected": text(r)} for prompt, c, r in pairs]
    return Dataset.from_list(rows)


def _feedback() -> Dataset:
    return Dataset.from_list([{"prompt": text(p), "completion": text(a), "label": liked} for p, a, liked in FEEDBACK])


@contextmanager
def _settings(config: Any, asked: dict[str, Any]) -> Iterator[Any]:
    """A trainer's settings for one optimizer step in a folder that does not stay."""
    plain = {
        "max_steps": 1,
        "max_grad_norm": 0.0,
        "gradient_checkpointing": False,
        "bf16": False,
        "use_cpu": True,
        "dataloader_pin_memory": False,
        "logging_strategy": "no",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }
    with tempfile.TemporaryDirectory() as scratch:
        yield config(output_dir=scratch, **plain | asked)
