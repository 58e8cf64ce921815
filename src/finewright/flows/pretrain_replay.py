"""What continued pretraining learns beside its documents: plain general text, or conversations by the chat template."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from finewright.base.errors import InputError
from finewright.data.sources.text import ENDING
from finewright.flows.documents import PreparedDocuments
from finewright.flows.folder import RunFolder
from finewright.flows.replay import check_replay, file_of, refuse_overlap, replayed
from finewright.model.batch import Example
from finewright.train.pretrain import rows_of


def check_general_text(prepared: PreparedDocuments) -> None:
    """Raise DataError or InputError where the recipe's replay cannot be done, before anything is written."""
    if _is_text(prepared):
        _text_rows(prepared)
    else:
        check_replay(prepared)


def general_rows(prepared: PreparedDocuments, folder: RunFolder, say: Callable[[str], None]) -> list[Example]:
    """The run's general examples: a `.txt` file as documents, any other as conversations; none where none are asked."""
    if not _is_text(prepared):
        return replayed(prepared, folder, say)
    rows = _text_rows(prepared)
    say(f"Replaying {len(rows)} rows of general text: {prepared.recipe.train.replay.share:.1%} of all that is learned")
    return rows


def as_many(learning: Sequence[Example], general: Sequence[Example]) -> int | None:
    """How many general examples are as many tokens as there are to learn; None without any.

    Replay's share is one of tokens here: a row is as long as a page and a general example is a few lines, so a share
    of examples would be next to nothing.
    """
    if not general:
        return None
    return round(sum(len(row.tokens) for row in learning) * len(general) / sum(len(one.tokens) for one in general))


def _is_text(prepared: PreparedDocuments) -> bool:
    path = prepared.recipe.train.replay.file
    return path is not None and path.suffix.casefold() == ENDING


def _text_rows(prepared: PreparedDocuments) -> list[Example]:
    settings = prepared.recipe.train.replay
    assert settings.file is not None
    if settings.self_generated is not None:
        raise InputError(
            "plain text and answers that the base writes itself are not replayed together",
            remedy="remove `train.replay.file` or `train.replay.self_generated`",
        )
    refuse_overlap(prepared)
    rows = [
        row
        for record in file_of(prepared).records
        for row in rows_of(record.id, prepared.plain.encode(record.answer), prepared.longest)
    ]
    return [replace(row, id=f"general {row.id}") for row in rows]
