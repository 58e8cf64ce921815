"""`run`: a recipe to a measured adapter. The rooms in order; each step leaves a file and is skipped when it is there.

Order matters to honesty: every other arm answers the validation rows, the tuned one is trained and chosen on
validation, and only then is the test set looked at, once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from finewright.audit.decision import Decision
from finewright.base.distillation import Distillation
from finewright.base.home import home
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_objective import OF_REWARDS, objective_of
from finewright.base.records import PREFERRED, Record
from finewright.base.results import ArmResult, RawInput, Results
from finewright.data.looks import look
from finewright.data.shapes.documents import is_documents
from finewright.evaluate.decide import decide
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.results_file import as_stored
from finewright.evaluate.results_file import read as read_results
from finewright.evaluate.results_file import write as write_results
from finewright.flows.adopt import adopt
from finewright.flows.answers import Answers, answered, measured
from finewright.flows.arms import Arm, Bench, arms_of
from finewright.flows.asking import check_endpoints
from finewright.flows.audit.ending import ended
from finewright.flows.automation import automation_of
from finewright.flows.break_even import distillation_of
from finewright.flows.budget import micro_tokens
from finewright.flows.compliance import check_compliance
from finewright.flows.cost import with_cost
from finewright.flows.derived import derived
from finewright.flows.estimate import estimate_prepared, refuse
from finewright.flows.folder import RunFolder, alone
from finewright.flows.forgetting import check_general, forgetting_of
from finewright.flows.identity import arm_digests
from finewright.flows.inputs import write_inputs
from finewright.flows.lineage import keyed
from finewright.flows.passages import check_passages
from finewright.flows.preferences import carry_out_preferences
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.pretrain import run_pretraining
from finewright.flows.privacy.raw_input import raw_input_of
from finewright.flows.privacy.sealed import seal
from finewright.flows.product import manifest, told
from finewright.flows.prompt_search import check_search, search_of
from finewright.flows.reinforce import check_reinforce
from finewright.flows.replay import check_replay
from finewright.flows.report.page import write_report
from finewright.flows.slices import asked_values, lacking, write_values
from finewright.flows.stored import answers_to_test
from finewright.flows.teacher import check_teacher
from finewright.flows.trainers import note_trainer, require_name
from finewright.flows.tune import tune
from finewright.flows.verify import check_conversations
from finewright.flows.view import rewrite, view_of
from finewright.model.manifest import write_manifest

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """One shared test row that only the tuned arm got right: what the challenger said and what the adapter says."""

    text: str
    wanted: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What a run came to, where it lies, and whether it was made now, resumed, or had been there already.

    `decision` is the gate's on what was trained; None where nothing was, or the recipe asks for no audit.
    """

    results: Results
    folder: Path
    state: str
    examples: list[BeforeAfter]
    decision: Decision | None = None


def run(recipe_path: Path, *, allow_drift: bool = False, trainer: str | None = None, say: Say) -> RunOutcome:
    """Carry a recipe through to its report, resuming or showing what is already there. `trainer` is kept with it.

    Raises InputError (exit 2) before anything is written where recipe, data or machine do not fit, and Interrupted
    where the run was stopped and can go on.
    """
    resolved = read_recipe(recipe_path)
    if trainer is not None:
        require_name(trainer)
    for note in resolved.notes:
        say(note)
    say(f"Reading {resolved.recipe.data.train.name}")
    if is_documents(resolved.recipe):
        asked_values(resolved, "documents", ())
        results, folder, state = run_pretraining(resolved, allow_drift=allow_drift, say=say)
        note_trainer(folder, trainer)
        return RunOutcome(results, folder.root, state, [], _decision(resolved.recipe, folder, say))
    prepared = prepare(resolved)
    if refused := len(prepared.card["refusals"]):
        say(f"Left out: {refused:,} of the rows, which cannot be used; the report lists them with their lines")
    folder = RunFolder(resolved.recipe.output.runs / f"{resolved.recipe.name}-{prepared.digest[:12]}")
    values = asked_values(resolved, prepared.task.kind, prepared.parts.test)
    if folder.results.exists():
        note_trainer(folder, trainer)
        if lacking(folder, list(values)):
            with alone(folder):
                write_values(folder, values)
                rewrite(folder)
        return _outcome(prepared, folder, "shown", _decision(prepared.recipe, folder, say))
    refuse(estimate_prepared(prepared, folder.resolved if folder.resolved.exists() else None))
    check_endpoints(resolved.recipe.arms.endpoints)
    check_search(resolved.recipe.arms.searched)
    check_passages(resolved.recipe.arms.rag)
    if resolved.recipe.train.enabled and resolved.recipe.arms.tuned.enabled:
        check_conversations(prepared)
        check_replay(prepared)
        check_general(prepared)
        check_compliance(prepared)
        _check_objective(prepared)
    with alone(folder):
        state = "resumed" if folder.card.exists() else "new"
        seal(prepared.dataset, folder, subjects=prepared.recipe.privacy.subjects)
        _write_inputs(prepared, folder)
        write_values(folder, values)
        note_trainer(folder, trainer)
        _carry_out(prepared, folder, say, allow_drift)
        note_trainer(folder, trainer)  # the manifest is written when training is done
    return _outcome(prepared, folder, state, _decision(prepared.recipe, folder, say))


