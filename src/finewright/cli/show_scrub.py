"""What became of a scrubbed file, in a few lines. Pure: what its report says in, text out."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.text import Text

from finewright.cli.show_privacy import check_lines
from finewright.cli.terminal import printable


def scrub_lines(card: Mapping[str, Any], quarantine: Path | None) -> Iterator[Text]:
    """Counts by kind with masked samples, the quarantine with reasons, where the file and the key are."""
    yield from check_lines(card)
    for row in card["refused"]:
        where = "in the retrieval corpus" if row["belongs"] == "corpus" else "nowhere"
        yield Text(printable(f"  {row['rows']:,} rows refused, {row['rule']}: {row['because']} They belong {where}."))
    named = {"Quarantine  ": quarantine and f"{quarantine} (mode 600: rows as they were)", "Scrubbed    ": card["out"]}
    for name, path in named.items():
        if path:
            yield Text.assemble((name, "bold"), printable(str(path)), no_wrap=True)
    yield Text.assemble(("Key         ", "bold"), printable(card["key"]))
