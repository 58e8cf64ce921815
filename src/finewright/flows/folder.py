"""The run folder: where each thing of a run lies, and one run at a time in it. Knows no data and no models."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Paths inside `root`, which is named `<name>-<first 12 hex digits of the run's digest>`."""

    root: Path

    @property
    def recipe(self) -> Path:
        """The recipe as the user wrote it."""
        return self.root / "recipe.yaml"

    @property
    def resolved(self) -> Path:
        """Every setting with its value and origin."""
        return self.root / "recipe.resolved.json"

    @property
    def card(self) -> Path:
        """The data manifest."""
        return self.root / "data" / "card.json"

    def part(self, name: str) -> Path:
        """The records of `train`, `validation` or `test`."""
        return self.root / "data" / f"{name}.jsonl"

    @property
    def learned(self) -> Path:
        """The ids of the training rows that were learned from."""
        return self.root / "data" / "learned.json"

    def answers(self, arm: str, rows: str) -> Path:
        """An arm's answers on the `validation`, `test` (shared) or `whole` rows."""
        return self.root / "arms" / arm / f"{rows}.json"

    @property
    def searched(self) -> Path:
        """The prompts that were tried, and the one that was taken."""
        return self.root / "arms" / "searched"

    @property
    def passages(self) -> Path:
        """The passages that rows are answered from, with their places."""
        return self.root / "arms" / "rag" / "passages.json"

    def perplexity(self, when: str) -> Path:
        """The likelihood of each held-out document `before` or `after` continued pretraining."""
        return self.root / "perplexity" / f"{when}.json"

    def preferences(self, when: str) -> Path:
        """The likelihood of each held-out answer `before` or `after` learning from preferences."""
        return self.root / "preferences" / f"{when}.json"

    @property
    def reference(self) -> Path:
        """The log-probabilities of all answers before training, which the loss on preferences holds on to."""
        return self.root / "preferences" / "reference.json"

    def compliance(self, when: str) -> Path:
        """Answers to held-out prompts `before` and `after` training, where the team has rules for them."""
        return self.root / "compliance" / f"{when}.json"

    @property
    def rollouts(self) -> Path:
        """The rounds of rollouts that were learned from, one file each."""
        return self.root / "rollouts"

    @property
    def metrics(self) -> Path:
        """One JSON line per optimizer step and per validation."""
        return self.root / "metrics.jsonl"

    @property
    def checkpoints(self) -> Path:
        """What training resumes from."""
        return self.root / "checkpoints"

    @property
    def noise(self) -> Path:
        """The key of sample and noise while a training under differential privacy runs; gone when it is over."""
        return self.root / "noise.key"

    @property
    def lineage(self) -> Path:
        """The key of the digests by which a manifest names the data of a training under differential privacy."""
        return self.root / "lineage.key"

    @property
    def states(self) -> Path:
        """States of the layers that do not learn, while training runs."""
        return self.root / "states"

    @property
    def training(self) -> Path:
        """The outcome of the loop; present only when training is done."""
        return self.root / "training.json"

    @property
    def adapter(self) -> Path:
        """The PEFT adapter and its manifest."""
        return self.root / "adapter"

    @property
    def model(self) -> Path:
        """The model folder and its manifest, where all weights were trained."""
        return self.root / "model"

    def product(self, method: str) -> Path:
        """What training leaves: the adapter, or of the method `full` the model."""
        return self.model if method == "full" else self.adapter

    @property
    def forgetting(self) -> Path:
        """The trained model's answers to general probes, and the likelihood of a general text."""
        return self.root / "forgetting.json"

    @property
    def trainers(self) -> Path:
        """The names of who trained, where any were given."""
        return self.root / "trainers.json"

    @property
    def reviews(self) -> Path:
        """What people are asked about the arms' answers, sealed, and what they said."""
        return self.root / "reviews"

    @property
    def judge(self) -> Path:
        """What a judge said of the arms' answers, and the judgements that rest on it."""
        return self.root / "judge"

    @property
    def audit(self) -> Path:
        """What attacks on the product found, a file each, what the gate said of it, and who approved."""
        return self.root / "audit"

    @property
    def slices(self) -> Path:
        """The values of columns by test row, where the report shows figures by them."""
        return self.root / "data" / "slices.json"

    @property
    def results(self) -> Path:
        """Figures of all arms and the verdict; present only when the run is done."""
        return self.root / "results.json"

    @property
    def advice(self) -> Path:
        """What small arms got right, for advice; present only when all of them have answered."""
        return self.root / "advice.json"

    @property
    def trial(self) -> Path:
        """What came of a trial of a sweep, where the folder is one; present only when it is done."""
        return self.root / "trial.json"

    @property
    def report(self) -> Path:
        """The page for people."""
        return self.root / "report.html"


@contextmanager
def alone(folder: RunFolder) -> Iterator[None]:
    """Hold the folder's lock; it falls with the process, however that ends.

    Raises InputError where another process works on the same run.
    """
    folder.root.mkdir(parents=True, exist_ok=True)
    path = folder.root / ".lock"
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise InputError(
                "another process is working on this run", place=Place(folder.root), remedy="wait for it, or stop it"
            ) from fault
        yield
