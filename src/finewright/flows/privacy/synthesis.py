"""Made-up rows from a recipe's training rows, screened and written as a file that a recipe can name.

Only training rows that the policy admits are parents, and no made-up row is nearer to any real one, held-out and
refused ones included, than the threshold. Parts that the recipe splits off are written as files as well, since a split
of other rows would be another split: so nothing made from a held-out row is learned from.

    synthetic.jsonl    the made-up rows, each marked with how it was made and a keyed digest of its template
    train.jsonl        the real training rows as they were, and the made-up ones behind them
    validation.jsonl, test.jsonl    the held-out rows as they were, where the recipe names no file for them
    report.json        asked, made, and dropped by reason, way by way
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from finewright.base.errors import InputError
from finewright.base.files import write_json, write_jsonl
from finewright.base.progress import progress
from finewright.base.protocols import Completer
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.records import Record, TaskKind
from finewright.data.load import Loaded, refuse
from finewright.data.shapes.documents import is_documents
from finewright.data.split import Parts
from finewright.flows.label.folder import check_free
from finewright.flows.parts import split_parts
from finewright.flows.privacy.dataset import DataSet, as_read
from finewright.flows.privacy.scrub import LABELS, scrub
from finewright.flows.privacy.scrubbing import detector, patterns_of
from finewright.flows.reading import in_kind_of, part_files, read_parts, refusals
from finewright.privacy.keyed import Keyed
from finewright.privacy.scope import open_scope, seal
from finewright.privacy.synthesis.candidate import Candidate, Patterns, Way
from finewright.privacy.synthesis.paraphrase import Asked, Failed, paraphrases
from finewright.privacy.synthesis.rewriting import Rewriting, Slotted
from finewright.privacy.synthesis.screen import screened
from finewright.privacy.synthesis.templates import filled, templates_of
from finewright.privacy.synthesis.variants import variants

WAYS: tuple[Way, ...] = ("surrogate", "template", "paraphrase")
SYNTHETIC, REPORT = "synthetic.jsonl", "report.json"
_NAME = 12
_PLAIN = ("labelled", "prompt")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made.

    ways   how
    each   made-up rows of each way for a training row
    least  how many people's rows a template must be met in
    near   Jaccard similarity from which a made-up input is too near to a real one; None: the recipe's `split.near`
    """

    ways: tuple[Way, ...] = ("surrogate", "template")
    each: int = 1
    least: int = 3
    near: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Of one way: rows asked for, made and kept, and dropped by reason."""

    way: Way
    asked: int
    made: int
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Synthesised:
    """What was made of how many training rows, and the files by recipe key."""

    parents: int
    near: float
    counts: tuple[Count, ...]
    files: Mapping[str, Path]


def synthesise(
    resolved: ResolvedRecipe, out: Path, wanted: Wanted, *, scope: Path | None, completer: Completer | None
) -> Synthesised:
    """Make rows into the new folder `out`. The same scope, recipe and rows give the same ones; without `scope` a key
    is made for this once.

    Raises InputError where `out` is not empty or rows have no input and answer of their own, DataError where rows
    cannot be read or split, StorageError where a file cannot be written.
    """
    check_free(out)
    real = _read(resolved)
    near = wanted.near or real.recipe.split.near
    with _key(scope) as key:
        made, counts = _made(real, wanted, near, key, completer)
        rows = [_row(one, real, key) for one in made]
    write_jsonl(out / SYNTHETIC, rows)
    files = _parts(out, real, rows)
    done = Synthesised(len(real.parts.train), near, counts, files)
    write_json(out / REPORT, asdict(done) | {"files": {key: str(path) for key, path in files.items()}})
    return done


@dataclass(frozen=True, slots=True)
class _Real:
    """The rows of a recipe as they were written: its parts, the inputs of all rows, and the column of each role."""

    recipe: Recipe
    kind: TaskKind
    parts: Parts
    inputs: Sequence[str]
    columns: Mapping[str, str]


def _read(resolved: ResolvedRecipe) -> _Real:
    recipe = resolved.recipe
    if is_documents(recipe):
        raise _unsupported("documents")
    if not recipe.privacy.enabled:
        remedy = "set `privacy.enabled: true`, so that it is known which rows may be learned from"
        raise InputError(
            "nothing is searched for in these rows", place=resolved.place("privacy.enabled"), remedy=remedy
        )
    loaded = read_parts(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    loaded, kind = in_kind_of(recipe, loaded)
    every = [record for one in loaded.values() for record in one.records]
    told = loaded["train"].recognised
    if told.shape not in _PLAIN or "system" in told.columns:
        raise _unsupported(f"the shape {told.shape}" + (" with a system message" if "system" in told.columns else ""))
    parts = split_parts(recipe, _admitted(loaded, scrub(recipe, loaded, kind, part_files(recipe))), kind)
    return _Real(recipe, kind, parts, [record.text for record in every], told.columns)


def _admitted(loaded: Mapping[str, Loaded], data: DataSet) -> DataSet:
    """The rows that may be learned from, as they were written."""
    return as_read({part: replace(one, records=data.written[part]) for part, one in loaded.items()})


def _unsupported(what: str) -> InputError:
    return InputError(f"rows are made of an input and its answer, not of {what}", remedy="give a recipe of such rows")


@contextmanager
def _key(scope: Path | None) -> Iterator[Keyed]:
    """The key of a scope that is kept, or of one that is gone afterwards."""
    if scope is not None:
        yield open_scope(scope).keyed
        return
    with tempfile.TemporaryDirectory() as folder:
        yield open_scope(Path(folder)).keyed
        seal(Path(folder))


def _made(
    real: _Real, wanted: Wanted, near: float, key: Keyed, completer: Completer | None
) -> tuple[list[Candidate], tuple[Count, ...]]:
    """The rows that passed, and the counts of each way. All are screened together, so that none repeats another."""
    privacy = real.recipe.privacy
    rewriting = Rewriting(detector(privacy).find, privacy.mode, privacy.allow, answers=real.kind not in LABELS)
    with progress("Making rows", len(real.parts.train), "rows") as advance:
        slotted = [_advanced(rewriting.slotted(record), advance) for record in real.parts.train]
    rows = [one for one in slotted if one is not None]
    making = _Making(rows, wanted, rewriting, key, patterns_of(privacy), completer, real.recipe.seed)
    tried = {way: list(making.of(way)) for way in wanted.ways}
    candidates = [one for of in tried.values() for one in of if isinstance(one, Candidate)]
    reasons = screened(candidates, real.inputs, near, rewriting)
    kept = [one for one, reason in zip(candidates, reasons, strict=True) if reason is None]
    dropped: dict[Way, Counter[str]] = {
        way: Counter(str(one.reason) for one in of if isinstance(one, Failed)) for way, of in tried.items()
    }
    for one, reason in zip(candidates, reasons, strict=True):
        if reason is not None:
            dropped[one.way][reason] += 1
    held = len(slotted) - len(rows)
    counts = [_count(way, wanted, making, len(tried[way]), dropped[way], held) for way in wanted.ways]
    return kept, tuple(counts)


def _advanced(one: Slotted | None, advance: Callable[[int], None]) -> Slotted | None:
    advance(1)
    return one


def _count(way: Way, wanted: Wanted, making: "_Making", tried: int, dropped: Counter[str], held: int) -> Count:
    """What became of the rows that were asked for; of rows with a slot's mark in them, or below the least, none is."""
    asked = wanted.each * (len(making.rows) + held)
    told = {**dropped, "holds a mark": held * wanted.each}
    if way == "template":
        told["below the least"] = wanted.each * len(making.rows) - tried
    lost = {reason: number for reason, number in sorted(told.items()) if number}
    return Count(way, asked, asked - sum(lost.values()), lost)


