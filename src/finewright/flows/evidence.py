"""What arms without training get right on validation rows: the evidence that advice puts before its rules.

    <runs>/<name>-advice-<digest>/arms/    the answers, each row asked once
    <runs>/<name>-advice-<digest>/advice.json    the evidence; its presence means that all arms have answered

The arms are those of `run`, with its rows (the first of them), scorer and limits. The test rows are not looked at. What
an earlier advice or run of the same rows asked is taken over, and what is asked here is taken over by them.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from finewright.base.files import write_json
from finewright.base.recipe import Recipe
from finewright.base.recipe_file import ResolvedRecipe
from finewright.evaluate.advice.rank import Evidence
from finewright.evaluate.measure import DECIDING
from finewright.flows.adopt import adopt
from finewright.flows.answers import answered, measured
from finewright.flows.arms import Arm, Bench, arms_of
from finewright.flows.asking import check_endpoints
from finewright.flows.folder import RunFolder, alone
from finewright.flows.identity import arm_digests
from finewright.flows.parts import sampled
from finewright.flows.passages import check_passages
from finewright.flows.prepare import Prepared, prepare
from finewright.flows.privacy.sealed import seal

_WAYS = {
    "tfidf": "classifier",
    "frozen": "classifier",
    "neighbours": "classifier",
    "zero_shot": "prompt",
    "few_shot": "few_shot",
    "retrieved": "few_shot",
    "rag": "rag",
}
"""The arms that nothing is trained for, and the way that each stands for. A search for a prompt asks too much."""
_ROWS = 60
"""Validation rows that each arm answers: enough to tell 75% from 90%."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was measured, and by title why the other arms of `_WAYS` were not."""

    evidence: tuple[Evidence, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


def gathered(resolved: ResolvedRecipe, say: Callable[[str], None]) -> Gathered:
    """What each arm that the recipe makes possible gets right; answers that are there are not asked again.

    Raises InputError, before anything is written, where an index or the key of an endpoint is missing, and
    EndpointError where an endpoint fails: what it had answered is kept.
    """
    recipe = _with_index(resolved)
    check_endpoints(recipe.arms.endpoints)
    check_passages(recipe.arms.rag)
    prepared = _small(prepare(replace(resolved, recipe=recipe)))
    recipe = prepared.recipe
    folder = RunFolder(recipe.output.runs / f"{recipe.name}-advice-{prepared.digest[:12]}")
    arms = [arm for arm in arms_of(prepared) if _way(arm) is not None]
    asked = [arm for arm in arms if arm.why_not is None]
    with alone(folder):
        seal(prepared.dataset, folder, subjects=recipe.privacy.subjects)
        adopt(folder, arm_digests(recipe, prepared.base, [arm.name for arm in asked]), recipe.train.method, say)
        bench = Bench(prepared, folder, say)
        evidence = tuple(_measured(bench, arm) for arm in asked)
        write_json(folder.advice, [asdict(one) for one in evidence])
    return Gathered(evidence, {arm.title: arm.why_not for arm in arms if arm.why_not is not None})


def _with_index(resolved: ResolvedRecipe) -> Recipe:
    """The recipe, whose index is used unless it says that it is not to be."""
    recipe, rag = resolved.recipe, resolved.recipe.arms.rag
    if rag.index is None or resolved.origins["arms.rag.enabled"] != "default":
        return recipe
    arms = recipe.arms.model_copy(update={"rag": rag.model_copy(update={"enabled": True})})
    return recipe.model_copy(update={"arms": arms})


def _small(prepared: Prepared) -> Prepared:
    """As a recipe with few validation rows prepares it; where there are no more, just as it is."""
    if len(prepared.choosing) <= _ROWS:
        return prepared
    recipe = prepared.recipe
    few = recipe.model_copy(update={"evaluate": recipe.evaluate.model_copy(update={"validation_rows": _ROWS})})
    rows = sampled(prepared.parts.validation, _ROWS, recipe.seed, "choosing", prepared.task.kind, prepared.dataset)
    return replace(prepared, resolved=replace(prepared.resolved, recipe=few), choosing=rows)


def _way(arm: Arm) -> str | None:
    return "endpoint" if arm.endpoint is not None else _WAYS.get(arm.name)


def _measured(bench: Bench, arm: Arm) -> Evidence:
    prepared, rows = bench.prepared, bench.prepared.choosing
    path = bench.folder.answers(arm.name, "validation")
    if not path.exists():
        bench.say(f"{arm.title}: {len(rows):,} validation rows")
    answers = answered(path, rows, partial(arm.fit, bench))
    found = measured(prepared.task, rows, answers, prepared.recipe.evaluate, arm.endpoint, arm.hits(bench, rows))
    return Evidence(_way(arm) or arm.name, arm.title, found.figures[DECIDING[prepared.task.kind]], found.cost)
