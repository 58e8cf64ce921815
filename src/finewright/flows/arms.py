"""The arms of a run: which there are, which apply, and how each is fitted when its answers are first needed.

A model, an index or a classifier is made at most once a run, and only if some answers are missing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from finewright.base.protocols import Embed, Predictor
from finewright.base.recipe_arms import Prompt
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.records import Record
from finewright.engine.local import LocalCompleter
from finewright.evaluate.arms.applies import why_not
from finewright.evaluate.arms.endpoint import EndpointArm, why_no_endpoint
from finewright.evaluate.arms.frozen import frozen
from finewright.evaluate.arms.majority import majority
from finewright.evaluate.arms.neighbours import Nearest, neighbours
from finewright.evaluate.arms.prompted import prompted, prompted_by
from finewright.evaluate.arms.rag import rag
from finewright.evaluate.arms.retrieved import retrieved
from finewright.evaluate.arms.tfidf import tfidf
from finewright.evaluate.arms.vectors import remembering
from finewright.evaluate.prompt import choose_shots
from finewright.evaluate.task import Task
from finewright.flows import encoder
from finewright.flows.asking import completer_of, endpoint_of
from finewright.flows.folder import RunFolder
from finewright.flows.passages import passages_of
from finewright.flows.prepare import Prepared
from finewright.flows.prompt_search import PromptSearcher
from finewright.model import full
from finewright.model.embed import embedder
from finewright.model.hub import find, load_decoder
from finewright.retrieve.hit import Hit

_METHODS = {"lora": "LoRA", "full": "all weights"}


@dataclass
class Bench:
    """What the arms of one run share: its records, one loaded base, and what was trained once there is something."""

    prepared: Prepared
    folder: RunFolder
    say: Callable[[str], None]
    tuned: tuple[LocalCompleter, str | None] | None = None
    """Who answers for the tuned arm, and the adapter to ask for; None of a model whose own weights were trained."""
    fitted: dict[str, Predictor] = field(default_factory=dict)
    allow_drift: bool = False
    """Whether a training that other versions or threads began is resumed all the same."""

    @cached_property
    def completer(self) -> LocalCompleter:
        """The base in the engine, loaded on first use."""
        return completer_of(self.prepared, load_decoder(self.prepared.base))

    @cached_property
    def embed(self) -> Embed:
        """The embedding base, loaded on first use."""
        return remembering(embedder(find(self.prepared.recipe.arms.frozen.base)))

    @cached_property
    def nearest(self) -> Nearest:
        """The training rows by nearness, embedded on first use."""
        return Nearest(self.prepared.parts.train, self.embed, self.prepared.recipe.split.near)

    def passages(self, records: Sequence[Record]) -> list[list[Hit]]:
        """Each record's passages of the corpus, the best first."""
        return passages_of(self.folder.passages, self.prepared.recipe.arms.rag, records)

    @property
    def served(self) -> tuple[LocalCompleter, str | None]:
        """Who answers for the tuned arm. Raises ValueError before there is something to serve."""
        if self.tuned is None:
            raise ValueError("the tuned arm answers once something was trained")
        return self.tuned

    def serve(self, product: Path) -> None:
        """Serve the saved adapter or model from here on: what is measured is what is stored."""
        if self.prepared.recipe.train.method == "full":
            self.tuned = completer_of(self.prepared, full.load(product, self.prepared.base)), None
        else:
            self.tuned = self.completer, self.completer.add_adapter(product, self.prepared.base)


@dataclass(frozen=True, slots=True)
class Arm:
    """One arm: `make` fits it; `why_not` says why it is left out; `cheap` arms answer every test row.

    `endpoint` is the section of an arm that asks one; `cites` tells whether it answers from passages of the corpus.
    """

    name: str
    title: str
    make: Callable[[Bench], Predictor]
    why_not: str | None = None
    trained: bool = False
    cheap: bool = False
    endpoint: Endpoint | None = None
    cites: bool = False

    def fit(self, bench: Bench) -> Predictor:
        """The arm's predictor, fitted once a run."""
        if self.name not in bench.fitted:
            bench.fitted[self.name] = self.make(bench)
        return bench.fitted[self.name]

    def hits(self, bench: Bench, records: Sequence[Record]) -> dict[str, list[Hit]] | None:
        """The passages that the arm answers from, by record; None where it does without."""
        if not self.cites:
            return None
        return {record.id: hits for record, hits in zip(records, bench.passages(records), strict=True)}


