"""`scrub review`: a sample of rows on a sheet for a person to mark, and what was marked as recall and precision.

    <folder>/scrub-review.html    the page, which works offline
    <folder>/scrub-review.csv     the same for a spreadsheet
    <folder>/sample.json          what its rows are, to read the answers by
    <folder>/review.json          what was found in them, once the answers are read: counts and nothing of the rows

All of it holds rows as they were: the files are for their owner's eyes alone (mode 600).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import DataError, InputError, Place, StorageError
from finewright.base.files import canonical_json, digest_json, read_json, write_json, writing
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import KINDS, OWN, Privacy
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder, alone
from finewright.flows.privacy.drawn import CLOSE, OPEN, Drawn, drawn
from finewright.flows.privacy.output import report
from finewright.flows.privacy.reviewed import Marked, Reviewed, reviewed
from finewright.flows.privacy.sampled import check_same, keep
from finewright.flows.report.scrubbed import card_in
from finewright.flows.sheet.answers import Answered, read
from finewright.flows.sheet.page import page
from finewright.flows.sheet.sheet import Block, Choice, Item, Sheet
from finewright.flows.sheet.table import table
from finewright.flows.view import rewrite

_NAME, _SAMPLE = "scrub-review", "sample.json"
_OWNER_ALONE = 0o600
_RIGHT, _MISSED, _WRONG, _BOTH = "right", "missed", "wrong", "both"
_CHOICES = (
    Choice(_RIGHT, "Nothing missed, nothing wrong", "1"),
    Choice(_MISSED, "Something missed", "2"),
    Choice(_WRONG, "Something wrong", "3"),
    Choice(_BOTH, "Both", "4"),
)
_COMMENT = "Missed: one a line, its kind before it (person: Jane Doe). Wrong: #1, #2, …"
_NUMBER = re.compile(r"#\s*(\d{1,6})")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True, slots=True)
class Sample:
    """The sheet, how many rows there are in all, and of each item where it stands and the kinds replaced in it.

    version  the sealed version that the rows are of; empty for a file by itself
    known    all kinds that could be missed
    """

    file: str
    total: int
    sheet: Sheet
    places: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]
    version: str = ""
    known: tuple[str, ...] = ()


def export(path: Path, data: Data, privacy: Privacy, out: Path, *, rows: int, seed: int, version: str = "") -> Sample:
    """Write the sheet of a file's sample into a new folder; `version` is the sealed one of a run on this file.

    Raises InputError where the folder will not do, DataError where the file cannot be read or has no rows.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("is there already", place=Place(out), remedy="name a new folder")
    found, total = drawn(path, data, privacy, rows, seed)
    if not found:
        raise DataError("the file has no rows", place=Place(path), remedy="name a file with rows")
    named = {_named(row, place): row for place, row in enumerate(found)}
    sheet = _sheet(named, privacy)
    places = {name: f"{row.source}:{row.line}" for name, row in named.items()}
    kinds = {name: row.kinds for name, row in named.items()}
    sample = Sample(str(path), total, sheet, places, kinds, version, _known(privacy))
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(out / f"{_NAME}.html", page(sheet))
    _write(out / f"{_NAME}.csv", table(sheet))
    _write(out / _SAMPLE, canonical_json(asdict(sample)))
    return sample


def receive(folder: Path, answers: Path, to: Path | None, *, who: str = "", allow_missing: bool = False) -> Reviewed:
    """Read what `who` marked and put the estimates into `review.json` beside the sheet and, where one is named, into
    the report of a scrubbed file or of a run, by its folder.

    Raises DataError, with its row, where the answers do not fit the sheet; InputError where the report is none, or of a
    run on another data set version.
    """
    sample = _read(folder / _SAMPLE)
    put = _target(to, sample, folder)
    given = read(answers, sample.sheet, complete=not allow_missing)
    if not given:
        raise DataError("holds no answers", place=Place(answers), remedy="give the file that was filled in")
    found = reviewed([_marked(one, sample, answers) for one in given], sample.total)
    told = {
        **asdict(found),
        "sentences": found.sentences,
        "sheet": sample.sheet.digest,
        "file": sample.file,
        "version": sample.version,
        "by": " ".join(who.split()),
    }
    write_json(folder / "review.json", told)
    put(told)
    return found


