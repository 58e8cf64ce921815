"""The data manifest in words: rows by part, what was refused or left and why, oddities, labels. Knows no records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.flows.report.wording import count, percent

Row = Mapping[str, Any]

_MOST = 100
_PARTS = {"train": "Training rows", "validation": "Validation rows", "test": "Test rows"}


@dataclass(frozen=True, slots=True)
class Listing:
    """A folded list of rows, each with what there is to say about it; at most a hundred of `total` are shown."""

    title: str
    rows: list[tuple[str, str]]
    total: int


def data_section(card: Mapping[str, Any]) -> dict[str, Any]:
    """What the data section shows; a manifest without an entry shows less."""
    parts = [part for part in _PARTS if part in card.get("parts", {})]
    listings = (_refused(card), _left(card), _long(card), _contradictions(card), _duplicates(card), _near(card))
    return {
        "said": list(dict.fromkeys(card.get("said", ()))),
        "facts": _facts(card, parts),
        "listings": [listing for listing in listings if listing.total],
        "label_parts": parts,
        "labels": _labels(card, parts),
    }


def looks_sentence(looks: int) -> str:
    """How worn the test set is, in one sentence."""
    if looks <= 1:
        return "This run is the first to measure on this test set."
    return (
        f"This is look {count(looks)} at this test set: each choice made after a look makes its figures "
        "a little too good, so settle close calls on rows never seen."
    )


def _facts(card: Mapping[str, Any], parts: Sequence[str]) -> list[tuple[str, str]]:
    held = [(_PARTS[part], count(card["parts"][part]["rows"])) for part in parts]
    gone = {"Rows refused": "refusals", "Rows that left a part": "departures"}
    return held + [(name, count(len(card[key]))) for name, key in gone.items() if key in card]


def _refused(card: Mapping[str, Any]) -> Listing:
    return _listing(card.get("refusals", ()), "refused and left out", _refusal)


def _left(card: Mapping[str, Any]) -> Listing:
    return _listing(
        card.get("departures", ()), "left a part, so that nothing in it gives a held-out row away", _departure
    )


def _long(card: Mapping[str, Any]) -> Listing:
    lengths = card.get("lengths", {})
    action = {"truncate": "cut to fit", "drop": "dropped (test rows cut to fit)"}.get(
        lengths.get("too_long", ""), "found"
    )
    what = f"longer than {count(lengths.get('limit', 0))} tokens, {action}"
    return _listing(lengths.get("rows", ()), what, lambda row: f"{count(row['tokens'])} tokens")


def _contradictions(card: Mapping[str, Any]) -> Listing:
    rows = [row for group in card.get("contradictions", ()) for row in group]
    return _listing(
        rows, "with the same input as another but a different answer", lambda row: f"answered {row['answer']}"
    )


def _duplicates(card: Mapping[str, Any]) -> Listing:
    rows = [later | {"first": _where(first)} for first, later in card.get("duplicates", ())]
    return _listing(rows, "the same as an earlier one, answer included", lambda row: f"the same as {row['first']}")


def _near(card: Mapping[str, Any]) -> Listing:
    rows = [a | {"other": _where(b), "alike": alike} for a, b, alike in card.get("near_duplicates", ())]
    return _listing(
        rows, "nearly the same as another", lambda row: f"{percent(row['alike'])} alike with {row['other']}"
    )


def _listing(rows: Sequence[Row], what: str, said: Callable[[Row], str]) -> Listing:
    title = f"{count(len(rows))} row{'' if len(rows) == 1 else 's'} {what}"
    return Listing(title, [(_where(row), said(row)) for row in rows[:_MOST]], len(rows))


def _where(row: Row) -> str:
    return f"{row['source']}:{row['line']}"


def _refusal(row: Row) -> str:
    return f"{row['reason']}; {row['remedy']}" if row["remedy"] else str(row["reason"])


def _departure(row: Row) -> str:
    alike = row["similarity"]
    said = f"left {row['part']}: {row['reason']}"
    return f"{said} ({percent(alike)} alike)" if alike is not None and alike < 1 else said


def _labels(card: Mapping[str, Any], parts: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Each label with its rows in every part, the most frequent first."""
    counts: Mapping[str, Mapping[str, int]] = card.get("labels", {})
    every = sorted({label for part in parts for label in counts.get(part, {})})
    lines = [(label, [counts.get(part, {}).get(label, 0) for part in parts]) for label in every]
    return sorted(lines, key=lambda line: -sum(line[1]))