@dataclass(frozen=True, slots=True)
class _Making:
    """What the ways have in common."""

    rows: Sequence[Slotted]
    wanted: Wanted
    rewriting: Rewriting
    key: Keyed
    patterns: Patterns
    completer: Completer | None
    seed: int

    def of(self, way: Way) -> Iterator[Candidate | Failed]:
        """What this way makes of the rows."""
        if way == "surrogate":
            return variants(self.rows, self.wanted.each, self.rewriting, self.key, self.patterns)
        if way == "template":
            used = [one for one in templates_of(self.rows) if one.met >= self.wanted.least]
            return filled(used, self.wanted.each, self.rewriting, self.key, self.patterns)
        if self.completer is None:
            raise InputError("there is nobody to paraphrase", remedy="name a base or an endpoint")
        asked = Asked(seed=self.seed)
        return paraphrases(self.rows, self.wanted.each, self.rewriting, self.key, self.patterns, self.completer, asked)


def _row(one: Candidate, real: _Real, key: Keyed) -> dict[str, Any]:
    """A made-up row under the names that the training file has. Its group is its template, so that what was made from
    one template is on one side of any split."""
    columns = real.columns
    template = key.digest("template's name", one.template).hex()[:_NAME]
    answer = json.loads(one.record.answer) if real.kind == "labels" else one.record.answer
    return {
        columns["input"]: one.record.text,
        columns["answer"]: answer,
        columns.get("group", "group"): f"synthetic {template}",
        "synthetic": one.way,
        "template": template,
    }


def _parts(out: Path, real: _Real, made: Sequence[Mapping[str, Any]]) -> dict[str, Path]:
    """The training rows as they were with made-up ones behind them, and the held-out parts that have no file."""
    held = {"validation": real.parts.validation, "test": real.parts.test}
    split_off = {name: rows for name, rows in held.items() if getattr(real.recipe.data, name) is None}
    rows: dict[str, list[Mapping[str, Any]]] = {"train": [*(_plain(one, real) for one in real.parts.train), *made]}
    rows |= {name: [_plain(one, real) for one in of] for name, of in split_off.items()}
    files = {f"data.{name}": out / f"{name}.jsonl" for name in rows}
    for name, path in zip(rows, files.values(), strict=True):
        write_jsonl(path, rows[name])
    return files


def _plain(record: Record, real: _Real) -> dict[str, Any]:
    """A real row as it was, under the names of the training file."""
    columns = real.columns
    values = {"input": record.text, "answer": record.answer, "group": record.group, "time": record.time}
    if real.kind == "labels":
        values["answer"] = json.loads(record.answer)
    return {columns[role]: value for role, value in values.items() if role in columns}