def _target(to: Path | None, sample: Sample, folder: Path) -> Callable[[dict[str, Any]], None]:
    """What puts the estimates where they are to go, with everything that could refuse them seen to before."""
    if to is None:
        return lambda _: None
    run = RunFolder(to)
    if run.resolved.exists():
        check_same(to, sample.version, folder)
        finished(run)
        return lambda told: _into(run, told)
    card = card_in(to)
    return lambda told: report(to, {**card, "review": told})


def _into(run: RunFolder, told: Mapping[str, Any]) -> None:
    with alone(run):
        keep(run.root, told)
        rewrite(run)


def _sheet(rows: Mapping[str, Drawn], privacy: Privacy) -> Sheet:
    kept = ", ".join(kind.replace("_", " ") for kind in KINDS if privacy.mode(kind) == "keep")
    instructions = (
        "Each item is a row of the file as it is. What would be replaced stands in numbered brackets with its kind, "
        f"as in {OPEN}1 person: Jane Doe{CLOSE}.\n\n"
        "Missed is whatever names somebody, or is a number or address of somebody's, and stands in no brackets. Wrong "
        "is what stands in brackets and is nothing of the kind. By the settings these stay, and are not missed: "
        f"{kept}.\n\n"
        "Before you choose, write (c) what was missed, one a line as it stands there, with its kind and a colon before "
        "it (person: Jane Doe), and the numbers of what is wrong, as #2. Where you write nothing, one is counted, of "
        f"no kind. Kinds are: {', '.join(_known(privacy))}.\n\n"
        "The page and its CSV hold personal data: keep them to yourself, and remove them when the answers are read."
    )
    items = tuple(Item(name, (Block("Row", row.text),)) for name, row in rows.items())
    return Sheet(_NAME, "What was missed, what was wrong", instructions, "Is it right?", _CHOICES, items, _COMMENT)


def _named(row: Drawn, place: int) -> str:
    # Letters alone: a spreadsheet takes some ids of digits and an e for numbers.
    return digest_json([place, row.source, row.line])[:12].translate(_LETTERS)


def _known(privacy: Privacy) -> tuple[str, ...]:
    """The kinds that are replaced, or refuse their row."""
    every = [*KINDS, *(OWN + one.name for one in privacy.own)]
    return tuple(kind for kind in every if privacy.mode(kind) != "keep")


def _marked(one: Answered, sample: Sample, answers: Path) -> Marked:
    """The kinds marked in a row. Raises DataError where a number is none of its brackets."""
    kinds = sample.kinds[one.item]
    found = len(kinds)
    numbers = {int(number) for number in _NUMBER.findall(one.comment)}
    if strange := [number for number in sorted(numbers) if not 1 <= number <= found]:
        what = f"the item {one.item} has no brackets #{strange[0]}"
        raise DataError(what, place=Place(answers), remedy=f"write numbers from 1 to {found}")
    lines = [line for line in one.comment.splitlines() if _NUMBER.sub("", line).strip(" \t,;.")]
    wrong = [kinds[number - 1] for number in sorted(numbers)] or [kinds[0] if len(set(kinds)) == 1 else ""]
    missed = [_kind(line, sample.known) for line in lines] or [""]
    if one.answer in (_WRONG, _BOTH) and not found:
        what = f"nothing stands in brackets in the item {one.item}, and yet something is wrong"
        raise DataError(what, place=Place(answers), remedy="change its answer")
    return Marked(
        kinds,
        tuple(wrong) if one.answer in (_WRONG, _BOTH) else (),
        tuple(missed) if one.answer in (_MISSED, _BOTH) else (),
    )


def _kind(line: str, known: Sequence[str]) -> str:
    """The kind that a line begins with; empty where it names none."""
    written = line.strip().casefold()
    return next((kind for kind in known if written.startswith((f"{kind}:", f"{kind.replace('_', ' ')}:"))), "")


def _write(path: Path, text: str) -> None:
    with writing(path) as temporary:
        temporary.chmod(_OWNER_ALONE)
        temporary.write_bytes(text.encode("utf-8", "surrogatepass"))


def _read(path: Path) -> Sample:
    if not path.exists():
        raise InputError("holds no sheet", place=Place(path.parent), remedy="name the folder that was written")
    try:
        return TypeAdapter(Sample).validate_python(read_json(path))
    except ValidationError as fault:
        raise StorageError("was changed", place=Place(path), remedy="draw the sample again") from fault
