"""The searched arm: prompts are tried on validation rows, and the best answers all rows from then on.

    arms/searched/search/03-1.json    candidate 3's answers of round 1, kept and never asked again
    arms/searched/search.json         all candidates with their figures, and the winner's prompt

The test rows are not among its arguments. What the winner answered in the search it is not asked again.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter

from finewright.base.errors import InputError
from finewright.base.files import read_json, write_json
from finewright.base.order import rank, shuffled
from finewright.base.prompt_search import Candidate, PromptSearch
from finewright.base.protocols import Completer, Predictor
from finewright.base.recipe_arms import Searched
from finewright.base.records import Message, Prediction, Record, Score
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.prompt import build, choose_shots
from finewright.evaluate.prompt_search import candidates_of, halve
from finewright.evaluate.scorers import scorer_for
from finewright.evaluate.task import Task
from finewright.flows.answers import answered

Say = Callable[[str], None]


def check_search(settings: Searched) -> None:
    """Raise InputError where the budget does not ask each prompt once."""
    count = len(candidates_of(settings))
    if settings.enabled and settings.budget < count:
        raise InputError(
            f"arms.searched.budget is {settings.budget}, and {count} prompts are to be tried",
            remedy=f"write a budget of {20 * count} or more, or fewer prompts, examples or draws",
        )


class PromptSearcher:
    """Searches with a Completer and keeps what it finds in `folder`.

    train    where examples are drawn from
    choosing the validation rows that choose
    """

    def __init__(
        self,
        settings: Searched,
        task: Task,
        train: Sequence[Record],
        choosing: Sequence[Record],
        *,
        seed: int,
        folder: Path,
    ) -> None:
        self._settings, self._task, self._seed, self._folder = settings, task, seed, folder
        self._train, self._choosing = train, choosing
        self._known: dict[int, dict[str, Prediction]] = {}

    def predictor(self, completer: Completer, say: Say) -> Predictor:
        """The winner as an arm, found now or read from what an earlier search asked."""
        search = self._search(completer, say)
        ask = self._arm(completer, search.candidates[search.winner])
        known = self._known[search.winner]

        def predict(records: Sequence[Record]) -> list[Prediction]:
            missing = [record for record in records if record.id not in known]
            found = known | {one.record: one for one in (ask(missing) if missing else [])}
            return [found[record.id] for record in records]

        return predict

    def _search(self, completer: Completer, say: Say) -> PromptSearch:
        candidates, judge = candidates_of(self._settings), scorer_for(self._task)
        rows = shuffled(self._choosing, lambda record: record.id, self._seed, "prompt search")
        self._known = {place: {} for place in range(len(candidates))}

        def ask(place: int, number: int, records: Sequence[Record]) -> list[Score]:
            path = self._folder / "search" / f"{place:02}-{number}.json"
            found = answered(path, records, lambda: self._arm(completer, candidates[place])).predictions
            self._known[place] |= {one.record: one for one in found}
            return [judge(one.answer, record) for one, record in zip(found, records, strict=True)]

        say(f"Searching a prompt: {len(candidates)} tried on up to {self._settings.budget:,} validation answers")
        found = halve(candidates, rows, self._settings.budget, ask)
        winner = found.candidates[found.winner]
        told = self._messages(winner)
        search = PromptSearch(found.candidates, found.winner, found.asked, self._settings.budget, told)
        write_json(self._folder / "search.json", asdict(search))
        say(_told(search))
        return search

    def _arm(self, completer: Completer, candidate: Candidate) -> Predictor:
        return prompted(completer, candidate.prompt, self._task, self._shots(candidate))

    def _shots(self, candidate: Candidate) -> tuple[Record, ...]:
        """The first draw is that of the few-shot arm."""
        seed = rank(self._seed, "draw", candidate.draw) if candidate.draw else self._seed
        return choose_shots(self._train, self._task, candidate.examples, seed)

    def _messages(self, candidate: Candidate) -> tuple[tuple[str, str], ...]:
        """What the candidate puts before a question."""
        question = Record("", (Message("user", ""),), "")
        *before, _ = build(candidate.prompt, self._task, question, self._shots(candidate))
        return tuple((message.role, message.text) for message in before)


def search_of(folder: Path) -> PromptSearch | None:
    """What a finished search left in `folder`; None where there was none."""
    path = folder / "search.json"
    return TypeAdapter(PromptSearch).validate_python(read_json(path)) if path.exists() else None


def _told(search: PromptSearch) -> str:
    best = search.candidates[search.winner]
    examples = f"{best.examples} example{'' if best.examples == 1 else 's'}"
    return (
        f"Searched {len(search.candidates)} prompts with {search.asked:,} validation answers: the best, with "
        f"{examples}, is right on {best.right:,} of {best.rows:,}"
    )
