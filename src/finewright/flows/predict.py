"""`predict`: texts through a finished adapter or model, with the very prompt it was trained and measured with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, InputError, Place
from finewright.base.recipe import Columns, Data
from finewright.base.records import CompletionRequest, Message, Record
from finewright.engine.local import LocalCompleter
from finewright.evaluate.json_schema import constraint_of
from finewright.evaluate.prompt import build
from finewright.evaluate.task import Task
from finewright.flows.label.pool import read_pool
from finewright.flows.labelling import labelled
from finewright.model import full, head_folder, lora
from finewright.model.chat import Chat
from finewright.model.head_folder import is_head
from finewright.model.hub import Base, find, load_decoder, load_tokenizer
from finewright.model.manifest import FILE as MANIFEST
from finewright.model.manifest import Manifest, read_manifest

_BATCH_TOKENS = 8192
_TABLES = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".pq")


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


def is_table(file: Path) -> bool:
    """Whether a file's texts stand in a column of it, by its name; of any other each line is a text."""
    return file.suffix.casefold() in _TABLES


def texts_in(adapter: Path, file: Path) -> list[str]:
    """The texts of a table in file order, read as the run that trained `adapter` read its rows: by the same column.

    A column of answers is not needed and not looked at. Raises AdapterError where there is no adapter, and DataError
    where the file cannot be read, its column is unclear, or a row has no text.
    """
    settings = _reading(read_manifest(adapter_folder(adapter)), file)
    return [record.messages[0].text for record in read_pool(file, settings)]


def _reading(manifest: Manifest, file: Path) -> Data:
    """How the run read its files; who asks and when says nothing of an answer, and may be left out of the file."""
    data = manifest.recipe.get("data", {})
    columns = Columns.model_validate(data.get("columns", {})).model_copy(update={"group": None, "time": None})
    known = {name: data[name] for name in ("encoding", "delimiter") if name in data}
    return Data(train=file, columns=columns, **known)


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
