"""`label errors`: rows of the training part whose label is likely wrong, as a table and as a page to settle them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.files import write_text
from finewright.base.progress import progress
from finewright.evaluate.label_errors import FOLDS, Suspect, Suspects, out_of_fold, suspects
from finewright.evaluate.label_words import suspects_sentence
from finewright.flows.label.folder import Job, check_free, sheet_of, write_job
from finewright.flows.label.rows import By, Rows, classifier, labelled_rows
from finewright.flows.sheet.cells import guarded
from finewright.flows.sheet.sheet import Block, Item

LIST = "suspects.csv"
_HEADER = ("rank", "file", "line", "given", "likely", "probability", "given_probability", "margin", "text")


@dataclass(frozen=True, slots=True)
class ErrorsFound:
    """The suspects by a named classifier, and what that says in a sentence."""

    classifier: str
    found: Suspects
    sentence: str


def label_errors(recipe_path: Path, *, by: By = "auto", out: Path | None = None, rows: int = 100) -> ErrorsFound:
    """Find them; with `out`, write all suspects as a table and the first `rows` as a page to settle.

    Raises InputError or DataError, before anything is computed or written, where the rows do not allow it.
    """
    if out:
        check_free(out)
    known = labelled_rows(recipe_path)
    name, grade = classifier(known.recipe, by)
    with progress("Grading rows", FOLDS, "folds") as advance:
        found = suspects(out_of_fold(known.parts.train, grade, known.recipe.seed, advance))
    if out:
        write_text(out / LIST, suspects_table(found.suspects))
        if found.suspects:
            write_job(out, _job(known, found.suspects[:rows]))
    return ErrorsFound(name, found, suspects_sentence(found))


def suspects_table(listed: Sequence[Suspect]) -> str:
    """All suspects as CSV for spreadsheets, the likeliest error first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for rank, one in enumerate(listed, 1):
        chances = (f"{share:.4f}" for share in (one.probability, one.given_probability, one.margin))
        said = (guarded(cell) for cell in (one.record.answer, one.likely))
        writer.writerow([rank, one.record.source, one.record.line, *said, *chances, guarded(one.record.text)])
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"


def _job(known: Rows, listed: Sequence[Suspect]) -> Job:
    """The rows to settle; given and likely label stand first, in the order of their names, so that neither leads."""
    items = tuple(
        Item(one.record.id, (Block("text", one.record.text),), tuple(sorted((one.record.answer, one.likely))))
        for one in listed
    )
    asked = "Choose the right label for each text. What it is labelled now is not shown."
    sheet = sheet_of(str(known.recipe.name), "errors", asked, known.labels, items)
    return Job("errors", known.resolved.path, sheet, tuple(one.record for one in listed))
