"""`data plant`: a copy of a raw data file with made-up secrets in some of its rows, and the sealed list of them.

For trying what scrubbing removes: the copy goes through a run as the file itself would. Rows that are not planted in
stay as they stand, letter by letter.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finewright.audit.secrets.planted import Planted, write_planted
from finewright.audit.secrets.secret import MOST, Secret, made
from finewright.base.errors import InputError, Place
from finewright.base.files import writing
from finewright.base.order import shuffled
from finewright.base.recipe import Data
from finewright.base.records import TaskKind
from finewright.data.kind import recognise_kind
from finewright.data.load import Loaded, load
from finewright.data.shapes.field import text_of
from finewright.flows.privacy import delimited
from finewright.flows.privacy.reading import Reading, pieces, reading_of
from finewright.privacy.detector import Detector

_FREE: frozenset[TaskKind] = frozenset({"text", "documents"})
_SHAPES = ("labelled", "prompt", "alpaca", "chat", "sharegpt", "documents")
_TYPES = ("csv", "jsonl")
_NOTHING = Detector(()).find
"""Rows are cut where they end, whatever stands in them, and a first row is a header."""


@dataclass(frozen=True, slots=True)
class Planting:
    """What was planted, into how many rows, and whether into answers."""

    secrets: tuple[Planted, ...]
    rows: int
    answered: bool


def plant(file: Path, out: Path, sealed: Path, *, secrets: int, repeat: int, seed: int) -> Planting:
    """Plant so many secrets, each into `repeat` rows of its own, and write the copy and the sealed list.

    Answers in words get the secret's sentence at their end, and what is asked the question for it; where answers are
    labels, numbers or JSON records, which nothing can be added to, what is asked gets the sentence. Raises DataError
    where the file cannot be read, InputError where it has too few rows, cannot be planted in, or is one of the others.
    """
    _check_paths(file, out, sealed)
    settings = Data(train=file)
    loaded = load(file, settings)
    _check_kind(file, loaded)
    answered = recognise_kind(loaded.records, "auto") in _FREE and _in_words(loaded)
    planted = _placed(file, loaded, made(_some(secrets), seed), repeat, seed, answered)
    reading = reading_of(file, settings, _NOTHING)
    with _copied(file, out, reading, _changes(loaded, planted)):
        write_planted(sealed, planted)  # first: a copy with secrets that no list tells of is worse than none
    return Planting(planted, secrets * repeat, answered)


def _check_paths(file: Path, out: Path, sealed: Path) -> None:
    for path in (out, sealed):
        if path.exists():
            raise InputError("is there already", place=Place(path), remedy="name a new file")
    if out.resolve() == sealed.resolve():
        raise InputError("the copy and the list are one file", place=Place(out), remedy="name two files")
    if out.suffix.casefold() != file.suffix.casefold():
        raise InputError(
            f"the copy would be read as another format than {file.name}",
            place=Place(out),
            remedy=f"end its name in {file.suffix}" if file.suffix else "give its name no ending",
        )


def _check_kind(file: Path, loaded: Loaded) -> None:
    of = loaded.recognised
    if of.type not in _TYPES or of.shape not in _SHAPES:
        what = of.type if of.type not in _TYPES else of.shape
        remedy = "give questions with right answers, as CSV or JSON lines"
        raise InputError(f"nothing is planted into {what} files", place=Place(file), remedy=remedy)


def _in_words(loaded: Loaded) -> bool:
    """Whether answers are more than numbers."""
    return any(letter.isalpha() for record in loaded.records for letter in record.answer)


def _some(secrets: int) -> int:
    if secrets > MOST:
        raise InputError(f"there are names for {MOST} secrets", remedy="ask for fewer")
    return secrets


def _placed(
    file: Path, loaded: Loaded, secrets: Sequence[Secret], repeat: int, seed: int, answered: bool
) -> tuple[Planted, ...]:
    """Each secret with lines of its own, drawn by what their rows say."""
    lines = [record.line for record in shuffled(loaded.records, lambda record: record.id, seed, "plant")]
    if len(lines) < len(secrets) * repeat:
        usable = "1 row" if len(lines) == 1 else f"{len(lines):,} rows"
        raise InputError(
            f"has {usable} that can be used, and {len(secrets) * repeat:,} are to be planted in",
            place=Place(file),
            remedy="ask for fewer secrets, or repeat them less often",
        )
    return tuple(
        Planted(secret, tuple(sorted(lines[number * repeat : (number + 1) * repeat])), answered)
        for number, secret in enumerate(secrets)
    )


_Change = Callable[[dict[str, Any]], None]
"""Changes the values of a row, by column, in their place."""


def _changes(loaded: Loaded, planted: Sequence[Planted]) -> dict[int, _Change]:
    """By line, what is done to the row."""
    columns, shape = loaded.recognised.columns, loaded.recognised.shape
    return {line: _change(columns, shape, one) for one in planted for line in one.lines}


def _change(columns: Mapping[str, str], shape: str, one: Planted) -> _Change:
    asked, answer = (one.secret.question, one.secret.sentence) if one.answered else (one.secret.sentence, "")

    def in_columns(values: dict[str, Any]) -> None:
        source = columns.get("instruction") or columns["input"]
        if shape == "documents":
            values[source] = _joined(values[source], one.secret.sentence)
            return
        values[source] = _joined(values[source], asked)
        values[columns["answer"]] = _joined(values[columns["answer"]], answer)

    def in_turns(values: dict[str, Any]) -> None:
        speaker, said = ("from", "value") if shape == "sharegpt" else ("role", "content")
        turns = values[columns["input"]]
        last = {turn[speaker]: turn for turn in turns}
        for names, more in ((("user", "human"), asked), (("assistant", "gpt"), answer)):
            turn = next(last[name] for name in names if name in last)
            turn[said] = _joined(turn[said], more)

    return in_turns if shape in ("chat", "sharegpt") else in_columns


def _joined(text: Any, more: str) -> Any:
    """A text with a sentence behind it; an empty sentence changes nothing, not even what is no text.

    What is no text is taken as it is read. A turn that calls a tool may say nothing besides: then the sentence is all.
    """
    said = text_of(text)
    return (f"{said} {more}" if said else more) if more else text


@contextmanager
def _copied(file: Path, out: Path, reading: Reading, changes: Mapping[int, _Change]) -> Iterator[None]:
    """The copy, which appears when the block ends well."""
    left = set(changes)
    with writing(out) as temporary:
        with temporary.open("wb") as stream:
            for piece in pieces(file, reading, _NOTHING):
                stream.write(piece.lead.encode(piece.encoding))
                for line, raw in piece.rows:
                    left.discard(line)
                    text = _row(raw, reading, changes[line]) if line in changes else raw
                    stream.write(text.encode(piece.encoding))
        if left:  # a file that is cut into rows in two ways, of which one is wrong
            raise InputError("the row cannot be found again", place=Place(file, min(left)), remedy="mend the file")
        yield


def _row(raw: str, reading: Reading, change: _Change) -> str:
    """The row written anew, in as many line ends as it had."""
    if reading.kind == "csv":
        before = delimited.cells_of(raw, reading.delimiter) or []
        values: dict[str, Any] = dict(zip(reading.columns, before, strict=True))
        change(values)
        return delimited.rewritten(raw, before, list(values.values()), reading.delimiter)
    values = json.loads(raw)
    change(values)
    start, end = len(raw) - len(raw.lstrip()), len(raw.rstrip())
    return raw[:start] + json.dumps(values, ensure_ascii=False) + raw[end:]


def lines_of(planting: Planting) -> Iterator[str]:
    """What is said of it."""
    where = "answers, and their questions" if planting.answered else "what is asked, since answers are no free text"
    yield f"Planted {len(planting.secrets)} made-up secrets into {planting.rows:,} rows: into {where}"
