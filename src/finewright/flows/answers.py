"""One arm's answers to one set of rows, kept as a file: asked once, read ever after. Knows no model.

    arms/few_shot/test.json        all answers, with the digest of the rows
    arms/endpoint-x/test.part      answers so far, one a line, while an arm that answers bit by bit is not done

Of the latter kind an arm that fails or is stopped keeps what it has, and is asked for the rest alone.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from finewright.base.errors import Place, StorageError
from finewright.base.files import digest_json, read_json, write_json
from finewright.base.protocols import GradualPredictor, Predictor
from finewright.base.recipe import Evaluate
from finewright.base.recipe_endpoint import Endpoint
from finewright.base.records import Prediction, Record
from finewright.base.results import Measured
from finewright.evaluate.grounding import CITING, grounding
from finewright.evaluate.measure import measure
from finewright.evaluate.task import Task
from finewright.flows.journal import Journal
from finewright.retrieve.citations import uncited
from finewright.retrieve.hit import Hit

_AGAIN = "remove it and run the same command again"


@dataclass(frozen=True, slots=True)
class Answers:
    """Predictions in the order of the rows asked, and the wall seconds they took."""

    predictions: tuple[Prediction, ...]
    seconds: float


def answered(path: Path, records: Sequence[Record], fitted: Callable[[], Predictor]) -> Answers:
    """The answers stored at `path`; where there are none, `fitted()` makes the arm and they are asked and stored.

    Raises StorageError where the stored answers are for other rows, or were changed since they were written.
    """
    if path.exists():
        return _read(path, records)
    predict = fitted()
    journal = Journal(path.with_suffix(".part"))
    if isinstance(predict, GradualPredictor):
        answers = _bit_by_bit(journal, records, predict)
    else:
        started = time.perf_counter()
        answers = Answers(tuple(predict(records)), time.perf_counter() - started)
    rows = [asdict(prediction) for prediction in answers.predictions]
    write_json(path, {"digest": digest_json(rows), "seconds": answers.seconds, "rows": rows})
    journal.remove()
    return answers


def measured(
    task: Task,
    records: Sequence[Record],
    answers: Answers,
    settings: Evaluate,
    endpoint: Endpoint | None = None,
    hits: Mapping[str, Sequence[Hit]] | None = None,
) -> Measured:
    """The arm's figures on these rows, by the rules of the settings, and its cost at the prices of `endpoint`.

    Where answers could cite `hits`, by record, they are judged without citations, which have figures of their own.
    """
    said = judged = answers.predictions
    cites = hits is not None and task.kind in CITING
    if cites:
        judged = tuple(replace(one, answer=uncited(one.answer).strip()) for one in said)
    found = measure(task, records, judged, answers.seconds, settings.confidence, settings.style)
    if hits is not None and cites:
        found = replace(found, figures=found.figures | grounding(hits, records, said, settings.confidence))
    others = sum(one.answer.strip() not in task.labels for one in said) if task.kind == "classes" else 0
    if endpoint is None:
        return replace(found, unmatched=others)
    asked, written = sum(one.prompt_tokens for one in said), sum(one.completion_tokens for one in said)
    return replace(found, unmatched=others, cost=endpoint.cost(asked, written))


def _bit_by_bit(journal: Journal, records: Sequence[Record], predict: GradualPredictor) -> Answers:
    """Ask for what the journal has not, keeping each answer as it comes."""
    kept, before = journal.read({record.id for record in records})
    left = [record for record in records if record.id not in kept]
    started = time.perf_counter()

    def spent() -> float:
        return before + time.perf_counter() - started

    with journal.writing() as keep:
        for prediction in _asked(predict, left):
            keep(prediction, spent())
            kept[prediction.record] = prediction
    return Answers(tuple(kept[record.id] for record in records), spent())


def _asked(predict: GradualPredictor, records: Sequence[Record]) -> Iterator[Prediction]:
    return predict.each(records) if records else iter(())


def _read(path: Path, records: Sequence[Record]) -> Answers:
    stored = read_json(path)
    try:
        predictions = tuple(Prediction(**row) for row in stored["rows"])
        seconds, digest = float(stored["seconds"]), stored["digest"]
    except (KeyError, TypeError, ValueError) as fault:
        raise StorageError("holds no answers that can be read", place=Place(path), remedy=_AGAIN) from fault
    if digest != digest_json(stored["rows"]):
        raise StorageError("was changed after it was written", place=Place(path), remedy=_AGAIN)
    if [prediction.record for prediction in predictions] != [record.id for record in records]:
        raise StorageError("holds answers to other rows", place=Place(path), remedy=_AGAIN)
    return Answers(predictions, seconds)