def _decision(recipe: Recipe, folder: RunFolder, say: Say) -> Decision | None:
    """What the gate says of what was trained, attacked first; None where nothing was, or the recipe has it off."""
    trained = recipe.train.enabled and recipe.arms.tuned.enabled
    return ended(folder, say) if trained and recipe.audit.enabled else None


def _check_objective(prepared: Prepared) -> None:
    """Raise what is wrong with what the tuned arm is to learn from, before anything is written."""
    objective = objective_of(prepared.recipe.train, prepared.task.kind)
    if objective in OF_REWARDS:
        check_reinforce(prepared)
    if objective == "distil":
        check_teacher(prepared)


def _carry_out(prepared: Prepared, folder: RunFolder, say: Say, allow_drift: bool) -> None:
    if prepared.task.kind in PREFERRED:
        carry_out_preferences(prepared, folder, say, allow_drift=allow_drift)
        return
    bench = Bench(prepared, folder, say, allow_drift=allow_drift)
    arms = arms_of(prepared)
    digests = arm_digests(prepared.recipe, prepared.base, [arm.name for arm in arms])
    adopt(folder, digests, prepared.recipe.train.method, say)
    validation = {
        arm.name: _ask(bench, arm, "validation", prepared.choosing)
        for arm in arms
        if arm.why_not is None and not arm.trained
    }
    training, survived = {}, None
    if prepared.recipe.train.enabled and prepared.recipe.arms.tuned.enabled:
        training = tune(prepared, folder, say, allow_drift=allow_drift)
        bench.serve(folder.product(prepared.recipe.train.method))
        for tuned in (arm for arm in arms if arm.trained and arm.why_not is None):
            validation[tuned.name] = _ask(bench, tuned, "validation", prepared.choosing)
        survived = forgetting_of(bench, training["adapter"])
    looks = look(home(), prepared.card["test_digest"], prepared.digest)
    results = [_result(bench, arm, validation.get(arm.name)) for arm in arms]
    verdict = decide(results, prepared.task.kind, prepared.recipe.evaluate.confidence)
    found = Results(
        name=str(prepared.recipe.name),
        run=prepared.digest,
        kind=prepared.task.kind,
        deciding_figure=DECIDING[prepared.task.kind],
        arms=tuple(results),
        verdict=verdict,
        data=prepared.card,
        training=training,
        looks=looks,
        forgetting=survived,
        distillation=_distillation(prepared, folder, training, results),
        search=search_of(folder.searched) if prepared.recipe.arms.searched.enabled else None,
        raw_input=_raw_input(bench, arms, results),
    )
    _finish(prepared, folder, with_cost(found, prepared.recipe, prepared.base))


def _raw_input(bench: Bench, arms: Sequence[Arm], results: Sequence[ArmResult]) -> RawInput | None:
    """The tuned arm on the test rows as they were written; None where it was not measured, or no row was changed."""
    for arm, result in zip(arms, results, strict=True):
        if arm.name == "tuned" and result.test is not None:
            scrubbed = _ask(bench, arm, "test", bench.prepared.shared)
            return raw_input_of(bench, arm, result.test, scrubbed)
    return None


