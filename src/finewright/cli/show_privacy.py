"""What became of personal and confidential data, in a few lines. Pure: what the data card says in, text out."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from finewright.base.results import Results
from finewright.cli.terminal import printable

_MODES = {"replace": "replaced", "keep": "kept", "quarantine": "its row refused"}


def privacy_lines(results: Results) -> Iterator[Text]:
    """What a run's card and its raw input say; nothing of runs from before there was anything to say."""
    if (card := results.data.get("privacy")) is not None:
        yield Text.assemble(("Personal data: ", "bold"), (printable(_short(card)), "" if card["enabled"] else "yellow"))
    if results.raw_input is not None:
        yield Text.assemble(("Raw input: ", "bold"), printable(results.raw_input.sentence))


def check_lines(card: Mapping[str, Any]) -> Iterator[Text]:
    """What `data check` says: in short, each kind with masked samples, and the first refused rows."""
    yield Text(printable(f"Personal data: {_short(card)}"), style="" if card["enabled"] else "yellow")
    for found in card.get("found", ()):
        kind = found["kind"].replace("_", " ")
        told = f"  {kind}: {found['identifiers']:,} in {found['rows']:,} rows, {_MODES[found['mode']]}"
        yield Text(printable(f"{told}   {', '.join(found['samples'])}"))


def refused_line(row: Mapping[str, Any]) -> str:
    """Where a refused row stands, by which rule, why, and where it belongs."""
    where = "in the retrieval corpus" if row["belongs"] == "corpus" else "nowhere"
    return f"{row['source']}:{row['line']} {', '.join(row['rules'])}: {row['because']} It belongs {where}."


def _short(card: Mapping[str, Any]) -> str:
    if not card["enabled"]:
        return str(card["said"])
    rows, replaced = card["rows"], [found for found in card["found"] if found["mode"] == "replace"]
    count = sum(found["identifiers"] for found in replaced)
    what = f"{count:,} identifiers replaced in {rows['changed']:,} rows" if count else "nothing to replace"
    return f"{what}; of {rows['in']:,} rows {rows['kept']:,} are kept and {rows['quarantined']:,} in quarantine"
