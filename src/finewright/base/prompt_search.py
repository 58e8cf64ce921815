"""What a search for a prompt came to: a part of `results.json`. Knows no model and no rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One prompt that was tried: its system message as the recipe has it, how many examples, and which choice of them.

    `right` of `rows` validation rows were right by the time it was left or the search ended; `rounds` counts those it
    took part in, and `parts` adds up the rows' shares of what was right in a composed answer.
    """

    prompt: str
    examples: int
    draw: int
    rounds: int
    rows: int
    right: int
    parts: float = 0.0


@dataclass(frozen=True, slots=True)
class PromptSearch:
    """The search for a prompt: all candidates, the place of the winner among them, and how many rows were asked.

    `messages` is what the winner puts before a row's own turns: role and text of each.
    """

    candidates: tuple[Candidate, ...]
    winner: int
    asked: int
    budget: int
    messages: tuple[tuple[str, str], ...]
