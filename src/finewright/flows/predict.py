"""`predict`: texts through a finished adapter or model, with the very prompt it was trained and measured with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, InputError, Place
from finewright.base.records import CompletionRequest, Message, Record
from finewright.engine.local import LocalCompleter
from finewright.evaluate.json_schema import constraint_of
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.flows.labelling import labelled
from finewright.model import full, head_folder, lora
from finewright.model.chat import Chat
from finewright.model.head_folder import is_head
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.manifest import FILE as MANIFEST
from finewright.model.manifest import Manifest, read_manifest

_BATCH_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Answered:
    """One input and its answer; `probabilities` by label where they were asked for."""

    input: str
    answer: str
    finish: str
    probabilities: dict[str, float] | None = None


def predict(adapter: Path, texts: Sequence[str], *, probabilities: bool = False) -> Iterator[Answered]:
    """Answer each text, in order.

    `adapter` is an adapter or model folder, or a run folder. Raises AdapterError (no adapter there, unsafe files,
    another base, a reward model), BaseError (its base is not stored) or InputError (a text too long; probabilities of
    an open answer).
    """
    folder = adapter_folder(adapter)
    manifest = read_manifest(folder)
    task = Task.from_json(manifest.task)
    if is_head(folder):
        _refuse_reward(folder)
        yield from _labelled(folder, manifest, texts, probabilities)
        return
    if probabilities and task.kind != "classes":
        raise InputError(
            "probabilities exist only for one answer out of a fixed set of labels", remedy="leave --probabilities out"
        )
    completer, digest = serving(folder, find(manifest.base))
    requests = [_request(text, manifest, task, digest, probabilities) for text in texts]
    for text, done in zip(texts, completer.complete(requests), strict=True):
        yield Answered(text, done.text, done.finish, dict(done.probabilities) if done.probabilities else None)


def adapter_folder(path: Path) -> Path:
    """The folder of what was trained that `path` is, or holds as a run folder; the tuned arm's before the encoder's.

    Raises AdapterError where there is none.
    """
    for folder in (path, path / "adapter", path / "model", path / "arms" / "encoder" / "model"):
        if (folder / "adapter_config.json").exists() or (folder / MANIFEST).exists():
            return folder
    raise AdapterError(
        "there is no adapter here", place=Place(path), remedy="name a run folder or the `adapter` folder inside one"
    )


def _refuse_reward(folder: Path) -> None:
    if head_folder.read_spec(folder).kind == "reward":
        raise AdapterError(
            "this is a reward model, which scores answers and writes none",
            place=Place(folder),
            remedy="name an adapter or a classifier here, and this folder as the `path` of a reward of scorer model",
        )


def _labelled(folder: Path, manifest: Manifest, texts: Sequence[str], probabilities: bool) -> Iterator[Answered]:
    """Answers of a classification head, with the calibrated probability of each label."""
    base = find(manifest.base)
    model, spec = head_folder.load(folder, base)
    for text, (answer, likely) in zip(texts, labelled(model, spec, base, texts), strict=True):
        yield Answered(text, answer, "choice", likely if probabilities else None)


def serving(folder: Path | None, base: Base) -> tuple[LocalCompleter, str | None]:
    """Who answers with the adapter or model in `folder`, or for the bare base, and the adapter to ask for.

    Raises AdapterError where the folder is unsafe to open, damaged, or of another base.
    """
    if folder is None:
        return _engine(load_decoder(base), base), None
    if not (folder / "adapter_config.json").exists():
        return _engine(full.load(folder, base), base), None
    lora.check(folder, base)
    completer = _engine(load_decoder(base), base)
    return completer, completer.add_adapter(folder, base)


def _engine(model: PreTrainedModel, base: Base) -> LocalCompleter:
    return LocalCompleter(model, Chat(load_tokenizer(base)), context=base.context, batch_tokens=_BATCH_TOKENS)


def _request(text: str, manifest: Manifest, task: Task, adapter: str | None, probabilities: bool) -> CompletionRequest:
    record = Record(id="", messages=(Message("user", text),), answer="")
    return CompletionRequest(
        messages=build(manifest.prompt, task, record),
        max_tokens=task.max_tokens,
        choices=task.labels if task.kind == "classes" else None,
        probabilities=probabilities,
        adapter=adapter,
        schema=constraint_of(task) if task.constrained else None,
    )
