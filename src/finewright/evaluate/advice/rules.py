"""The rules of advice, all of them, in one table: what triggers each, what it gives, and where it comes from.

Points add up; nothing else decides. Knows no data: a rule reads a `Situation` and says in words which number of it
triggered it, or nothing where it stays silent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from finewright.evaluate.advice.situation import Situation

Option = Literal["prompt", "few_shot", "rag", "tuned", "tuned_rag"]
OPTIONS: tuple[Option, ...] = get_args(Option)
TITLES: Mapping[str, str] = {
    "prompt": "Prompt",
    "few_shot": "Prompt with examples (few-shot)",
    "rag": "Retrieval (RAG)",
    "tuned": "Fine-tuning",
    "tuned_rag": "Fine-tuning with retrieval",
    "classifier": "Plain classifier",
    "endpoint": "Model behind an endpoint",
}
MARGIN = 2
"""Fewer points than this between the first two: rules cannot tell them apart."""

_OFTEN = ("monthly", "weekly", "daily")
_OWN = "finewright's own"
_OVADIA = "Ovadia et al. 2024, Fine-Tuning or Retrieval?, EMNLP"
_GEKHMAN = "Gekhman et al. 2024, Does Fine-Tuning LLMs on New Knowledge Encourage Hallucinations?, EMNLP"
_LEWIS = "Lewis et al. 2020, Retrieval-Augmented Generation, NeurIPS"
_CARLINI = "Carlini et al. 2021, Extracting Training Data, USENIX Security; GDPR, article 17"
_BROWN = "Brown et al. 2020, Language Models are Few-Shot Learners, NeurIPS"
_LIMA = "Zhou et al. 2023, LIMA, NeurIPS"
_LAND = "Zhao et al. 2024, LoRA Land"
_SNELL = "Snell et al. 2022, Learning by Distilling Context"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `when` in words, its points by option, and `fires`, which says the number that triggered it.

    `foretells` marks a rule about how often answers will be right, which a measurement replaces.
    """

    name: str
    when: str
    source: str
    points: Mapping[Option, int]
    fires: Callable[[Situation], str | None]
    foretells: bool = False


def _facts(of: Situation) -> str:
    return f"{of.facts:,} of {of.rows:,} answers ({100 * of.fact_share:.0f}%)"


def _said(holds: bool, words: str) -> str | None:
    return words if holds else None


def _per_month(of: Situation) -> int:
    """Prompt tokens that a month's calls read."""
    return of.prompt * (of.answers.calls_month or 0)


