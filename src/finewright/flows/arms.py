"""The arms of a run: which there are, which apply, and how each is fitted when its answers are first needed.

A model, an index or a classifier is made at most once a run, and only if some answers are missing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from finewright.base.protocols import Embed, Predictor
from finewright.engine.local import LocalCompleter
from finewright.evaluate.arms.applies import why_not
from finewright.evaluate.arms.frozen import frozen
from finewright.evaluate.arms.majority import majority
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.arms.tfidf import tfidf
from finewright.evaluate.prompt import choose_shots
from finewright.evaluate.task import Task
from finewright.flows import encoder
from finewright.flows.asking import completer_of
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Prepared
from finewright.model import full
from finewright.model.embed import embedder
from finewright.model.hub import find, load_decoder

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
        return embedder(find(self.prepared.recipe.arms.frozen.base))

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
    """One arm: `make` fits it; `why_not` says why it is left out; `cheap` arms answer every test row."""

    name: str
    title: str
    make: Callable[[Bench], Predictor]
    why_not: str | None = None
    trained: bool = False
    cheap: bool = False

    def fit(self, bench: Bench) -> Predictor:
        """The arm's predictor, fitted once a run."""
        if self.name not in bench.fitted:
            bench.fitted[self.name] = self.make(bench)
        return bench.fitted[self.name]


def arms_of(prepared: Prepared) -> list[Arm]:
    """Every arm in the order of rising cost, switched-off and inapplicable ones included with their reason."""
    arms, train = prepared.recipe.arms, prepared.parts.train
    task, seed = prepared.task, prepared.recipe.seed

    def off(name: str) -> str | None:
        switched = getattr(arms, name).enabled and (name != "tuned" or prepared.recipe.train.enabled)
        if not switched:
            return "switched off in the recipe"
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
            "encoder",
            "Encoder with a head",
            lambda bench: encoder.encoder(prepared, bench.folder, bench.say, allow_drift=bench.allow_drift),
            off("encoder"),
            cheap=True,
        ),
        Arm(
            "zero_shot",
            "Zero-shot prompt",
            lambda bench: prompted(bench.completer, arms.zero_shot.prompt, task, (), None),
            off("zero_shot"),
        ),
        Arm(
            "few_shot",
            f"Few-shot prompt ({len(shots) or arms.few_shot.examples} examples)",
            lambda bench: prompted(bench.completer, arms.few_shot.prompt, task, shots, None),
            off("few_shot"),
        ),
        Arm(
            "tuned",
            f"Fine-tuned ({_METHODS[prepared.recipe.train.method]})",
            lambda bench: _tuned(bench, task),
            off("tuned"),
            trained=True,
        ),
    ]


def _tuned(bench: Bench, task: Task) -> Predictor:
    completer, adapter = bench.served
    return prompted(completer, bench.prepared.recipe.arms.tuned.prompt, task, (), adapter)