def arms_of(prepared: Prepared) -> list[Arm]:
    """Every arm in the order of rising cost, switched-off and inapplicable ones included with their reason."""
    arms, train = prepared.recipe.arms, prepared.parts.train
    task, seed = replace(prepared.task, constrained=False), prepared.recipe.seed

    def off(name: str) -> str | None:
        switched = arms.runs(name) and (name != "tuned" or prepared.recipe.train.enabled)
        if not switched:
            return "switched off in the recipe"
        if getattr(arms, name).enabled is None and why_not("frozen", task):
            return "It runs by itself where the frozen arm does; `enabled: true` has it run."
        return encoder.why_not(task) if name == "encoder" else why_not(name, task)

    shots = choose_shots(train, task, arms.few_shot.examples, seed) if arms.few_shot.enabled else ()
    return [
        Arm("majority", "Most frequent answer", lambda _: majority(train), off("majority"), cheap=True),
        Arm("tfidf", "TF-IDF + logistic regression", lambda _: tfidf(train, task), off("tfidf"), cheap=True),
        Arm(
            "frozen",
            "Frozen embeddings + logistic regression",
            lambda bench: frozen(train, task, bench.embed),
            off("frozen"),
            cheap=True,
        ),
        Arm(
            "neighbours",
            "Nearest neighbours by frozen embeddings",
            lambda bench: neighbours(train, task, bench.nearest, arms.neighbours.most),
            off("neighbours"),
            cheap=True,
        ),
        Arm(
            "encoder",
            "Encoder with a head",
            lambda bench: encoder.encoder(prepared, bench.folder, bench.say, allow_drift=bench.allow_drift),
            off("encoder"),
            cheap=True,
        ),
        Arm(
            "zero_shot",
            "Zero-shot prompt",
            lambda bench: prompted(bench.completer, arms.zero_shot.prompt, _held(task, arms.zero_shot), (), None),
            off("zero_shot"),
        ),
        Arm(
            "few_shot",
            f"Few-shot prompt ({len(shots) or arms.few_shot.examples} examples)",
            lambda bench: prompted(bench.completer, arms.few_shot.prompt, _held(task, arms.few_shot), shots, None),
            off("few_shot"),
        ),
        Arm(
            "retrieved",
            f"Few-shot prompt ({arms.retrieved.examples} retrieved examples)",
            lambda bench: _retrieved(bench, task),
            off("retrieved"),
        ),
        Arm("searched", "Prompt found by search", lambda bench: _searched(bench, task), off("searched")),
        Arm(
            "rag",
            "Prompt with passages",
            lambda bench: _rag(bench, task, (bench.completer, None)),
            off("rag"),
            cites=True,
        ),
        *(_endpoint(prepared, one) for one in arms.endpoints),
        Arm(
            "tuned",
            f"Fine-tuned ({_METHODS[prepared.recipe.train.method]})",
            lambda bench: _tuned(bench, _held(task, arms.tuned)),
            off("tuned"),
            trained=True,
        ),
        *([_tuned_rag(task, off("rag") or off("tuned"))] if arms.rag.tuned else []),
    ]


def _held(task: Task, settings: Prompt) -> Task:
    """The task with its answers held to a schema where this arm's settings ask for it."""
    return replace(task, constrained=settings.constrained)


def _retrieved(bench: Bench, task: Task) -> Predictor:
    settings, train = bench.prepared.recipe.arms.retrieved, bench.prepared.parts.train
    shots = retrieved(train, bench.nearest, settings.examples)
    return prompted_by(bench.completer, settings.prompt, _held(task, settings), shots)


def _searched(bench: Bench, task: Task) -> Predictor:
    prepared = bench.prepared
    searcher = PromptSearcher(
        prepared.recipe.arms.searched,
        task,
        prepared.parts.train,
        prepared.choosing,
        seed=prepared.recipe.seed,
        folder=bench.folder.searched,
    )
    return searcher.predictor(bench.completer, bench.say)


def _endpoint(prepared: Prepared, settings: Endpoint) -> Arm:
    """The arm of one endpoint; where it lies is part of its title, so that no table hides where the rows went."""
    reason = None if settings.enabled else "switched off in the recipe"
    every = [*prepared.parts.train, *prepared.choosing, *prepared.shared]
    title = f"{settings.model} at {settings.host}"
    make = partial(_asked_there, settings=settings)
    return Arm(settings.arm, title, make, reason or why_no_endpoint(every), endpoint=settings)


def _asked_there(bench: Bench, settings: Endpoint) -> Predictor:
    prepared = bench.prepared
    if not settings.local:
        bench.say(f"DATA LEAVE THIS MACHINE: the rows of {settings.arm} go to {settings.host}")
    shots = choose_shots(prepared.parts.train, prepared.task, settings.examples, prepared.recipe.seed)
    task = replace(prepared.task, constrained=settings.constrained)
    return EndpointArm(endpoint_of(settings, prepared.recipe.seed), settings.prompt, task, shots)


def _rag(bench: Bench, task: Task, asked: tuple[LocalCompleter, str | None]) -> Predictor:
    settings, (completer, adapter) = bench.prepared.recipe.arms.rag, asked
    return rag(completer, settings.prompt, _held(task, settings), bench.passages, adapter)


def _tuned_rag(task: Task, why_not: str | None) -> Arm:
    def make(bench: Bench) -> Predictor:
        return _rag(bench, task, bench.served)

    return Arm("tuned_rag", "Fine-tuned, with passages", make, why_not, trained=True, cites=True)


def _tuned(bench: Bench, task: Task) -> Predictor:
    completer, adapter = bench.served
    return prompted(completer, bench.prepared.recipe.arms.tuned.prompt, task, (), adapter)
