"""One arm's answers to one set of rows, kept as a file: asked once, read ever after. Knows no model."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from finewright.base.errors import Place, StorageError
from finewright.base.files import read_json, write_json
from finewright.base.protocols import Predictor
from finewright.base.recipe import Evaluate
from finewright.base.records import Prediction, Record
from finewright.base.results import Measured
from finewright.evaluate.measure import measure
from finewright.evaluate.task import Task


@dataclass(frozen=True, slots=True)
class Answers:
    """Predictions in the order of the rows asked, and the wall seconds they took."""

    predictions: tuple[Prediction, ...]
    seconds: float


def answered(path: Path, records: Sequence[Record], fitted: Callable[[], Predictor]) -> Answers:
    """The answers stored at `path`; where there are none, `fitted()` makes the arm and they are asked and stored.

    Raises StorageError where the stored answers are for other rows.
    """
    if path.exists():
        return _read(path, records)
    predict = fitted()
    started = time.perf_counter()
    predictions = tuple(predict(records))
    answers = Answers(predictions, time.perf_counter() - started)
    write_json(path, {"seconds": answers.seconds, "rows": [asdict(prediction) for prediction in predictions]})
    return answers


def measured(task: Task, records: Sequence[Record], answers: Answers, settings: Evaluate) -> Measured:
    """The arm's figures on these rows, at the level and by the rules of the settings."""
    return measure(task, records, answers.predictions, answers.seconds, settings.confidence, settings.style)


def _read(path: Path, records: Sequence[Record]) -> Answers:
    stored = read_json(path)
    try:
        predictions = tuple(Prediction(**row) for row in stored["rows"])
        seconds = float(stored["seconds"])
    except (KeyError, TypeError, ValueError) as fault:
        raise _foreign(path) from fault
    if [prediction.record for prediction in predictions] != [record.id for record in records]:
        raise _foreign(path)
    return Answers(predictions, seconds)


def _foreign(path: Path) -> StorageError:
    return StorageError(
        "holds answers to other rows", place=Place(path), remedy="remove it and run the same command again"
    )
