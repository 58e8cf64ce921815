"""The verdict in plain words: one sentence with its figures, and what to do next. Decides nothing."""

from math import ceil, log10

from finewright.base.records import TaskKind
from finewright.base.results import ArmResult, Contrast, Figure, Measured, Verdict
from finewright.evaluate.finding import Finding
from finewright.evaluate.measure import DECIDING
from finewright.evaluate.statistics.power import detectable

_SPOKEN = {
    "majority": "most frequent answer",
    "tfidf": "TF-IDF classifier",
    "frozen": "frozen-embedding classifier",
    "neighbours": "nearest-neighbour vote",
    "encoder": "trained encoder",
    "zero_shot": "zero-shot prompt",
    "few_shot": "few-shot prompt",
    "retrieved": "few-shot prompt with retrieved examples",
    "searched": "prompt found by search",
    "rag": "prompt with passages",
}
_TUNED = {"tuned_rag": "fine-tuning with passages"}
_UNLEARNED = (
    "No arm has clearly learned the task: look at the examples with `finewright data check` before training again."
)
_ROWS = {"classes": "rows", "labels": "rows", "json": "records", "text": "answers", "numbers": "answers"}


def sentence(finding: Finding) -> str:
    """The outcome with both shares, the difference, its interval and the p-value."""
    best = f"the best other arm ({_spoken(finding.challenger)})"
    tuned = _TUNED.get(finding.tuned.name, "fine-tuning")
    match finding.outcome:
        case "better":
            return f"{tuned.capitalize()} is better than {best}: {_figures(finding)}."
        case "no better":
            return f"{tuned.capitalize()} is no better than {best}: {_figures(finding)}."
        case _:
            rows = _counted(finding.deciding.rows, finding.kind)
            return (
                f"With {rows} it cannot be told whether {tuned} is better than {best}: {_figures(finding)}; "
                f"{_would_tell(finding)}."
            )


def advice(finding: Finding) -> str:
    """What to do next, and what the challenger reaches on all test rows where it was measured on more of them."""
    match finding.outcome:
        case "better":
            parts = ["Use the adapter; measure it again on rows that came later before it replaces what runs now."]
        case "no better":
            parts = [_instead(finding)]
        case _:
            parts = [_wait(finding)]
    return " ".join([*parts, *_whole(finding), *_ahead(finding)])


def not_compared(arm: ArmResult | None, kind: TaskKind, confidence: float) -> Verdict:
    """The verdict where the tuned arm, or every other, is missing; `arm` is the best that there is."""
    if arm is None or arm.test is None:
        return Verdict("not compared", "No arm was measured.", "Switch on at least one arm and fine-tuning.")
    if arm.trained:
        said = f"There is no other arm to compare with; fine-tuning got {_share(arm.test, kind, confidence)}."
        return Verdict("not compared", said, "Switch on at least one other arm to learn whether tuning helped.")
    said = (
        f"Nothing was fine-tuned; best on validation is the {_spoken(arm)}, with {_share(arm.test, kind, confidence)}."
    )
    todo = "Set `train.enabled: true` to learn whether fine-tuning beats it."
    return Verdict("not compared", said, todo, challenger=arm.name)


def points(difference: float) -> str:
    """A difference of shares in percentage points: one decimal, none where it is zero."""
    text = f"{100 * difference:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def percent(value: float) -> str:
    """A share of rows, one decimal."""
    return f"{100 * value:.1f}%"


def p_value(p: float) -> str:
    """A p-value as papers print it."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def level(confidence: float) -> str:
    """The level of an interval."""
    return f"{100 * confidence:g}%"


def about(count: int) -> str:
    """A projected number rounded up to two digits: more would pretend to know it."""
    step = 10 ** max(0, int(log10(count)) - 1)
    return f"{ceil(count / step) * step:,}"


def _figures(finding: Finding) -> str:
    deciding = finding.deciding
    mine, theirs = (_right(arm, finding.kind) for arm in (finding.tuned, finding.challenger))
    interval = f"{level(finding.confidence)} interval {_range(deciding.difference)}{_grouped(deciding)}"
    return (
        f"{percent(mine.value)} against {percent(theirs.value)} of {_counted(deciding.rows, finding.kind)}, "
        f"{_change(deciding.difference.value)} ({interval}, {deciding.test} {p_value(deciding.p)})"
    )


def _grouped(deciding: Contrast) -> str:
    """That rows hang together, and by how much that widens what is said of them; nothing where they do not."""
    if deciding.groups is None or deciding.design_effect is None:
        return ""
    return f" over {deciding.groups:,} groups of rows, design effect {deciding.design_effect:.1f}"


def _would_tell(finding: Finding) -> str:
    if finding.rows_needed is None:
        return "they were right equally often, so no number of rows can be named that would tell"
    return f"about {about(finding.rows_needed)} would tell if the difference stayed as it is"


def _instead(finding: Finding) -> str:
    if finding.challenger.name == "majority":
        return _UNLEARNED
    return (
        f"Use the {_spoken(finding.challenger)}, which needs no adapter; fine-tuning may still gain from more "
        "training rows or a larger base, measured on fresh test rows."
    )


def _wait(finding: Finding) -> str:
    deciding, name = finding.deciding, _spoken(finding.challenger)
    if finding.challenger.name == "majority":
        return _UNLEARNED
    if finding.rows_needed is None:
        return f"Use the {name}, the simpler of two that did equally well."
    worth = max(1, round(deciding.rows / (deciding.design_effect or 1)))
    share = worth / deciding.rows
    seen = detectable(round(deciding.won * share), round(deciding.lost * share), worth, finding.confidence)
    limit = f"; the rows at hand show only differences of about {points(seen)} points or more" if seen else ""
    return f"Label more test rows{limit}. Until then use the {name}, the simpler of the two."


def _whole(finding: Finding) -> list[str]:
    challenger = finding.challenger
    if challenger.whole is None or challenger.whole.rows <= finding.deciding.rows:
        return []
    share = _share(challenger.whole, finding.kind, finding.confidence)
    return [f"On every test row the {_spoken(challenger)} gets {share}."]


def _ahead(finding: Finding) -> list[str]:
    """Arms that validation passed over and that yet did better than the tuned one on test, beyond chance."""
    ahead = [
        contrast.other
        for contrast in finding.others
        if contrast.test == finding.deciding.test
        and contrast.difference.value < 0
        and (contrast.adjusted or 0.0) < 1 - finding.confidence
    ]
    return [f"The {_SPOKEN.get(name, name)} did better on these rows than fine-tuning." for name in ahead]


def _change(difference: float) -> str:
    size = points(abs(difference))
    if size == "0":
        return "no difference"
    return f"a {'gain' if difference > 0 else 'loss'} of {size} {'point' if size == '1' else 'points'}"


def _range(figure: Figure) -> str:
    return f"{points(figure.low)} to {points(figure.high)}"


def _share(measured: Measured, kind: TaskKind, confidence: float) -> str:
    figure = measured.figures[DECIDING[kind]]
    interval = f"{level(confidence)} interval {points(figure.low)} to {points(figure.high)}"
    return f"{percent(figure.value)} of {_counted(measured.rows, kind)} right ({interval})"


def _right(arm: ArmResult, kind: TaskKind) -> Figure:
    assert arm.test is not None
    return arm.test.figures[DECIDING[kind]]


def _counted(rows: int, kind: TaskKind) -> str:
    return f"{rows:,} {_ROWS[kind]}" if rows != 1 else f"1 {_ROWS[kind].removesuffix('s')}"


def _spoken(arm: ArmResult) -> str:
    return _SPOKEN.get(arm.name, arm.title)
