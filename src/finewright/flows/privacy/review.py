"""`scrub review`: a sample of rows on a sheet for a person to mark, and what was marked as recall and precision.

    <folder>/scrub-review.html    the page, which works offline
    <folder>/scrub-review.csv     the same for a spreadsheet
    <folder>/sample.json          what its rows are, to read the answers by

All of it holds rows as they were: the files are for their owner's eyes alone (mode 600).
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import DataError, InputError, Place, StorageError
from finewright.base.files import canonical_json, digest_json, read_json, write_json, writing
from finewright.base.recipe import Data
from finewright.base.recipe_privacy import KINDS, Privacy
from finewright.flows.privacy.drawn import CLOSE, OPEN, Drawn, drawn
from finewright.flows.privacy.output import report
from finewright.flows.privacy.reviewed import Marked, Reviewed, reviewed
from finewright.flows.report.scrubbed import card_in
from finewright.flows.sheet.answers import Answered, read
from finewright.flows.sheet.page import page
from finewright.flows.sheet.sheet import Block, Choice, Item, Sheet
from finewright.flows.sheet.table import table

_NAME, _SAMPLE = "scrub-review", "sample.json"
_OWNER_ALONE = 0o600
_RIGHT, _MISSED, _WRONG, _BOTH = "right", "missed", "wrong", "both"
_CHOICES = (
    Choice(_RIGHT, "Nothing missed, nothing wrong", "1"),
    Choice(_MISSED, "Something missed", "2"),
    Choice(_WRONG, "Something wrong", "3"),
    Choice(_BOTH, "Both", "4"),
)
_COMMENT = "Missed: one a line, as it stands. Wrong: #1, #2, …"
_NUMBER = re.compile(r"#\s*(\d{1,6})")
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True, slots=True)
class Sample:
    """The sheet, how many rows there are in all, and of each item where it stands and the kinds replaced in it."""

    file: str
    total: int
    sheet: Sheet
    places: Mapping[str, str]
    kinds: Mapping[str, tuple[str, ...]]


def export(path: Path, data: Data, privacy: Privacy, out: Path, *, rows: int, seed: int) -> Sample:
    """Write the sheet of a file's sample into a new folder.

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
    sample = Sample(str(path), total, sheet, places, {name: row.kinds for name, row in named.items()})
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(out / f"{_NAME}.html", page(sheet))
    _write(out / f"{_NAME}.csv", table(sheet))
    _write(out / _SAMPLE, canonical_json(asdict(sample)))
    return sample


def receive(folder: Path, answers: Path, to: Path | None, *, allow_missing: bool = False) -> Reviewed:
    """Read what was marked and put the estimates into a report, or into `review.json` beside the sheet.

    Raises DataError, with its row, where the answers do not fit the sheet; InputError where the report is none.
    """
    card = None if to is None else card_in(to)
    sample = _read(folder / _SAMPLE)
    given = read(answers, sample.sheet, complete=not allow_missing)
    if not given:
        raise DataError("holds no answers", place=Place(answers), remedy="give the file that was filled in")
    found = reviewed([_marked(one, len(sample.kinds[one.item]), answers) for one in given], sample.total)
    told = {**asdict(found), "sentences": found.sentences, "sheet": sample.sheet.digest, "file": sample.file}
    if card is None:
        write_json(folder / "review.json", told)
    else:
        report(to, {**card, "review": told})
    return found


def _sheet(rows: Mapping[str, Drawn], privacy: Privacy) -> Sheet:
    kept = ", ".join(kind.replace("_", " ") for kind in KINDS if privacy.mode(kind) == "keep")
    instructions = (
        "Each item is a row of the file as it is. What would be replaced stands in numbered brackets with its kind, "
        f"as in {OPEN}1 person: Jane Doe{CLOSE}.\n\n"
        "Missed is whatever names somebody, or is a number or address of somebody's, and stands in no brackets. Wrong "
        "is what stands in brackets and is nothing of the kind. By the settings these stay, and are not missed: "
        f"{kept}.\n\n"
        "Before you choose, write (c) what was missed, one a line as it stands there, and the numbers of what is "
        "wrong, as #2. Where you write nothing, one is counted.\n\n"
        "The page and its CSV hold personal data: keep them to yourself, and remove them when the answers are read."
    )
    items = tuple(Item(name, (Block("Row", row.text),)) for name, row in rows.items())
    return Sheet(_NAME, "What was missed, what was wrong", instructions, "Is it right?", _CHOICES, items, _COMMENT)


def _named(row: Drawn, place: int) -> str:
    # Letters alone: a spreadsheet takes some ids of digits and an e for numbers.
    return digest_json([place, row.source, row.line])[:12].translate(_LETTERS)


def _marked(one: Answered, found: int, answers: Path) -> Marked:
    """The counts of a row. Raises DataError where a number is none of its brackets."""
    numbers = {int(number) for number in _NUMBER.findall(one.comment)}
    if strange := [number for number in sorted(numbers) if not 1 <= number <= found]:
        what = f"the item {one.item} has no brackets #{strange[0]}"
        raise DataError(what, place=Place(answers), remedy=f"write numbers from 1 to {found}")
    lines = [line for line in one.comment.splitlines() if _NUMBER.sub("", line).strip(" \t,;.")]
    wrong = max(1, len(numbers)) if one.answer in (_WRONG, _BOTH) else 0
    if wrong and not found:
        what = f"nothing stands in brackets in the item {one.item}, and yet something is wrong"
        raise DataError(what, place=Place(answers), remedy="change its answer")
    return Marked(found, wrong, max(1, len(lines)) if one.answer in (_MISSED, _BOTH) else 0)


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
