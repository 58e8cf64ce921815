"""What is attacked: a run's adapter or model, with the rows it learned and those it never saw. Loads on first use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finewright.audit.report import Report
from finewright.base.errors import AdapterError, InputError, Place
from finewright.base.files import read_json
from finewright.base.recipe import Recipe
from finewright.base.records import Record
from finewright.base.results import Figure
from finewright.engine.local import LocalCompleter
from finewright.evaluate.task import Task
from finewright.flows.examples import examples_in
from finewright.flows.folder import RunFolder
from finewright.flows.learning import versions
from finewright.flows.lineage import named
from finewright.flows.predict import adapter_folder, serving
from finewright.flows.product import product_digest
from finewright.flows.stored import rows_of
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.head_folder import is_head
from finewright.model.hub import Base, find, load_tokenizer
from finewright.model.manifest import Manifest, read_manifest


@dataclass
class Audited:
    """A finished product and its surroundings.

    product, folder     the adapter (or model) folder, and the run folder around it
    manifest, recipe    the product's own account of itself, and the settings it was trained by
    """

    product: Path
    folder: RunFolder
    manifest: Manifest
    recipe: Recipe

    @cached_property
    def base(self) -> Base:
        """The base it was trained on. Raises BaseError where it is not stored here."""
        return find(self.manifest.base)

    @cached_property
    def digest(self) -> str:
        """The digest that names the product, and every report on it."""
        return product_digest(self.product, self.recipe)

    @cached_property
    def chat(self) -> Chat:
        """The base's chat template and tokenizer."""
        return Chat(load_tokenizer(self.base))

    @cached_property
    def task(self) -> Task:
        """The task it was trained for."""
        return Task.from_json(self.manifest.task)

    @cached_property
    def served(self) -> tuple[LocalCompleter, str | None]:
        """Who answers with the product, and the adapter to ask for; None as adapter where all weights were trained."""
        return serving(self.product, self.base)

    @cached_property
    def bare(self) -> tuple[LocalCompleter, None]:
        """Who answers as the base did before training: the same engine without its adapter, where there is one."""
        completer, adapter = self.served
        return (completer if adapter is not None else serving(None, self.base)[0]), None

    @cached_property
    def members(self) -> tuple[Record, ...]:
        """The records that were learned. Raises InputError where the run folder no longer has them."""
        return tuple(record for record in self._rows("train") if record.id in self._learned)

    @cached_property
    def spared(self) -> tuple[Record, ...]:
        """The training records that the recipe's `train.rows` left unlearned, by a seeded draw; mostly none.

        Raises what `members` raises.
        """
        return tuple(record for record in self._rows("train") if record.id not in self._learned)

    @cached_property
    def held_out(self) -> tuple[Record, ...]:
        """The test records, which were never learned. Raises InputError where the run folder no longer has them."""
        return self._rows("test")

    @cached_property
    def choosing(self) -> tuple[Record, ...]:
        """The validation records, by which the product was chosen. Raises InputError where they are gone."""
        return self._rows("validation")

    def examples(self, records: Sequence[Record]) -> list[Example]:
        """Records as the product learned, or would have learned, them."""
        return [example for one in records for example in examples_in(self.recipe, self.task, self.chat, one)]

    def named(self, digest: str) -> str:
        """A digest of the run's data, settings or results as its manifest names it."""
        return named(digest, self.manifest, self.folder)

    def asked(self, by: Mapping[str, Any]) -> dict[str, Any]:
        """What a report on it says it was asked: what the attack goes by, and the versions it ran under."""
        return {**by, "versions": versions()}

    def report(
        self,
        kind: str,
        asked: Mapping[str, Any],
        figures: Mapping[str, Figure],
        details: Mapping[str, Any] | None = None,
        notes: Sequence[str] = (),
    ) -> Report:
        """A report on this product, made now."""
        return Report(
            kind=kind,
            adapter=self.digest,
            base=self.base.digests.combined,
            run=self.manifest.run,
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            asked=self.asked(asked),
            figures=figures,
            details=details or {},
            notes=tuple(notes),
        )

    @cached_property
    def _learned(self) -> frozenset[str]:
        if not self.folder.learned.exists():
            raise _gone(self.folder.learned, "the list of the rows that were learned is gone")
        return frozenset(read_json(self.folder.learned))

    def _rows(self, part: str) -> tuple[Record, ...]:
        if not self.folder.part(part).exists():
            raise _gone(self.folder.part(part), f"the {part} rows of the run are gone")
        return tuple(rows_of(self.folder, part))


def open_audited(path: Path) -> Audited:
    """The product that `path` is, or holds as a run folder.

    Raises AdapterError where there is none, it has no manifest or its recipe cannot be read, InputError where it is a
    classifier, which writes nothing that could be drawn out of it, or a trial of a sweep.
    """
    product = adapter_folder(path)
    if is_head(product):
        raise InputError(
            "is a classifier, and attacks are on models that write",
            place=Place(product),
            remedy="name an adapter, a model, or the run folder of one",
        )
    if RunFolder(product.parent).trial.exists():
        raise InputError(
            "is a trial of a sweep, of which nothing was measured on test rows",
            place=Place(product),
            remedy="run the sweep's best.yaml, which ends with attacks and a gate",
        )
    manifest = read_manifest(product)
    try:
        recipe = Recipe.model_validate(manifest.recipe)
    except ValidationError as fault:
        raise AdapterError(
            "was trained by a recipe that this version cannot read", place=Place(product), remedy="train it again"
        ) from fault
    return Audited(product, RunFolder(product.parent), manifest, recipe)


def _gone(path: Path, what: str) -> InputError:
    remedy = "put the file back from a backup, or run the recipe again"
    return InputError(f"{what}, so that what was learned cannot be looked for", place=Place(path), remedy=remedy)
