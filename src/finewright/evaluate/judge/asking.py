"""What a judge is asked, as a request, and what its completion says. Knows no rubric, no arms and no files.

A completer that knows probabilities is asked for the likeliest of the choices; any other writes one line, which must
be one of them. What cannot be read is inconclusive, and never becomes a choice.
"""

from dataclasses import dataclass
from math import isfinite

from finewright.base.recipe_judge import Criterion, reading
from finewright.base.records import Completion, CompletionRequest, Message, Record

FIRST, SECOND, SAME = "A", "B", "same"


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer is one of `choices`."""

    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """`choice` is the place among the question's choices, None where the reply is inconclusive. `shares` are the
    probabilities of all choices, adding up to one, where they are known."""

    choice: int | None
    shares: tuple[float, ...] | None = None

    def height(self, levels: int) -> float | None:
        """How high on a scale of so many levels: 0 for the first, 1 for the last, by the probabilities where known."""
        if self.shares is not None:
            return sum(place * share for place, share in enumerate(self.shares)) / (levels - 1)
        return None if self.choice is None else self.choice / (levels - 1)


def about_one(record: Record, answer: str, criterion: Criterion) -> Question:
    """A criterion's question about one answer."""
    shown = f"Question:\n{record.text}\n\nAnswer:\n{answer}\n\n{criterion.question}"
    return Question(shown, tuple(criterion.levels))


def about_two(record: Record, first: str, second: str, compare: str) -> Question:
    """Which of two answers is better, in the order in which they are shown."""
    shown = f"Question:\n{record.text}\n\nAnswer {FIRST}:\n{first}\n\nAnswer {SECOND}:\n{second}\n\n{compare}"
    return Question(shown, (FIRST, SECOND, SAME))


def request_of(question: Question, *, written: bool, max_tokens: int = 16) -> CompletionRequest:
    """The request; `written` asks for a line of text, otherwise for the probabilities of the choices."""
    *others, last = question.choices
    named = f"{', '.join(others)} or {last}"
    if not written:
        said = f"{question.text} Reply with {named}."
        return CompletionRequest((Message("user", said),), choices=question.choices, probabilities=True)
    said = f"{question.text} Reply with one line that holds nothing but {named}."
    return CompletionRequest((Message("user", said),), max_tokens=max_tokens)


def read(question: Question, done: Completion) -> Reply:
    """What a completion says: of probabilities the likeliest choice, of a text the choice that it is.

    Inconclusive are equal probabilities at the top, which would favour whatever comes first, and a text that is cut or
    says anything beside the choice.
    """
    if done.probabilities is not None:
        return _likeliest([done.probabilities.get(choice, 0.0) for choice in question.choices])
    said = reading(done.text)
    places = [place for place, choice in enumerate(question.choices) if reading(choice) == said]
    return Reply(places[0] if len(places) == 1 and done.finish != "length" else None)


def _likeliest(found: list[float]) -> Reply:
    total = sum(found)
    if not (isfinite(total) and total > 0):
        return Reply(None)
    tied = found.count(max(found)) > 1
    return Reply(None if tied else found.index(max(found)), tuple(one / total for one in found))
