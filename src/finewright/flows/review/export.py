"""`review export`: the stored answers of two arms on blinded sheets, one folder a person, and the seal in the run.

A rater gets a page and a table of the same items, either of which may be filled in. What is handed out names no arm.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.base.files import digest_file, digest_json, write_text
from finewright.base.names import same_name
from finewright.evaluate.review.findings import Pair
from finewright.flows.case import Case, case_of
from finewright.flows.folder import RunFolder, alone
from finewright.flows.review.draw import drawn, sheet_of
from finewright.flows.review.seal import RaterSheet, Seal, digests_of, write
from finewright.flows.sheet.page import page
from finewright.flows.sheet.table import table
from finewright.flows.trainers import require_name, trainers


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: each rater's folder, the seal, and what the sheets hold."""

    review: str
    raters: dict[str, Path]
    seal: Path
    items: int
    same: int
    trainers: tuple[str, ...]


def export(run: Path, pairs: Sequence[Pair], out: Path, *, items: int, raters: Sequence[str]) -> Exported:
    """Write the sheets of a finished run for people to fill in.

    `items` is the most for each pair. Raises InputError, before anything is written, where the run is not finished or
    lacks an arm, the arms' answers are all the same, names are empty, double or a trainer's, or `out` will not do.
    """
    folder = RunFolder(run)
    _check_pairs(pairs)
    cases = {pair: case_of(folder, pair) for pair in pairs}
    _check_raters(raters, trainers(folder))
    _check_out(out, folder)
    seal = _sealed(folder, cases, items, raters)
    folders = {one.rater: out / _file_name(number, one.rater) for number, one in enumerate(seal.sheets, 1)}
    with alone(folder):
        path = write(folder, seal)
    for one in seal.sheets:
        _hand_out(one, folders[one.rater])
    shown = len(seal.sheets[0].sheet.items)
    return Exported(seal.review, folders, path, shown, sum(seal.same), trainers(folder))


def _sealed(folder: RunFolder, cases: dict[Pair, Case], items: int, raters: Sequence[str]) -> Seal:
    digests = digests_of(folder, tuple(arm for pair in cases for arm in pair))
    key = digest_json([*digests.values(), list(cases)])
    answers: dict[str, dict[str, str]] = {}
    for pair, case in cases.items():
        for place, arm in enumerate(pair):
            answers[arm] = {record: said[place] for record, said in case.answers.items()}
    found = {pair: drawn(key, pair, case.records, answers, items) for pair, case in cases.items()}
    run = next(iter(cases.values())).run
    review = digest_json([key, run, items, list(raters)])[:12]
    chosen = {pair: records for pair, (records, _) in found.items()}
    return Seal(
        review=review,
        run=run,
        pairs=tuple(found),
        same=tuple(same for _, same in found.values()),
        answers=digests,
        records=digest_file(folder.part("test")),
        sheets=tuple(
            sheet_of(key, review, rater, _file_name(number, rater), chosen, answers)
            for number, rater in enumerate(raters, 1)
        ),
    )


def _hand_out(one: RaterSheet, folder: Path) -> None:
    write_text(folder / f"{one.sheet.name}.html", page(one.sheet))
    write_text(folder / f"{one.sheet.name}.csv", table(one.sheet))


def _file_name(number: int, rater: str) -> str:
    """A rater's name as part of a file's, told apart by the number from names that are spelt alike."""
    return f"{number}-{re.sub(r'[^a-z0-9]+', '-', rater.casefold()).strip('-')}".rstrip("-")


def _check_pairs(pairs: Sequence[Pair]) -> None:
    twice = next((pair for pair in pairs if sum(set(pair) == set(other) for other in pairs) > 1), None)
    if twice:
        raise InputError(f"the arms {twice[0]} and {twice[1]} are named twice", remedy="name each pair once")


def _check_raters(raters: Sequence[str], trained: Sequence[str]) -> None:
    for number, name in enumerate(raters):
        require_name(name)
        if any(same_name(name, other) for other in raters[:number]):
            raise InputError(f"two raters are called {name}", remedy="give names that tell them apart")
        if any(same_name(name, other) for other in trained):
            raise InputError(f"{name} trained this run and may not rate it", remedy="ask somebody else")


def _check_out(out: Path, folder: RunFolder) -> None:
    if out.resolve().is_relative_to(folder.root.resolve()):
        what = "lies inside the run's folder, where raters would find the seal beside their sheets"
        raise InputError(what, place=Place(out), remedy="write the sheets elsewhere")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("is there already", place=Place(out), remedy="name a new folder")
