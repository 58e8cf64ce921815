"""From a recipe to split, tokenised documents: everything continued pretraining knows before a model computes.

Reads files and the stored base's tokenizer; loads no weights. The same recipe and files give the same documents.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.base.records import Record
from finewright.base.views import Joined
from finewright.data.card import card
from finewright.data.curate import curate
from finewright.data.load import Loaded, refuse
from finewright.data.split import Parts
from finewright.evaluate.task import Task
from finewright.flows.derived import left_open
from finewright.flows.identity import run_digest
from finewright.flows.origin import base_of
from finewright.flows.parts import sampled, split_parts
from finewright.flows.prepare import Fitting, check_trains
from finewright.flows.privacy.dataset import DataSet
from finewright.flows.privacy.scrub import scrub
from finewright.flows.reading import part_files, read_documents, reading_documents, refusals
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import Base, load_tokenizer
from finewright.model.plain import Plain
from finewright.train.pretrain import count, row_length, rows_of

_LONGEST_ANSWER = 128
"""Tokens of an answer where somebody asks the adapter something: documents do not say."""

Documents = Mapping[str, Sequence[Example]]
"""Documents as rows of tokens, by record id."""


@dataclass(frozen=True, slots=True)
class PreparedDocuments:
    """A run's documents: `learning` to train on, `choosing` to validate with, `shared` held out to the end.

    No row is longer than `longest` tokens. `card` is the data manifest with the counts of documents, rows, tokens.
    `talking` is None for a base without a chat template, which can be trained on documents all the same.
    """

    resolved: ResolvedRecipe
    base: Base
    plain: Plain
    talking: Chat | None
    task: Task
    parts: Parts
    longest: int
    card: dict[str, Any]
    learning: Documents
    choosing: Documents
    shared: Documents
    dataset: DataSet

    @property
    def recipe(self) -> Recipe:
        """The recipe as written, defaults filled in."""
        return self.resolved.recipe

    @property
    def chat(self) -> Chat:
        """The base's chat template. Raises BaseError where it has none."""
        return self.talking or Chat(load_tokenizer(self.base))

    @property
    def fitting(self) -> Fitting:
        """The longest row; nothing is over it, since documents are continued."""
        return Fitting(self.longest, "continue")

    @property
    def digest(self) -> str:
        """Digest of everything that decides the result."""
        return run_digest(self.recipe, self.base)

    @property
    def said(self) -> list[str]:
        """What became of the documents, part by part, in sentences."""
        return [_said(name, of) for name, of in self.card["documents"]["parts"].items()]

    def derived(self, micro_tokens: int) -> dict[str, tuple[Any, str]]:
        """Resolved values by dotted recipe key, for those that the recipe leaves to finewright."""
        values: dict[str, tuple[Any, str]] = {
            "task.kind": ("documents", "asked for by the data's shape or type"),
            "train.max_length": (self.longest, "1,024 tokens, or the base's context"),
            "train.micro_tokens": (micro_tokens, "from free memory, once"),
            "train.threads": (os.cpu_count() or 1, "the machine's cores"),
            "train.rows": (len(self.learning), "all training documents"),
            "evaluate.test_rows": (len(self.shared), "all test documents"),
            "evaluate.validation_rows": (len(self.choosing), "all validation documents"),
        }
        return left_open(self.recipe, self.card, values)


def prepare_documents(resolved: ResolvedRecipe) -> PreparedDocuments:
    """All of it, stopping at the first fault that the recipe does not allow for.

    Raises BaseError (base not stored), DataError (files, documents, split) or InputError (settings).
    """
    recipe = resolved.recipe
    check_trains(resolved, "documents")
    base = base_of(recipe)
    tokenizer = load_tokenizer(base)
    plain = Plain(tokenizer)
    longest = row_length(recipe.train.max_length, base.context)
    loaded = read_documents(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    dataset = scrub(reading_documents(recipe), loaded, "documents", part_files(recipe))
    loaded = dataset.loaded
    parts = split_parts(recipe, dataset, "documents")

    def drawn(records: Sequence[Record], most: int | None, purpose: str) -> Documents:
        of = sampled(records, most, recipe.seed, purpose, "documents", dataset)
        return {record.id: rows_of(record.id, plain.encode(record.answer), longest) for record in of}

    learning = drawn(parts.train, recipe.train.rows, "learning")
    choosing = drawn(parts.validation, recipe.evaluate.validation_rows, "choosing")
    shared = drawn(parts.test, recipe.evaluate.test_rows, "shared")
    counted = {"train": learning, "validation": choosing, "test": shared}
    return PreparedDocuments(
        resolved=resolved,
        base=base,
        plain=plain,
        talking=Chat(tokenizer) if tokenizer.chat_template else None,
        task=Task("documents", recipe.task.instruction, (), (), recipe.evaluate.max_tokens or _LONGEST_ANSWER),
        parts=parts,
        longest=longest,
        card=_card(recipe, loaded, parts)
        | {
            "privacy": dataset.told,
            "documents": {
                "longest_row": longest,
                "separator": plain.separator_text,
                "parts": {name: asdict(count(of)) for name, of in counted.items()},
            },
        },
        learning=learning,
        choosing=choosing,
        shared=shared,
        dataset=dataset,
    )


def rows_in(documents: Documents) -> list[Example]:
    """All rows, document by document."""
    return list(chain.from_iterable(documents.values()))


def _card(recipe: Recipe, loaded: dict[str, Loaded], parts: Parts) -> dict[str, Any]:
    found = curate(Joined(one.records for one in loaded.values()), recipe.split.near)
    # Documents that differ in case and white space alone are answers to nothing, so nothing contradicts.
    curation = replace(found, contradictions=[])
    return card(files=part_files(recipe), loaded=loaded, curation=curation, parts=parts, kind="documents")


def _said(name: str, of: Mapping[str, int]) -> str:
    """As: train: 120 documents, 310 rows, 250,431 tokens; 60 documents are continued in a further row."""
    continued = of["continued"]
    more = f"; {continued:,} {'are' if continued > 1 else 'is'} continued in further rows" if continued else ""
    return f"{name}: {of['documents']:,} documents, {of['rows']:,} rows, {of['tokens']:,} tokens{more}"
