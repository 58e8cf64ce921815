"""A run's metrics.jsonl as event files that TensorBoard opens. Knows rows of numbers; nothing of training or models.

`metrics.jsonl` stays what it is: the events are made from it, whenever they are wanted, and the same rows give the same
bytes. So an export that is repeated replaces its file, and TensorBoard never shows a point twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tensorboardX.proto.event_pb2 import Event
from tensorboardX.proto.summary_pb2 import Summary
from tensorboardX.record_writer import RecordWriter

from finewright.base.errors import InputError, Place
from finewright.base.files import writing
from finewright.train.metrics import rows_of

_EVENTS = "events.out.tfevents.finewright"
_TAGS = {"loss": "loss/training", "validation_loss": "loss/validation"}
_PLACES = frozenset({"step", "epoch", "seconds"})


@dataclass(frozen=True, slots=True)
class Exported:
    """One event file, and how many points it holds."""

    file: Path
    points: int


def export(run: Path, folder: Path) -> list[Exported]:
    """Write an event file for every `metrics.jsonl` in the folder of a run or a sweep, under the same names.

    Each becomes a run of TensorBoard: `folder` is what `tensorboard --logdir` is given. Raises InputError where nothing
    was trained there, and StorageError where a log is damaged or a file cannot be written.
    """
    run, folder = run.resolve(), folder.resolve()
    logs = sorted(run.rglob("metrics.jsonl"))
    if not logs:
        raise InputError(
            "holds no metrics.jsonl", place=Place(run), remedy="name the folder of a run that trains, or of a sweep"
        )
    return [_written(log, folder / log.parent.relative_to(run.parent) / _EVENTS) for log in logs]


def events(rows: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """The version record that opens a file, then one event a row: its numbers by tag, at its step.

    Values are fp32, as the format has them. The wall time is the training time so far, in seconds from zero: a row of
    validation, which has none of its own, has that of the step before it.
    """
    yield Event(wall_time=0.0, file_version="brain.Event:2")
    seconds = 0.0
    for row in rows:
        seconds = row.get("seconds", seconds)
        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in _values(row)]
        yield Event(wall_time=seconds, step=row["step"], summary=Summary(value=values))


def _values(row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, value in row.items():
        if key not in _PLACES and isinstance(value, int | float) and not isinstance(value, bool):
            yield _TAGS.get(key, key), float(value)


def _written(log: Path, file: Path) -> Exported:
    made = list(events(rows_of(log)))
    with writing(file) as temporary, closing(RecordWriter(str(temporary))) as writer:
        for event in made:
            writer.write(event.SerializeToString(deterministic=True))
    return Exported(file, sum(len(event.summary.value) for event in made))
