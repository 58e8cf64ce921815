"""`finewright subjects`: whose rows are where, for whoever must answer or erase; each look-up is logged."""

from pathlib import Path
from typing import Annotated

import typer

from finewright.cli.terminal import emit_json, examples, printable, say

app = typer.Typer(name="subjects", no_args_is_help=True, help="Find the rows that speak of somebody; see who looked.")

Key = Annotated[Path | None, typer.Option(help="The key of the subject indexes; else the one under FINEWRIGHT_HOME.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]


@app.command(
    epilog=examples(
        "finewright subjects find runs anna@example.org",
        "finewright subjects find runs/tickets-1f2e3d4c5b6a 'DE89 3704 0044 0532 0130 00' --json",
    )
)
def find(
    runs: Annotated[Path, typer.Argument(metavar="RUNS", help="A run, or a folder of runs.")],
    identifier: Annotated[str, typer.Argument(help="A name, address or number, as somebody writes it.")],
    key: Key = None,
    who: Annotated[str | None, typer.Option("--as", metavar="NAME", help="Who looks it up: kept in the log.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the rows that hold an identifier, with their data set version, run by run.

    The index holds digests under a key, so it answers for identifiers that you know and tells nobody any other. Every
    look-up is logged: who, when, and the digest of what was looked up.
    """
    from finewright.flows.privacy.lookup import find_subject

    found = find_subject(runs, identifier, key=key, who=who)
    if as_json:
        emit_json(found)
        return
    if not found:
        say("No row of these runs holds it")
    for held in found:
        print(printable(f"{held.run}  data set version {held.version}  {len(held.records):,} rows"))
        for place in held.places:
            print(printable(f"  {place}"))
        if absent := len(held.records) - len(held.places):
            print(f"  and {absent:,} that left before the split")


@app.command(epilog=examples("finewright subjects log"))
def log(key: Key = None, as_json: AsJson = False) -> None:
    """Show who looked whom up, and when. Exit code 1 where the log was changed."""
    from finewright.flows.privacy.lookup import accesses

    found = accesses(key)
    if as_json:
        emit_json(found)
        return
    for line in found:
        print(printable(f"{line['when']}  {line['who']}  {line['what']}  {line['digest'][:16]}"))
    if not found:
        say("Nobody has looked anybody up")