RULES: tuple[Rule, ...] = (
    Rule(
        "effort",
        "always: each part that has to be built and kept up costs a point, and two together cost another",
        _OWN,
        {"rag": -1, "tuned": -1, "tuned_rag": -3},
        lambda _: "0 parts to keep up for a prompt, 1 for an index or an adapter, 2 for both",
    ),
    Rule(
        "changing facts",
        "facts change monthly or more often, and at least a tenth of the answers carry some",
        _OVADIA,
        {"prompt": -1, "few_shot": -1, "rag": 3, "tuned": -3, "tuned_rag": 2},
        lambda of: _said(
            of.answers.facts_change in _OFTEN and of.fact_share >= 0.1,
            f"facts change {of.answers.facts_change}, and {_facts(of)} carry some",
        ),
    ),
    Rule(
        "slow facts",
        "facts change yearly, and at least a tenth of the answers carry some",
        _OVADIA,
        {"rag": 1, "tuned": -1},
        lambda of: _said(
            of.answers.facts_change == "yearly" and of.fact_share >= 0.1,
            f"facts change yearly, and {_facts(of)} carry some",
        ),
    ),
    Rule(
        "facts to remember",
        "at least half of the answers carry facts that their questions do not hold",
        _GEKHMAN,
        {"prompt": -1, "few_shot": -1, "rag": 1, "tuned": -1, "tuned_rag": 1},
        lambda of: _said(of.fact_share >= 0.5, f"{_facts(of)} carry facts that their questions do not hold"),
        foretells=True,
    ),
    Rule(
        "citations",
        "answers must name the document they rest on",
        _LEWIS,
        {"prompt": -2, "few_shot": -2, "rag": 2, "tuned": -2, "tuned_rag": 2},
        lambda of: _said(of.answers.must_cite is True, "100% of the answers must name a document"),
    ),
    Rule(
        "deletion",
        "a record could have to be deleted, and answers carry names or addresses",
        _CARLINI,
        {"rag": 1, "tuned": -3, "tuned_rag": -2},
        lambda of: _said(
            of.answers.deletion is True and of.personal > 0,
            f"{of.personal:,} of {of.rows:,} answers carry a name or an address that could have to be deleted",
        ),
    ),
    Rule(
        "rule of ten lines",
        "the rule by which answers are right can be written in ten lines",
        _OWN,
        {"prompt": 4, "few_shot": 1, "rag": -1, "tuned": -2, "tuned_rag": -2},
        lambda of: _said(of.answers.short_rule is True, "10 lines say how every answer comes about"),
        foretells=True,
    ),
    Rule(
        "very few examples",
        "fewer than 50 examples that carry no facts",
        _BROWN,
        {"few_shot": 1, "tuned": -3, "tuned_rag": -3},
        lambda of: _said(of.rows - of.facts < 50, f"{of.rows - of.facts:,} examples of behaviour are fewer than 50"),
        foretells=True,
    ),
    Rule(
        "few examples",
        "50 to 199 examples that carry no facts",
        _BROWN,
        {"few_shot": 1, "tuned": -1, "tuned_rag": -1},
        lambda of: _said(
            50 <= of.rows - of.facts < 200, f"{of.rows - of.facts:,} examples of behaviour are fewer than 200"
        ),
        foretells=True,
    ),
    Rule(
        "enough examples",
        "200 to 999 examples that carry no facts",
        _OWN,
        {"tuned": 1, "tuned_rag": 1},
        lambda of: _said(200 <= of.rows - of.facts < 1000, f"{of.rows - of.facts:,} examples of behaviour"),
        foretells=True,
    ),
    Rule(
        "many examples",
        "1,000 examples or more that carry no facts",
        _LIMA,
        {"tuned": 2, "tuned_rag": 2},
        lambda of: _said(of.rows - of.facts >= 1000, f"{of.rows - of.facts:,} examples of behaviour"),
        foretells=True,
    ),
    Rule(
        "fixed form",
        "answers are labels or records, or at most half of them are distinct; fewer than a tenth carry facts",
        _LAND,
        {"tuned": 1, "tuned_rag": 1},
        lambda of: _said(
            of.fixed and of.fact_share < 0.1, f"answers are of a fixed form, {100 * of.distinct:.0f}% of them distinct"
        ),
        foretells=True,
    ),
    Rule(
        "narrow task",
        "questions are alike: mean similarity of 0.3 or more with the nearest other one",
        _LAND,
        {"tuned": 1, "tuned_rag": 1},
        lambda of: _said(of.nearness >= 0.3, f"questions are {of.nearness:.2f} alike with their nearest"),
        foretells=True,
    ),
    Rule(
        "many labels",
        "more than 20 labels",
        _OWN,
        {"prompt": -1, "few_shot": -1, "tuned": 1},
        lambda of: _said(of.labels > 20, f"{of.labels} labels"),
        foretells=True,
    ),
    Rule(
        "tokens read again",
        "calls read ten million prompt tokens a month or more",
        _SNELL,
        {"prompt": -1, "few_shot": -2, "tuned": 1},
        lambda of: _said(
            _per_month(of) >= 10_000_000,
            f"{of.prompt:,} prompt tokens by {of.answers.calls_month or 0:,} calls are {_per_month(of):,} a month",
        ),
    ),
    Rule(
        "volume",
        "10,000 calls a month or more",
        _OWN,
        {"tuned": 1},
        lambda of: _said((of.answers.calls_month or 0) >= 10_000, f"{of.answers.calls_month or 0:,} calls a month"),
    ),
    Rule(
        "hardly any calls",
        "fewer than 500 calls a month",
        _OWN,
        {"prompt": 1, "tuned": -2, "tuned_rag": -2},
        lambda of: _said(
            of.answers.calls_month is not None and of.answers.calls_month < 500,
            f"{of.answers.calls_month} calls a month",
        ),
    ),
    Rule(
        "no machine",
        "there is no machine to train on",
        _OWN,
        {"tuned": -4, "tuned_rag": -4},
        lambda of: _said(of.answers.compute == "none", "0 machines to train on"),
    ),
)


def rules_table() -> str:
    """The rules as the Markdown table of docs/advice.md."""
    head = f"| rule | when | {' | '.join(TITLES[option] for option in OPTIONS)} | measured instead | source |"
    line = "|---|---|" + "---:|" * len(OPTIONS) + "---|---|"
    return "\n".join([head, line, *map(_line, RULES)]) + "\n"


def _line(rule: Rule) -> str:
    points = (f"{rule.points[option]:+d}" if option in rule.points else "" for option in OPTIONS)
    return f"| {rule.name} | {rule.when} | {' | '.join(points)} | {'yes' if rule.foretells else 'no'} | {rule.source} |"
