"""The page itself: sections put together, rendered with escaping, written whole. Knows no models and no statistics.

    write_report(folder / "report.html", results, RunView(metrics, records, predictions, card, recipe))

User text reaches the page through Jinja's autoescape alone; the drawings escape their own labels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from finewright.audit.decision import Decision
from finewright.base.files import write_text
from finewright.base.recipe import Evaluate
from finewright.base.records import Record
from finewright.base.results import ArmResult, Results
from finewright.evaluate.judge.judgement import Judgement
from finewright.flows.report import wording
from finewright.flows.report.arms import Tile, arm_lines, arm_rows, challenger_of, contrast_lines, tiles, tuned_of
from finewright.flows.report.arms_chart import arms_chart
from finewright.flows.report.asked import asked_lines
from finewright.flows.report.automation import automation_section
from finewright.flows.report.compliance import Replied, compliance_section
from finewright.flows.report.cost import cost_section
from finewright.flows.report.data import data_section, looks_sentence
from finewright.flows.report.decided import decided_section
from finewright.flows.report.distil import distil_section
from finewright.flows.report.examples import Exchange, exchange
from finewright.flows.report.forgetting import forgetting_section
from finewright.flows.report.judge import judge_section
from finewright.flows.report.loss_chart import loss_chart
from finewright.flows.report.mistakes import confusion_section, fields_section
from finewright.flows.report.perplexity import Line, perplexity_section, perplexity_tiles
from finewright.flows.report.preferences import Judged, preference_tiles, preferences_section, reward_said
from finewright.flows.report.privacy import privacy_section
from finewright.flows.report.review import review_section
from finewright.flows.report.rollouts import rollouts_section
from finewright.flows.report.search import search_section
from finewright.flows.report.slices import slices_section
from finewright.flows.report.sureness import Sure, sureness_section
from finewright.flows.report.training import provenance, training_caution, training_facts
from finewright.flows.review.imported import Imported
from finewright.flows.slices import Sliced
from finewright.train.rounds import Round

_WIDE, _NARROW = 860, 360
_PER = {"preferences": "pair", "feedback": "answer", "documents": "token"}
_LEVEL: float = Evaluate.model_fields["confidence"].default
_SIGNS = {
    "better": "M3 13l5 5L21 5",
    "no better": "M5 5l14 14M19 5L5 19",
    "cannot tell": "M4 9c4-4 6 4 10 0 2-2 4-2 6-1M4 16c4-4 6 4 10 0 2-2 4-2 6-1",
    "not compared": "M4 12h16",
}

_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class RunView:
    """What the page shows besides `results.json`.

    metrics      rows of metrics.jsonl
    records      the shared test rows
    predictions  arm name to record id to answer, on those rows
    card         the data manifest
    recipe       (key, value, origin) of every resolved setting
    documents    the held-out documents, where documents were trained on
    judged       the held-out preferences, where preferences were trained on
    compliance   the held-out prompts, where answers are held against rules
    rounds       the first and the last round of rollouts, where rewards were learned from
    sure         arm name to record id to how sure the arm is, None where it abstains, of arms that say so
    slices       the shared test rows by columns
    judgements   what judges said since the run ended
    reviews      what people said since
    sample       what people found in a sample of the data set version that was learned from, None where nobody looked
    decision     what the gate said of what was trained, None where none has
    left_out     files of judges and people that were edited, damaged or of another run
    """

    metrics: Sequence[Mapping[str, Any]]
    records: Sequence[Record]
    predictions: Mapping[str, Mapping[str, str]]
    card: Mapping[str, Any]
    recipe: Sequence[tuple[str, Any, str]]
    documents: Sequence[Line] = ()
    judged: Sequence[Judged] = ()
    compliance: Sequence[Replied] = ()
    rounds: Sequence[Round] = ()
    sure: Sure = field(default_factory=dict)
    slices: Sequence[Sliced] = ()
    judgements: Sequence[Judgement] = ()
    reviews: Sequence[Imported] = ()
    sample: Mapping[str, Any] | None = None
    decision: Decision | None = None
    left_out: Sequence[str] = ()


def write_report(path: Path, results: Results, run: RunView) -> None:
    """Write the page, whole or not at all. Raises StorageError where the file cannot be written."""
    write_text(path, page(results, run))


def page(results: Results, run: RunView) -> str:
    """The page as HTML; the same arguments give the same text."""
    return environment().get_template("report.html.j2").render(_context(results, run))


@cache  # templates are compiled once, however many reports are written
def environment() -> Environment:
    """Where templates are found and how their values are written: escaped, unless they are markup already."""
    made = Environment(
        loader=PackageLoader("finewright.flows.report", "."),
        autoescape=select_autoescape(enabled_extensions=("html", "j2"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    named = (wording.count, wording.percent, wording.plain, wording.figure_name, breakable, coded)
    made.filters.update({function.__name__: function for function in named})
    return made


def breakable(text: str) -> Markup:
    """Escaped text that may break after commas and underscores: compact JSON and codes wrap, and copy unchanged."""
    return escape(text).replace(",", Markup(",<wbr>")).replace("_", Markup("_<wbr>"))


def coded(text: str) -> Markup:
    """Escaped text in which what stands between backticks is set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def _context(results: Results, run: RunView) -> dict[str, Any]:
    challenger, tuned = challenger_of(results), tuned_of(results)
    return {
        "results": results,
        "outcome": wording.OUTCOMES[results.verdict.outcome],
        "sign": sign(results.verdict.outcome),
        "figure_name": wording.figure_name(results.deciding_figure),
        "confidence": f"{100 * _level(run):g}%",
        "tiles": _tiles(results),
        "perplexity": perplexity_section(results.perplexity, run.documents),
        "preferences": preferences_section(results.preferences, results.kind, run.judged),
        "reward": reward_said(results.reward),
        "compliance": compliance_section(results.compliance, run.compliance),
        "cost": cost_section(results.cost),
        "asked": asked_lines(results),
        "search": search_section(results.search, _level(run)),
        "automated": automation_section(results),
        "sureness": sureness_section(results, run.sure, (_WIDE, _NARROW)),
        "slices": slices_section(run.slices, results),
        "decided": decided_section(run.decision),
        "judged": judge_section(run.judgements, results),
        "reviewed": review_section(run.reviews, results),
        "left_out": run.left_out,
        "distilled": distil_section(results.distillation, _level(run)),
        "rollouts": rollouts_section(run.metrics, run.rounds),
        "charts": _charts(results, run),
        **arm_lines(results),
        "contrasts": contrast_lines(results),
        "exchange": _exchange(run, challenger, tuned),
        "challenger_title": challenger.title if challenger else "",
        "subject_title": _subject(challenger, tuned),
        "fields": fields_section(results.kind, run.records, run.predictions, [challenger, tuned]),
        "confusion": confusion_section(
            results.kind, run.records, run.predictions, tuned or challenger, run.card.get("order", ())
        ),
        "caution": training_caution(results.training),
        "forgetting": forgetting_section(results.forgetting, results.training),
        "training_facts": training_facts(results.training),
        "looks": looks_sentence(results.looks),
        "data": data_section(run.card),
        "privacy": privacy_section(run.card.get("privacy"), results.raw_input, run.sample),
        "recipe": run.recipe,
        "provenance": provenance(results, run.card),
    }


