"""A distilled prompt in words and figures: how good its teacher is, what a call saves, when it pays. Knows no model."""

from typing import Any

from finewright.base.break_even import BreakEven
from finewright.base.distillation import Distillation
from finewright.evaluate.measure import share
from finewright.flows.report.wording import DASH, count, duration, interval, percent

_LEARNED = {"tokens": "its distribution over each next token", "answers": "what it wrote"}
_COSTS = {
    "asking": "Asking the teacher",
    "training": "Training the student",
    "before": "A call with the teacher's prompt",
    "after": "A call with the student's prompt",
}


def distil_section(found: Distillation | None, confidence: float) -> dict[str, Any] | None:
    """What the section shows: sentences, and a row (name, tokens, seconds) a cost; None where nothing was distilled."""
    if found is None:
        return None
    said = [*_teacher(found, confidence), *_agreement(found, confidence), _in_tokens(found.tokens)]
    said += [_in_time(found.seconds)] if found.seconds else []
    return {"said": said, "rows": [_row(key, found) for key in _COSTS]}


def _teacher(found: Distillation, confidence: float) -> list[str]:
    right = share([row < found.right for row in range(found.rows)], confidence)
    said = (
        f"The teacher, {found.teacher} with the longer prompt, is right on {percent(right.value)} ({interval(right)}) "
        f"of {count(found.rows)} training rows. The student learned {_LEARNED[found.match]} and not the rows' own "
        "answers, so that this is about what it can reach."
    )
    left = {"empty": found.empty, "cut at their length": found.cut, "too long to learn": found.long}
    named = ", ".join(f"{count(number)} {why}" for why, number in left.items() if number)
    return [said, f"Answers to training rows that were left out: {named}."] if named else [said]


def _agreement(found: Distillation, confidence: float) -> list[str]:
    if found.agreed is None:
        return []
    same = share([row < found.agreed for row in range(found.compared)], confidence)
    rows = f"{count(found.compared)} test rows"
    return [f"On {percent(same.value)} ({interval(same)}) of {rows} the student gives the teacher's very answer."]


def _in_tokens(of: BreakEven) -> str:
    prompts = f"A call's prompt takes {count(of.after)} tokens instead of {count(of.before)}"
    spent = f"{count(of.asking + of.training)} tokens spent on teaching"
    if of.calls is None:
        return f"{prompts}, so that no call saves any of the {spent}."
    return f"{prompts}: the {spent}, one trained on counted as three that are read, are saved after {_calls(of)}."


def _in_time(of: BreakEven) -> str:
    if of.calls is None:
        return (
            "No call saves time here, where calls are answered side by side and what their prompts share is read once."
        )
    spent = duration(of.asking + of.training)
    return f"The {spent} that teaching took are saved after {_calls(of)}, answered side by side as they were here."


def _calls(of: BreakEven) -> str:
    return f"{count(of.calls or 0)} call{'' if of.calls == 1 else 's'}"


def _row(key: str, found: Distillation) -> tuple[str, str, str]:
    tokens, seconds = found.tokens, found.seconds
    return _COSTS[key], count(getattr(tokens, key)), _time(key, getattr(seconds, key)) if seconds else DASH


def _time(key: str, seconds: float) -> str:
    return duration(seconds) if key in ("asking", "training") else f"{1000 * seconds:,.0f} ms"
