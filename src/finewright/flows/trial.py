"""One trial of a sweep: train an arm with given settings, have it answer the validation rows, keep what came of it.

Each step leaves a file and is skipped when it is there. A trial is given no test rows and opens none.
"""

import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from finewright.base.files import read_json, write_json
from finewright.base.protocols import Predictor
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.trials import Trial
from finewright.flows.answers import answered, measured
from finewright.flows.arms import Bench, arms_of
from finewright.flows.budget import micro_tokens
from finewright.flows.derived import derived
from finewright.flows.encoder import encoder
from finewright.flows.folder import RunFolder
from finewright.flows.inputs import write_settings
from finewright.flows.prepare import Prepared
from finewright.flows.tune import tune

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """A trial that is to be: its combination, the recipe and rows it is given, and the folder it has to itself."""

    arm: str
    values: Mapping[str, Any]
    prepared: Prepared
    folder: RunFolder

    @property
    def file(self) -> Path:
        """What came of it; present only when it is done."""
        return self.folder.trial


@dataclass(frozen=True, slots=True)
class _Trained:
    """What training left: the loop's outcome, the folder of what was trained, its method, and how to have it answer."""

    outcome: Mapping[str, Any]
    product: Path
    method: str
    fitted: Callable[[], Predictor]


def tried(planned: Planned, say: Say, *, allow_drift: bool) -> Trial:
    """Carry out the trial, pick it up where it was stopped, or read what came of it.

    Raises Interrupted on Ctrl-C after saving a checkpoint.
    """
    if planned.file.exists():
        return TypeAdapter(Trial).validate_python(read_json(planned.file))
    prepared, folder = planned.prepared, planned.folder
    write_settings(folder, prepared.resolved, derived(prepared, micro_tokens(prepared, folder.resolved)))
    trained = (_tuned if planned.arm == "tuned" else _encoder)(prepared, folder, say, allow_drift)
    answers = answered(folder.answers(planned.arm, "validation"), prepared.choosing, trained.fitted)
    found = measured(prepared.task, prepared.choosing, answers, prepared.recipe.evaluate)
    trial = Trial(
        values=dict(planned.values),
        seed=prepared.recipe.seed,
        loss=trained.outcome["best_loss"],
        figure=found.figures[DECIDING[prepared.task.kind]].value,
        correct=found.correct,
        seconds=trained.outcome["seconds"],
        weights=trained.outcome["trained_weights"],
        size=sum(path.stat().st_size for path in trained.product.glob("*.safetensors")),
    )
    write_json(planned.file, asdict(trial))
    if trained.method == "full":
        # As large as the base, and made again to the bit by running the recipe; adapters are small and stay.
        shutil.rmtree(trained.product)
    del trained
    gc.collect()  # A model holds cycles; the next trial's is loaded beside it otherwise.
    return trial


def _tuned(prepared: Prepared, folder: RunFolder, say: Say, allow_drift: bool) -> _Trained:
    method = prepared.recipe.train.method
    outcome = tune(prepared, folder, say, allow_drift=allow_drift)

    def fitted() -> Predictor:
        bench = Bench(prepared, folder, say)
        bench.serve(folder.product(method))
        return next(arm for arm in arms_of(prepared) if arm.name == "tuned").fit(bench)

    return _Trained(outcome, folder.product(method), method, fitted)


def _encoder(prepared: Prepared, folder: RunFolder, say: Say, allow_drift: bool) -> _Trained:
    predict = encoder(prepared, folder, say, allow_drift=allow_drift)
    place = folder.root / "arms" / "encoder"
    method = prepared.recipe.arms.encoder.train.method
    return _Trained(read_json(place / "training.json"), place / "model", method, lambda: predict)
