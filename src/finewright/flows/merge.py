"""`merge`: an adapter and its base as one model folder, held against the two apart before it appears.

For servers that load no adapters, and as the base of further recipes. The merged model is in fp32, as the base is
served here, also where the adapter was trained on the base in 4 bits.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel
from pydantic import TypeAdapter
from torch import Tensor
from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, FinewrightError, InputError, Place
from finewright.base.files import read_jsonl
from finewright.base.records import Message, Record
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.flows.folder import RunFolder
from finewright.flows.predict import adapter_folder
from finewright.model import full, lora
from finewright.model.chat import Chat
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.manifest import Manifest, read_manifest, write_manifest
from finewright.model.whole import scratch_folder, settle

_EXAMPLES = 4
_TOLERANCE = 1e-3
"""Nats per token, as after training: rounding in fp32 stays a hundred times below, a wrong scale lies far above."""

_RECORD = TypeAdapter(Record)


@dataclass(frozen=True, slots=True)
class Merged:
    """What was written: where, on how many texts it was held against base and adapter, and how far apart they were.

    `apart` is the largest difference of a token's log-probability, in nats.
    """

    folder: Path
    texts: int
    tokens: int
    apart: float


def merge(path: Path, folder: Path, say: Callable[[str], None]) -> Merged:
    """Write the adapter in `path`, an adapter or run folder, merged into its base, to the new folder `folder`.

    Raises AdapterError (no adapter there, damaged, another base), BaseError (its base is not stored, or stored in
    fewer bits), InputError where `folder` is the base's own or not empty, and FinewrightError, leaving nothing behind,
    where the merged model does not answer as base and adapter do.
    """
    adapter = adapter_folder(path)
    if not (adapter / "adapter_config.json").exists():
        raise AdapterError(
            "holds a model of its own, with nothing to merge", place=Place(adapter), remedy="use the folder as it is"
        )
    manifest = read_manifest(adapter)
    base = find(manifest.base)
    _check_place(folder, base)
    lora.check(adapter, base)
    if manifest.recipe.get("train", {}).get("quantise"):
        say("The adapter was trained on its base in 4 bits; it is merged into the base in full precision, as served")
    texts = _texts(adapter, manifest, base)
    apart = _write(adapter, manifest, base, folder, texts)
    return Merged(folder, len(texts), sum(len(text) - 1 for text in texts), apart)


def _check_place(folder: Path, base: Base) -> None:
    wanted, own = folder.expanduser().resolve(), base.folder.resolve()
    if wanted == own or own in wanted.parents:
        raise InputError(
            f"is the folder of the base `{base.name}` itself, which every adapter on it needs as it is",
            place=Place(folder),
            remedy="name a new folder",
        )
    if wanted.exists() and not (wanted.is_dir() and not any(wanted.iterdir())):
        raise InputError("exists and is not empty", place=Place(folder), remedy="name a new folder")


def _write(adapter: Path, manifest: Manifest, base: Base, folder: Path, texts: Sequence[list[int]]) -> float:
    """Merge, save, load again and compare; the folder appears only where they agree. The largest difference."""
    model = lora.load(load_decoder(base), adapter, base, "merged")
    wanted = _log_probs(model, texts)
    with scratch_folder(folder.expanduser().resolve().parent) as scratch:
        made = scratch / "model"
        full.save(model.merge_and_unload(), made, base)
        write_manifest(made, manifest)
        found = _log_probs(full.load(made, base), texts)
        apart = max(float((one - other).abs().max()) for one, other in zip(found, wanted, strict=True))
        # Written so that NaN fails.
        if not apart <= _TOLERANCE:
            raise FinewrightError(
                "the merged model does not answer as base and adapter do: "
                f"a token's log-probability differs by {apart:.4f}",
                remedy="report this as a fault of finewright, with the versions that `finewright doctor` shows",
            )
        settle(made, folder.expanduser().resolve())
    return apart


@torch.no_grad()
def _log_probs(model: PreTrainedModel | PeftModel, texts: Sequence[list[int]]) -> list[Tensor]:
    """The log-probability of each token but the first, given those before it, text by text."""
    found = []
    for text in texts:
        tokens = torch.tensor([text])
        scores = model(input_ids=tokens, use_cache=False).logits[0, :-1].double().log_softmax(-1)  # (T - 1, V)
        found.append(scores.gather(-1, tokens[0, 1:, None]).squeeze(-1))
    return found


def _texts(adapter: Path, manifest: Manifest, base: Base) -> list[list[int]]:
    """Tokens of a few validation rows of the adapter's run, answers included; without a run, of the task's words."""
    tokenizer, task = load_tokenizer(base), Task.from_json(manifest.task)
    file = RunFolder(adapter.parent).part("validation")
    rows = [_RECORD.validate_python(row) for row in read_jsonl(file)] if file.exists() else []
    records = sorted(rows, key=lambda one: (len(one.text) + len(one.answer), one.id))[:_EXAMPLES]
    if task.kind == "documents":
        texts = [tokenizer.encode(one.answer) for one in records] or [tokenizer.encode(task.instruction)]
    else:
        chat = Chat(tokenizer)
        asked = records or [Record("", (Message("user", task.instruction),), "")]
        texts = [
            [*chat.encode_prompt(build(manifest.prompt, task, one)), *chat.encode_answer(one.answer)] for one in asked
        ]
    return [list(text[: base.context]) for text in texts]
