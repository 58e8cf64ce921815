"""Rows as they were before scrubbing, for who attacks what was learned of them: read again from the user's own files.

Nothing of them is kept by a run, so they are to be had only while those files are there and the same.
"""

from collections.abc import Iterator, Sequence

from finewright.audit.extraction.identifiers import Identifier
from finewright.base.errors import FinewrightError, InputError
from finewright.base.files import digest_json, read_json
from finewright.base.records import Record
from finewright.data.sources import text
from finewright.flows.audit.audited import Audited
from finewright.flows.privacy.scrub import scrub
from finewright.flows.privacy.scrubbing import detector
from finewright.flows.reading import in_kind_of, part_files, read_parts
from finewright.privacy.edition import EDITION


def originals(audited: Audited) -> list[tuple[Record, Record]]:
    """Each member that scrubbing changed, as (learned, written).

    Raises InputError, in one sentence, where they cannot be had: nothing was searched for, files or data card are gone
    or were changed, or another edition of the recognisers sealed them.
    """
    recipe, told = audited.recipe, audited.manifest.results.get("privacy", {})
    if not recipe.privacy.enabled:
        raise InputError("nothing was looked for in the rows, so that nothing was kept aside")
    if told.get("edition") != EDITION:
        raise InputError("another edition of the recognisers searched the rows")
    files, card = part_files(recipe), read_json(audited.folder.card)
    if audited.named(digest_json(card)) != audited.manifest.data:
        raise InputError("the data card of the run was changed since")
    known = card["files"]
    for part, path in files.items():
        if not path.exists() or text.digest(path) != known[part]["digest"]:
            raise InputError(f"the {part} file of the run is gone or was changed since")
    # The version that this run sealed lies in its own folder, wherever that was moved to.
    output = recipe.output.model_copy(update={"runs": audited.folder.root.parent})
    moved = recipe.model_copy(update={"output": output})
    try:
        loaded, kind = in_kind_of(moved, read_parts(moved))
        dataset = scrub(moved, loaded, kind, files)
    except FinewrightError as fault:
        raise InputError(f"the rows cannot be read as they were: {fault.what}") from fault
    if audited.named(dataset.version) != told.get("version"):
        raise InputError("the sealed version of the rows is no longer in the run folder")
    return [(one, dataset.originals[one.id]) for one in audited.members if one.id in dataset.originals]


def replaced(audited: Audited, rows: Sequence[tuple[Record, Record]]) -> list[tuple[Identifier, Record]]:
    """The identifiers that stand in rows as written and no longer in them as learned, each with the row as learned."""
    find = detector(audited.recipe.privacy).find
    return [
        (Identifier(finding.kind, written[finding.start : finding.end]), learned)
        for learned, before in rows
        for written in _texts(before)
        for finding in find(written)
        if written[finding.start : finding.end] not in said_in(learned)
    ]


def surrogates(audited: Audited, rows: Sequence[tuple[Record, Record]]) -> Iterator[tuple[Record, int, int]]:
    """Where in the learned answers a surrogate stands: (row, start, end)."""
    find = detector(audited.recipe.privacy).find
    for learned, before in rows:
        for finding in find(learned.answer) if learned.reply is None else ():
            if learned.answer[finding.start : finding.end] not in said_in(before):
                yield learned, finding.start, finding.end


def said_in(record: Record) -> str:
    """All that is said in a row."""
    return "\n".join(_texts(record))


def _texts(record: Record) -> list[str]:
    turns = [*record.messages, record.turn, *([record.rejected] if record.rejected else [])]
    return [turn.text for turn in turns]
