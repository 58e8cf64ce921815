"""Any of some labels: right when exactly the reference's labels are named, in whatever order."""

from collections.abc import Sequence

from finewright.base.label_list import labels_in, read_labels
from finewright.base.protocols import Scorer
from finewright.base.records import Record, Score
from finewright.evaluate.json_object import unfenced


def label_set(labels: Sequence[str]) -> Scorer:
    """A scorer for lists of `labels`.

    Parts: `validity` is 1 where the answer is a list of known labels; `precision`, `recall`, `f1` and `jaccard` are
    the row's own. Where their denominator is 0 they are 1 if the answer is right, as where no label is wanted and
    none is named, and else 0. An answer that is no list names nothing and is wrong, also where nothing is wanted.
    """
    known = frozenset(labels)

    def score(answer: str, record: Record) -> Score:
        wanted, said = frozenset(labels_in(record.answer, "labels")), labels_said(answer)
        right, named = said == wanted, said or frozenset()
        hits = len(wanted & named)

        def part(hits: int, of: int) -> float:
            return hits / of if of else float(right)

        parts = {
            "validity": float(said is not None and said <= known),
            "precision": part(hits, len(named)),
            "recall": part(hits, len(wanted)),
            "f1": part(2 * hits, len(wanted) + len(named)),
            "jaccard": part(hits, len(wanted | named)),
        }
        return Score(correct=right, parts=parts)

    return score


def labels_said(answer: str) -> frozenset[str] | None:
    """The labels that an answer names, or None where it is no JSON list of strings.

    Order, repetition, white space and one Markdown code fence are of no account. Never raises.
    """
    found = read_labels(unfenced(answer.strip()))
    return None if found is None else frozenset(found)
