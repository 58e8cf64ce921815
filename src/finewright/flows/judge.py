"""`judge`: the stored answers of a finished run put before a judge, one by one and two by two, in both orders.

Reads the run's files; what the judge says and finds goes into the folder `judge` inside it. Changes no verdict: that
rests on the run's own results, and a judgement lies beside them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from finewright.base.errors import InputError, Place, StorageError
from finewright.base.files import digest_json
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.recipe_file import read_recipe
from finewright.base.recipe_judge import Judge
from finewright.base.records import Completion, Record
from finewright.evaluate.judge import judgement as judgement_file
from finewright.evaluate.judge.asking import Question, Reply, about_one, about_two, read, request_of
from finewright.evaluate.judge.judgement import Asked, Judged, Judgement, judgement
from finewright.evaluate.judge.pairwise import Pair, pair_of
from finewright.evaluate.judge.people import read_labels
from finewright.flows.case import Case, case_of, settings_of
from finewright.flows.examiner import Examiner, examiner_of
from finewright.flows.folder import RunFolder, alone
from finewright.flows.replies import Replies
from finewright.flows.view import rewrite

Say = Callable[[str], None]
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class JudgeOutcome:
    """A judgement, the file that it was written to, how many questions were asked for it just now, and the run's
    report, which was written anew with it."""

    judgement: Judgement
    path: Path
    asked: int
    report: Path


def judge(
    run: Path,
    arms: tuple[str, str],
    *,
    base: str | None = None,
    human: Path | None = None,
    recipe: Path | None = None,
    say: Say,
) -> JudgeOutcome:
    """Judge two arms of a finished run by the run's own recipe, or the section `evaluate.judge` of another.

    `base` is a base to ask in place of the recipe's judge, `human` a file of people's labels. Raises InputError where
    the run is not finished, an arm was not measured, the arms answered different rows, labels are of other rows, or no
    reply of the judge can be read; StorageError where a file of the run was edited.
    """
    folder = RunFolder(run)
    case = case_of(folder, arms)
    stored = settings_of(folder)
    settings, endpoints = _own(stored, folder) if recipe is None else _of(recipe)
    if base is not None:
        settings = settings.model_copy(update={"base": base, "endpoint": None})
    examiner = examiner_of(settings, str(stored["base"]), endpoints, say)
    return judge_case(folder, case, settings, examiner, human=human, say=say)


def judge_case(
    folder: RunFolder, case: Case, settings: Judge, examiner: Examiner, *, human: Path | None = None, say: Say
) -> JudgeOutcome:
    """Judge a case by whoever `examiner` is, and write the judgement; nothing is asked before labels are checked."""
    ids = [record.id for record in case.records]
    labels = read_labels(human, settings.criteria, case.arms, ids) if human else []
    with alone(folder):
        replies = Replies(folder.judge / "replies", examiner)
        sheet = _Sheet(case, settings, examiner.written)
        missing = replies.missing(sheet.requests)
        say(f"Judging {len(ids):,} rows: {missing:,} of {len(sheet.requests):,} questions are not answered yet")
        rows = sheet.rows(replies.of(sheet.requests, _Legible(sheet)))
        asked = Asked(rows, case.answers, case.right, tuple(labels))
        found = judgement(asked, settings, case.arms, case.confidence, run=case.run, judge=examiner.identity)
        name = digest_json([examiner.identity, settings.model_dump(mode="json"), list(case.arms)])[:12]
        path = folder.judge / f"{case.arms[0]}-{case.arms[1]}-{name}.json"
        if path.exists():
            judgement_file.read(path)  # one that was edited is told, and not written over
        judgement_file.write(path, found)
        rewrite(folder)
    return JudgeOutcome(found, path, missing, folder.report)


class _Sheet:
    """All questions about a case, in order, and their replies put back beside the rows.

    Equal answers are not compared: the row is a tie that needs no judge.
    """

    def __init__(self, case: Case, settings: Judge, written: bool) -> None:
        self._case, self._settings = case, settings
        self.questions = [question for record in case.records for question in self._about(record)]
        self.requests = [request_of(one, written=written, max_tokens=settings.max_tokens) for one in self.questions]

    def rows(self, done: Sequence[Completion]) -> tuple[Judged, ...]:
        """What was said of each row."""
        replies = map(read, self.questions, done)
        return tuple(self._row(record, replies) for record in self._case.records)

    def _about(self, record: Record) -> Iterator[Question]:
        first, second = self._case.answers[record.id]
        for criterion in self._settings.criteria:
            yield about_one(record, first, criterion)
            yield about_one(record, second, criterion)
        if not _equal(first, second):
            yield about_two(record, first, second, self._settings.compare)
            yield about_two(record, second, first, self._settings.compare)

    def _row(self, record: Record, replies: Iterator[Reply]) -> Judged:
        levels = {
            criterion.name: {arm: _level(next(replies), criterion.levels) for arm in self._case.arms}
            for criterion in self._settings.criteria
        }
        if _equal(*self._case.answers[record.id]):
            return Judged(record.id, levels, Pair(record.id, equal=True))
        return Judged(record.id, levels, pair_of(record.id, next(replies), next(replies)))


class _Legible:
    """Ends the asking where nothing that a judge has said so far could be read: the rest would cost as much."""

    def __init__(self, sheet: _Sheet) -> None:
        self._choices = {choices: Question("", choices) for choices in {one.choices for one in sheet.questions}}
        self._any = False

    def __call__(self, done: Sequence[Completion]) -> None:
        self._any = self._any or any(
            read(question, one).choice is not None for one in done for question in self._choices.values()
        )
        if not self._any:
            raise InputError(
                f"the judge gave no reply that can be read, such as {done[0].text.strip()[:_SHOWN]!r}",
                remedy="take another `evaluate.judge.base`, reword the questions, or set `evaluate.judge.reply`",
            )


def _equal(first: str, second: str) -> bool:
    return first.split() == second.split()


def _level(reply: Reply, levels: Sequence[str]) -> str | None:
    return None if reply.choice is None else levels[reply.choice]


def _own(stored: Mapping[str, Any], folder: RunFolder) -> tuple[Judge, list[Endpoint]]:
    """The run's own judge and endpoints; a run of an earlier version has the defaults."""
    section = "evaluate.judge."
    written = {key[len(section) :]: value for key, value in stored.items() if key.startswith(section)}
    try:
        endpoints = [Endpoint.model_validate(one) for one in stored.get("arms.endpoints") or []]
        return Judge.model_validate(written), endpoints
    except ValidationError as fault:
        raise StorageError(
            "holds no judge that can be read", place=Place(folder.resolved), remedy="give the recipe by --recipe"
        ) from fault


def _of(recipe: Path) -> tuple[Judge, list[Endpoint]]:
    found = read_recipe(recipe).recipe
    return found.evaluate.judge, found.arms.endpoints
