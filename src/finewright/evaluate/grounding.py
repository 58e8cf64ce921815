"""How answers stand to the passages they were given: whether they answer, cite, and are borne out by what they cite.

Knows nothing of how passages were found.
"""

from collections.abc import Mapping, Sequence

from finewright.base.records import Prediction, Record, TaskKind
from finewright.base.results import Figure
from finewright.evaluate.measure import Level, groups_of
from finewright.evaluate.scorers.citation import citation
from finewright.retrieve.hit import Hit

CITING: tuple[TaskKind, ...] = ("text", "numbers")
"""Kinds whose answers can cite: a label or a JSON record has no room for it, and `[1]` is a list there."""

_PARTS = {"resolved": "resolves", "supported": "borne_out"}


def grounding(
    hits: Mapping[str, Sequence[Hit]], records: Sequence[Record], predictions: Sequence[Prediction], confidence: float
) -> dict[str, Figure]:
    """Figures by name, over the rows that have them; `hits` are the passages of each record, by id.

    answered    of all rows: those in which the answer does not abstain
    cites       of answered rows: those that cite
    resolves    of citing rows: those all of whose citations are passages
    borne_out   of answered rows with a figure or a name: those all of whose figures and names stand in what is cited
    """
    score = citation(lambda record: [hit.text for hit in hits[record.id]])
    parts = [score(one.answer, record).parts for one, record in zip(predictions, records, strict=True)]
    level = Level(confidence, groups_of(records))
    figures = {"answered": level.share([bool(part["answered"]) for part in parts])}
    for name, said in {"cited": "cites", **_PARTS}.items():
        rows = [at for at, part in enumerate(parts) if name in part]
        if rows:
            figures[said] = level.share([parts[at][name] == 1 for at in rows], rows)
    return figures