def _tiles(results: Results) -> list[Tile]:
    if results.perplexity:
        return perplexity_tiles(results.perplexity)
    return preference_tiles(results.preferences) if results.preferences else tiles(results)


def _charts(results: Results, run: RunView) -> dict[str, Markup]:
    rows, name = arm_rows(results), wording.figure_name(results.deciding_figure)
    per = _PER.get(results.kind, "answer token")
    metrics = [] if results.training.get("by_reward") else run.metrics  # rewards have a chart of their own
    return {
        "arms": arms_chart(rows, name, _WIDE),
        "arms_narrow": arms_chart(rows, name, _NARROW),
        "loss": loss_chart(metrics, _WIDE, per),
        "loss_narrow": loss_chart(metrics, _NARROW, per),
    }


def _exchange(run: RunView, challenger: ArmResult | None, tuned: ArmResult | None) -> Exchange | None:
    if challenger is None or tuned is None:
        return None
    return exchange(run.records, run.predictions, challenger, tuned)


def _subject(challenger: ArmResult | None, tuned: ArmResult | None) -> str:
    arm = tuned or challenger
    return arm.title if arm else ""


def _level(run: RunView) -> float:
    """The level of the intervals, from the recipe."""
    found = next((value for key, value, _ in run.recipe if key == "evaluate.confidence"), None)
    return found if isinstance(found, float) else _LEVEL


def sign(outcome: str) -> Markup:
    """A shape for the outcome, so that colour is not the only sign."""
    return Markup(
        '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="3"'
        ' stroke-linecap="round" stroke-linejoin="round"><path d="{}"/></svg>'
    ).format(_SIGNS[outcome])
