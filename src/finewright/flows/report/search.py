"""The search for a prompt as text: every prompt tried with its figures on validation rows, and the one taken."""

from typing import Any

from finewright.base.prompt_search import Candidate, PromptSearch
from finewright.evaluate.measure import share
from finewright.flows.report.wording import DASH, count, interval, percent


def search_section(found: PromptSearch | None, confidence: float) -> dict[str, Any] | None:
    """What the section shows, the longest tried first; None where nothing was searched."""
    if found is None:
        return None
    best = found.candidates[found.winner]
    order = sorted(range(len(found.candidates)), key=lambda place: (place != found.winner, *_last(found, place)))
    return {
        "said": f"{count(len(found.candidates))} prompts were tried on validation rows by successive halving, with "
        f"{count(found.asked)} answers of at most {count(found.budget)}: in each round all that were left answered the "
        "same further rows, and the better half went on. The figures of early rounds are of few rows, and that of the "
        "winner is a little flattering, since it was chosen by it; the test rows had no part in this.",
        "winner": f"{percent(best.right / best.rows)} of {count(best.rows)} rows" if best.rows else DASH,
        "rows": [_row(found, place, confidence) for place in order],
        "messages": found.messages,
    }


def _last(found: PromptSearch, place: int) -> tuple[float, ...]:
    one = found.candidates[place]
    return -one.rounds, -one.right / max(1, one.rows), place


def _row(found: PromptSearch, place: int, confidence: float) -> dict[str, Any]:
    one = found.candidates[place]
    figure = share([row < one.right for row in range(one.rows)], confidence) if one.rows else None
    return {
        "prompt": one.prompt,
        "examples": _examples(one),
        "rounds": count(one.rounds),
        "rows": count(one.rows),
        "right": percent(figure.value) if figure else DASH,
        "interval": interval(figure) if figure else "",
        "taken": place == found.winner,
    }


def _examples(one: Candidate) -> str:
    return f"{one.examples}, choice {one.draw + 1}" if one.examples else "none"
