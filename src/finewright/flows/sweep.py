"""`sweep`: every combination of some settings with several seeds, measured on the validation rows alone.

    <runs>/<name>-sweep-<digest>/trials/<digest>/    one training: its log, its adapter, its answers, `trial.json`
    <runs>/<name>-sweep-<digest>/sweep.json          the combinations, best first; present when all are done
    <runs>/<name>-sweep-<digest>/sweep.html          the same as a page, with a chart
    <runs>/<name>-sweep-<digest>/best.yaml           a recipe with the best combination, for `finewright run`

The data is prepared once. The test rows are taken out of what trials are given, so that no trial can see one; the
split hangs on the recipe's own seed, so that all trials are measured on the same rows. The folder's digest leaves the
grid out: a value that is added later costs its own trials and no others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from finewright.base.errors import InputError
from finewright.base.files import read_json, write_json, write_text
from finewright.base.recipe_file import ResolvedRecipe, read_recipe
from finewright.base.recipe_grid import arm_of, combinations, with_values
from finewright.base.recipe_text import recipe_text
from finewright.base.records import PREFERRED
from finewright.data.shapes.documents import is_documents
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.trial_words import advice, named, sentence
from finewright.evaluate.trials import Combination, Trial, ranked
from finewright.flows.budget import micro_tokens
from finewright.flows.derived import derived
from finewright.flows.encoder import why_not
from finewright.flows.estimate import estimate_prepared, refuse
from finewright.flows.folder import RunFolder, alone
from finewright.flows.inputs import write_inputs
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.privacy.sealed import seal
from finewright.flows.report.sweep import SweepView, write_page
from finewright.flows.trainers import note_trainer, require_name
from finewright.flows.trial import Planned, tried
from finewright.flows.verify import check_conversations

Say = Callable[[str], None]

_STAGES = ("opening the base", "training", "fine-tuned model")


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep came to: the content of `sweep.json`. `arm` was tuned, `figure` names the share that ranks.

    `combinations` come best first, each with its trials in the order of `seeds`; `rows` were answered by each.
    """

    name: str
    arm: str
    figure: str
    rows: int
    confidence: float
    seeds: tuple[int, ...]
    combinations: tuple[Combination, ...]
    sentence: str
    advice: str


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """A sweep, where it lies, and whether it was made now, resumed, or had been there already."""

    sweep: Sweep
    folder: Path
    state: str


def sweep(recipe_path: Path, *, allow_drift: bool = False, trainer: str | None = None, say: Say) -> SweepOutcome:
    """Carry out the recipe's sweep, resuming or showing what is already there. `trainer` is kept with every trial.

    Raises InputError (exit 2) before anything is written where recipe, data or machine do not fit, and Interrupted
    where it was stopped: the same command goes on, and ends as it would have without.
    """
    resolved = read_recipe(recipe_path)
    if trainer is not None:
        require_name(trainer)
    _require_grid(resolved)
    for note in resolved.notes:
        say(note)
    say(f"Reading {resolved.recipe.data.train.name}")
    prepared = _without_test(prepare(resolved))
    if prepared.task.kind in PREFERRED:
        raise _no_answers(resolved, prepared.task.kind)
    folder = RunFolder(_root(prepared))
    planned = list(_planned(prepared, folder))
    if (there := _there(folder, planned)) is not None:
        _note(planned, trainer)
        return SweepOutcome(there, folder.root, "shown")
    _admit(prepared, planned, say)
    with alone(folder):
        state = "resumed" if folder.card.exists() else "new"
        seal(prepared.dataset, folder, subjects=prepared.recipe.privacy.subjects)
        folder.recipe.unlink(missing_ok=True)  # the grid may have grown since
        kept = derived(prepared, micro_tokens(prepared, folder.resolved))
        write_inputs(folder, resolved, prepared.parts, prepared.card, kept, (one.id for one in prepared.learning))
        _note(planned, trainer)  # before, so that a training that is stopped is somebody's too
        trials = list(_trials(planned, say, allow_drift))
        _note(planned, trainer)  # the manifests are written when training is done
        return SweepOutcome(_finish(prepared, folder, trials), folder.root, state)


def _require_grid(resolved: ResolvedRecipe) -> None:
    place = resolved.place("sweep.grid")
    if not resolved.recipe.sweep.grid:
        remedy = "add sweep: {grid: {train.learning_rate: [2e-4, 5e-4, 1e-3]}}"
        raise InputError("the recipe names nothing to try in sweep.grid", place=place, remedy=remedy)
    if is_documents(resolved.recipe):
        raise _no_answers(resolved, "documents")


def _no_answers(resolved: ResolvedRecipe, kind: str) -> InputError:
    remedy = "run such a recipe once for each value, and compare the validation losses"
    place = resolved.place("sweep.grid")
    return InputError(f"a sweep measures right answers, and {kind} have none", place=place, remedy=remedy)


