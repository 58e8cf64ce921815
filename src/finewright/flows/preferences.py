"""A run on preferences or feedback: from pairs or rated answers to a model that tells them better, and how surely.

`run` hands over to it where the data are of that kind. Each step leaves a file and is skipped when it is there. The
held-out answers are scored by the base before training and by what was saved of it after; they choose nothing.
"""

from collections.abc import Callable
from dataclasses import asdict

from finewright.base.files import read_json, write_json
from finewright.base.home import home
from finewright.base.progress import progress
from finewright.base.results import PairFigures, Preferences, Results
from finewright.data.looks import look
from finewright.engine.local import LocalCompleter
from finewright.evaluate.preferences import Answer, Sides, decide_preferences, of_pairs, of_ratings
from finewright.evaluate.results_file import as_stored
from finewright.evaluate.results_file import write as write_results
from finewright.flows.arms import Bench
from finewright.flows.compliance import compliance_of
from finewright.flows.folder import RunFolder
from finewright.flows.forgetting import forgetting_of
from finewright.flows.prepare import Prepared
from finewright.flows.product import manifest, told
from finewright.flows.report.page import write_report
from finewright.flows.reward import reward_model
from finewright.flows.tune import examples_of, tune
from finewright.flows.view import view_of
from finewright.model.layout import layout_for
from finewright.model.likelihood import log_prob_sums
from finewright.model.manifest import write_manifest
from finewright.train.preference import chosen_name, rejected_name

Say = Callable[[str], None]
Scores = dict[str, Answer]
"""The likelihood of each held-out answer by the id of its example."""


def carry_out_preferences(prepared: Prepared, folder: RunFolder, say: Say, *, allow_drift: bool) -> None:
    """Score, train, score again and report. Raises what `run` raises."""
    recipe, bench = prepared.recipe, Bench(prepared, folder, say, allow_drift=allow_drift)
    before = _scored(bench, "before", lambda: (bench.completer, None))
    reward = _reward(prepared, folder, say, allow_drift)
    training = tune(prepared, folder, say, allow_drift=allow_drift)
    bench.serve(folder.product(recipe.train.method))
    after = _scored(bench, "after", lambda: bench.served)
    found = _compared(prepared, before, after)
    results = Results(
        name=str(recipe.name),
        run=prepared.digest,
        kind=prepared.task.kind,
        deciding_figure="preferences",
        arms=(),
        verdict=decide_preferences(found, recipe.evaluate.confidence),
        data=prepared.card,
        training=training,
        looks=look(home(), prepared.card["test_digest"], prepared.digest),
        preferences=found,
        reward=reward,
        compliance=compliance_of(bench),
        forgetting=forgetting_of(bench, training["adapter"]),
    )
    _finish(prepared, folder, results)


def _reward(prepared: Prepared, folder: RunFolder, say: Say, allow_drift: bool) -> PairFigures | None:
    """How well a reward model tells the held-out pairs; None of single answers, or where it is switched off."""
    if not prepared.recipe.arms.reward.enabled or prepared.task.kind != "preferences":
        return None
    model = reward_model(prepared, prepared.learning, prepared.choosing, folder, say, allow_drift=allow_drift)
    return model.figures(prepared.shared, prepared.recipe.evaluate.confidence)


def _scored(bench: Bench, when: str, who: Callable[[], tuple[LocalCompleter, str | None]]) -> Scores:
    """The likelihood of every held-out answer, stored where it was computed already."""
    prepared, path = bench.prepared, bench.folder.preferences(when)
    if not path.exists():
        examples = examples_of(prepared, prepared.shared)
        bench.say(f"Reading {len(examples):,} held-out answers {when} training")
        completer, adapter = who()
        with completer.serving(adapter) as model:
            batches, _ = layout_for(model, examples, prepared.recipe.evaluate.batch_tokens, prepared.chat.pad)
            with progress(f"Answers {when} training", len(examples), "answers") as advance:
                write_json(path, log_prob_sums(model, examples, batches, advance))
    return {name: Answer(float(total), int(tokens)) for name, (total, tokens) in read_json(path).items()}


def _compared(prepared: Prepared, before: Scores, after: Scores) -> Preferences:
    confidence = prepared.recipe.evaluate.confidence
    if prepared.task.kind == "preferences":
        return of_pairs(_pairs(prepared, before), _pairs(prepared, after), confidence)
    liked = {record.id: bool(record.desirable) for record in prepared.shared}
    return of_ratings(before, after, liked, confidence)


def _pairs(prepared: Prepared, scores: Scores) -> dict[str, Sides]:
    return {
        record.id: Sides(scores[chosen_name(record.id)], scores[rejected_name(record.id)]) for record in prepared.shared
    }


def _finish(prepared: Prepared, folder: RunFolder, results: Results) -> None:
    """Report first, `results.json` last: its presence means that the run is whole."""
    found = {"preferences": asdict(results.preferences) if results.preferences else None}
    product = folder.product(prepared.recipe.train.method)
    write_manifest(product, manifest(prepared, found | told(results)))
    stored = as_stored(results)
    write_report(folder.report, stored, view_of(folder, stored))
    write_results(folder.results, results)
