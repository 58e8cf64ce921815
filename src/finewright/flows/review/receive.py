"""`review import`: filled-in sheets checked, unblinded and counted; the result goes into the run's folder.

Nothing is written before every file has been read and found right.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from finewright.base.errors import DataError, InputError, Place
from finewright.base.files import digest_json, read_json, write_json, write_text
from finewright.base.names import same_name
from finewright.evaluate.review.findings import Findings, Pair, Rating, Said, consensus, findings
from finewright.evaluate.review.words import sentences
from finewright.flows.compare import finished
from finewright.flows.folder import RunFolder, alone
from finewright.flows.review.seal import RaterSheet, Seal, check, find, require_unedited, stamped
from finewright.flows.sheet.answers import digest_in, read
from finewright.flows.trainers import require_name, trainers
from finewright.flows.view import rewrite


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the ratings say, in figures and in sentences; the result file, of each pair the labels for a judge, and the
    run's report, which was written anew with it."""

    findings: Findings
    sentences: list[str]
    path: Path
    labels: dict[Pair, Path]
    trainers: tuple[str, ...]
    report: Path


def receive(run: Path, files: Sequence[Path], name: str, *, allow_missing: bool = False) -> Reviewed:
    """Read filled-in sheets of one review, as `name` hands them in.

    Raises InputError where `name` or a rater trained the run, or a file does not fit (with its row); StorageError
    where the seal, or an answer that was shown, has changed.
    """
    folder = RunFolder(run)
    results = finished(folder)
    trained = trainers(folder)
    _check_name(name, trained)
    seal, sheets = _sheets(folder, files)
    check(folder, seal, results)
    for _, one in sheets:
        _check_name(one.rater, trained)
    ratings = [rating for file, one in sheets for rating in _ratings(file, one, complete=not allow_missing)]
    rated = {rating.pair for rating in ratings}
    same = {pair: count for pair, count in zip(seal.pairs, seal.same, strict=True) if pair in rated}
    if not same:
        raise DataError("holds no answers", place=Place(files[0]), remedy="give sheets that have been filled in")
    confidence = next(row["value"] for row in read_json(folder.resolved) if row["key"] == "evaluate.confidence")
    found = findings(ratings, same, float(confidence))
    with alone(folder):
        return _written(folder, seal, name, trained, ratings, found)


def _check_name(name: str, trained: Sequence[str]) -> None:
    require_name(name)
    if any(same_name(name, other) for other in trained):
        raise InputError(
            f"{' '.join(name.split())} trained this run and may not review it",
            remedy="have somebody rate and import who did not train it",
        )


def _sheets(folder: RunFolder, files: Sequence[Path]) -> tuple[Seal, list[tuple[Path, RaterSheet]]]:
    """The one review that all files belong to, and each with its sheet."""
    found = [(file, *find(folder, digest_in(file), file)) for file in files]
    review, seen = found[0][1], dict[str, Path]()
    for file, seal, one in found:
        if seal.review != review.review:
            remedy = "import one review at a time"
            raise DataError(f"belongs to another review than {files[0]}", place=Place(file), remedy=remedy)
        if one.rater in seen:
            what = f"is a second sheet of {one.rater}, beside {seen[one.rater]}"
            raise DataError(what, place=Place(file), remedy="give one file of each rater")
        seen[one.rater] = file
    return review, [(file, one) for file, _, one in found]


def _ratings(file: Path, one: RaterSheet, *, complete: bool) -> list[Rating]:
    """The answers of one file, unblinded."""
    found = []
    for said in read(file, one.sheet, complete=complete):
        placed = one.placed[said.item]
        side = cast(Said, said.answer)
        found.append(Rating(one.rater, placed.record, placed.pair, placed.left, side, said.comment, said.seconds))
    return found


def _written(
    folder: RunFolder, seal: Seal, name: str, trained: tuple[str, ...], ratings: Sequence[Rating], found: Findings
) -> Reviewed:
    said = sentences(found)
    content = {
        "format": 1,
        "review": seal.review,
        "run": seal.run,
        "imported_by": " ".join(name.split()),
        "trained_by": list(trained),
        "answers": seal.answers,
        "sheets": {one.rater: one.digest for one in seal.sheets},
        "findings": asdict(found),
        "sentences": said,
        "ratings": [asdict(rating) | {"preferred": rating.preferred} for rating in ratings],
    }
    stem = f"{seal.review}-{digest_json(content['ratings'])[:12]}"
    path = folder.reviews / f"{stem}.json"
    if path.exists():
        require_unedited(path, read_json(path), "remove it and import the same sheets again")
    write_json(path, stamped(content))
    labels = {pair: folder.reviews / f"{stem}-{'-'.join(pair)}.csv" for pair in seal.pairs if _of(pair, ratings)}
    for pair, file in labels.items():
        write_text(file, _labels(_of(pair, ratings)))
    rewrite(folder)
    return Reviewed(found, said, path, labels, trained, folder.report)


def _of(pair: Pair, ratings: Sequence[Rating]) -> list[Rating]:
    return [rating for rating in ratings if rating.pair == pair]


def _labels(ratings: Sequence[Rating]) -> str:
    """What people preferred, as `judge --human` reads it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["record", "criterion", "arm", "level"])
    writer.writerows([record, "preferred", "", arm] for record, arm in sorted(consensus(ratings).items()))
    return text.getvalue()