def _without_test(prepared: Prepared) -> Prepared:
    return replace(prepared, parts=replace(prepared.parts, test=[]), shared=())


def _root(prepared: Prepared) -> Path:
    recipe = prepared.recipe
    as_one = _with(prepared, {}, recipe.seed)  # the grid is no part of the digest
    return recipe.output.runs / f"{recipe.name}-sweep-{as_one.digest[:12]}"


def _planned(prepared: Prepared, folder: RunFolder) -> Iterator[Planned]:
    """Every trial, all seeds of a combination one after another."""
    recipe = prepared.recipe
    arm = arm_of(recipe.sweep.grid)
    for values in combinations(recipe):
        for seed in _seeds(prepared):
            given = _with(prepared, values, seed)
            yield Planned(arm, values, given, RunFolder(folder.root / "trials" / given.digest[:12]))


def _seeds(prepared: Prepared) -> tuple[int, ...]:
    """The recipe's own seed and those after it, so that running the best recipe makes one of its trials again."""
    first = prepared.recipe.seed
    return tuple(range(first, first + prepared.recipe.sweep.seeds))


def _with(prepared: Prepared, values: dict[str, Any], seed: int) -> Prepared:
    """The same rows under other settings and another seed of training."""
    resolved = prepared.resolved
    origins = {**resolved.origins, **dict.fromkeys([*values, "seed"], "sweep")}
    return replace(
        prepared, resolved=replace(resolved, recipe=with_values(resolved.recipe, values, seed), origins=origins)
    )


def _there(folder: RunFolder, planned: Sequence[Planned]) -> Sweep | None:
    """The finished sweep of just these trials, if there is one."""
    path = folder.root / "sweep.json"
    if not path.exists() or not all(one.file.exists() for one in planned):
        return None
    found = TypeAdapter(Sweep).validate_python(read_json(path))
    wanted = [(one.values, one.prepared.recipe.seed) for one in planned]
    made = [(trial.values, trial.seed) for one in found.combinations for trial in one.trials]
    return found if len(made) == len(wanted) and all(one in made for one in wanted) else None


def _admit(prepared: Prepared, planned: Sequence[Planned], say: Say) -> None:
    """Say what is to be done; raise where an arm does not apply, or where a trial does not fit the machine."""
    waiting = [one for one in planned if not one.file.exists()]
    seeds = len(_seeds(prepared))
    todo = "" if len(waiting) == len(planned) else f", {len(waiting)} of them not done yet"
    said = f"{len(planned) // seeds} combinations with {seeds} seeds: {len(planned)} trainings{todo}"
    if not waiting or waiting[0].arm == "encoder":
        if reason := why_not(prepared.task):
            place = prepared.resolved.place("sweep.grid")
            raise InputError(reason.rstrip("."), place=place, remedy="sweep keys of train instead")
        say(said)
        return
    check_conversations(prepared)
    estimate = estimate_prepared(max(waiting, key=_demand).prepared)
    refuse(estimate)
    minutes = sum(estimate.minutes.get(stage, 0.0) for stage in _STAGES)
    say(f"{said}, each of at most some {minutes:.1f} minutes")


def _demand(planned: Planned) -> tuple[bool, int, int]:
    """What orders trials by the memory and the time they take."""
    settings = planned.prepared.recipe.train
    return settings.method == "full", settings.lora.rank, settings.epochs


def _trials(planned: Sequence[Planned], say: Say, allow_drift: bool) -> Iterator[Trial]:
    for number, one in enumerate(planned, 1):
        if not one.file.exists():
            say(f"Trial {number} of {len(planned)}: {named(one.values)}, seed {one.prepared.recipe.seed}")
        yield tried(one, say, allow_drift=allow_drift)


def _note(planned: Sequence[Planned], trainer: str | None) -> None:
    for one in planned:
        note_trainer(one.folder, trainer)


def _finish(prepared: Prepared, folder: RunFolder, trials: Sequence[Trial]) -> Sweep:
    """Recipe and page first, `sweep.json` last: its presence means that the sweep is whole."""
    recipe, confidence = prepared.recipe, prepared.recipe.evaluate.confidence
    found = ranked(trials, confidence)
    best = found[0].values
    made = Sweep(
        name=str(recipe.name),
        arm=arm_of(recipe.sweep.grid),
        figure=DECIDING[prepared.task.kind],
        rows=len(prepared.choosing),
        confidence=confidence,
        seeds=_seeds(prepared),
        combinations=found,
        sentence=sentence(found, confidence),
        advice=advice(found),
    )
    chosen = recipe_text(prepared.resolved, with_values(recipe, best, recipe.seed), best, folder.root)
    write_text(folder.root / "best.yaml", f"# The best of a sweep: {named(best)}.\n{chosen}")
    write_page(
        folder.root / "sweep.html", SweepView(made.name, made.figure, made.rows, found, made.sentence, made.advice)
    )
    write_json(folder.root / "sweep.json", asdict(made))
    return made