def _distillation(
    prepared: Prepared, folder: RunFolder, training: Mapping[str, Any], arms: Sequence[ArmResult]
) -> Distillation | None:
    """What baking the teacher's prompt in cost and saves; None where the recipe asks for something else."""
    if not training or objective_of(prepared.recipe.train, prepared.task.kind) != "distil":
        return None
    return distillation_of(prepared, folder, training, arms)


def _ask(bench: Bench, arm: Arm, rows: str, records: Sequence[Record]) -> Answers:
    path = bench.folder.answers(arm.name, rows)
    if not path.exists():
        bench.say(f"{arm.title}: {len(records):,} {rows} rows")
    return answered(path, records, lambda: arm.fit(bench))


def _result(bench: Bench, arm: Arm, validation: Answers | None) -> ArmResult:
    if arm.why_not is not None or validation is None:
        return ArmResult(arm.name, arm.title, arm.trained, arm.why_not or "switched off in the recipe")
    prepared, settings = bench.prepared, bench.prepared.recipe.evaluate
    every = tuple(prepared.parts.test)
    whole = None
    if arm.cheap and len(every) > len(prepared.shared):
        answers = _ask(bench, arm, "whole", every)
        whole = measured(prepared.task, every, answers, settings)
    test = _ask(bench, arm, "test", prepared.shared)
    chosen, seen = (
        measured(prepared.task, rows, answers, settings, arm.endpoint, arm.hits(bench, rows))
        for rows, answers in ((prepared.choosing, validation), (prepared.shared, test))
    )
    return ArmResult(
        arm.name,
        arm.title,
        arm.trained,
        validation=chosen,
        test=seen,
        whole=whole,
        automation=automation_of((validation, chosen), (test, seen), settings),
        sent_to=arm.endpoint.host if arm.endpoint and not arm.endpoint.local else None,
    )


def _write_inputs(prepared: Prepared, folder: RunFolder) -> None:
    budget, learned = micro_tokens(prepared, folder.resolved), (record.id for record in prepared.learning)
    write_inputs(folder, prepared.resolved, prepared.parts, prepared.card, derived(prepared, budget), learned)


def _finish(prepared: Prepared, folder: RunFolder, results: Results) -> None:
    """Report first, `results.json` last: its presence means that the run is whole."""
    if results.training:
        figures = {arm.name: arm.test.figures for arm in results.arms if arm.test}
        summary = {name: {key: asdict(figure) for key, figure in of.items()} for name, of in figures.items()}
        product = folder.product(prepared.recipe.train.method)
        bound = {"dp": results.training["dp"]} if "dp" in results.training else {}
        write_manifest(product, keyed(manifest(prepared, {"test": summary, **told(results), **bound}), folder))
    stored = as_stored(results)
    write_report(folder.report, stored, view_of(folder, stored))
    write_results(folder.results, results)


def _outcome(prepared: Prepared, folder: RunFolder, state: str, decision: Decision | None) -> RunOutcome:
    results = read_results(folder.results)
    said = {arm.name: answers_to_test(folder, arm.name) for arm in results.arms if arm.test}
    answers = {name: {one.record: one.answer for one in of} for name, of in said.items()}
    return RunOutcome(results, folder.root, state, examples(prepared.shared, answers, results), decision)


def examples(
    records: Sequence[Record], answers: Mapping[str, Mapping[str, str]], results: Results, most: int = 3
) -> list[BeforeAfter]:
    """Up to `most` shared test rows that the tuned arm got right and the best untuned *model* arm did not."""
    arms = {arm.name: arm for arm in results.arms if arm.test is not None}
    tuned = next((arm for arm in arms.values() if arm.trained), None)
    prompted = [name for name in ("few_shot", "zero_shot") if name in arms]
    before = prompted[0] if prompted else results.verdict.challenger
    if tuned is None or tuned.test is None or before is None:
        return []
    other = arms[before].test
    gained = [one for one in records if tuned.test.correct[one.id] and other is not None and not other.correct[one.id]]
    return [
        BeforeAfter(one.text, one.answer, answers[before][one.id], answers[tuned.name][one.id]) for one in gained[:most]
    ]
