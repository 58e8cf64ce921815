"""The search for a prompt: successive halving over candidates within a budget of rows asked. Knows no model.

In each round every candidate that is left answers the same further rows, and the better half goes on (Karnin, Koren
and Somekh 2013; Jamieson and Talwalkar 2016). The budget is spread evenly over the rounds, so that few rows are spent
on poor prompts and many on telling good ones apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log2

from finewright.base.prompt_search import Candidate
from finewright.base.recipe_arms import Searched
from finewright.base.records import Record, Score

Ask = Callable[[int, int, Sequence[Record]], Sequence[Score]]
"""A candidate's place, the round's number and rows to the score of each row."""


@dataclass(frozen=True, slots=True)
class Halving:
    """What halving came to: the candidates with their figures, the winner's place, and how many rows were asked."""

    candidates: tuple[Candidate, ...]
    winner: int
    asked: int


def candidates_of(settings: Searched) -> list[Candidate]:
    """Every prompt with every number of examples in every draw; without examples there is nothing to draw."""
    return [
        Candidate(prompt, count, draw, rounds=0, rows=0, right=0)
        for prompt in dict.fromkeys(settings.prompts)
        for count in dict.fromkeys(settings.examples)
        for draw in range(settings.draws if count else 1)
    ]


def halve(candidates: Sequence[Candidate], rows: Sequence[Record], budget: int, ask: Ask) -> Halving:
    """Halve the candidates on `rows`, in their order, asking for at most `budget` answers in all.

    Of two that are equally often right the one with more of its answers' parts right goes on, then the one with fewer
    examples, then the first. Ends early where the rows are used up. Raises ValueError where the budget does not ask
    each candidate once, or there are no rows.
    """
    if not rows or budget < len(candidates):
        raise ValueError("a search needs rows, and a budget of one for each candidate")
    known, left, asked, used = list(candidates), list(range(len(candidates))), 0, 0
    rounds = ceil(log2(len(candidates)))
    for number in range(rounds):
        more = rows[used : used + max(1, budget // rounds // len(left))][: (budget - asked) // len(left)]
        if not more:
            break
        for place in left:
            known[place] = _scored(known[place], ask(place, number, more))
        used, asked = used + len(more), asked + len(more) * len(left)
        left = sorted(left, key=lambda place: _rank(known, place))[: ceil(len(left) / 2)]
    return Halving(tuple(known), left[0], asked)


def _rank(known: Sequence[Candidate], place: int) -> tuple[float, float, int, int]:
    one = known[place]
    return -one.right, -one.parts, one.examples, place


def _scored(candidate: Candidate, scores: Sequence[Score]) -> Candidate:
    shares = [sum(score.parts.values()) / len(score.parts) if score.parts else 0.0 for score in scores]
    return replace(
        candidate,
        rounds=candidate.rounds + 1,
        rows=candidate.rows + len(scores),
        right=candidate.right + sum(score.correct for score in scores),
        parts=candidate.parts + sum(shares),
    )
