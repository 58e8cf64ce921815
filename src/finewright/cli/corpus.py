"""`finewright corpus`: an index of a team's documents, made, kept up to date, searched and shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from finewright.base.records import Refusal
from finewright.cli.terminal import emit_json, examples, output, printable, say, show

if TYPE_CHECKING:
    from finewright.flows.corpus import Indexed
    from finewright.retrieve.hit import Hit

app = typer.Typer(name="corpus", no_args_is_help=True, help="Index your own documents and find passages in them.")

_TOLD = 20

Folder = Annotated[Path, typer.Argument(metavar="INDEX", help="The index: a folder of its own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]


@app.command(
    epilog=examples(
        "finewright corpus add index handbook/ prices.csv report.pdf",
        "finewright corpus add index handbook/ --entitlements who.txt",
        "finewright corpus add index tickets.jsonl --column roles --base none",
    )
)
def add(
    index: Folder,
    files: Annotated[list[Path], typer.Argument(help="Files, or folders: .txt .md .html .pdf .csv .tsv .jsonl.")],
    base: Annotated[
        str, typer.Option(help="The embedding base of a new index; none searches by words alone.")
    ] = "minilm-l6",
    entitlements: Annotated[
        Path | None,
        typer.Option(help="Who may read which files: lines such as `hr/*: hr, board`; the last that fits counts."),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The column of tables that says who may read a row, for a new index.")
    ] = None,
    size: Annotated[int | None, typer.Option(min=2, help="Longest passage of a new index, in characters.")] = None,
    overlap: Annotated[int | None, typer.Option(min=0, help="Characters that a passage repeats of the last.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add files to an index, or bring it up to date with them; it is made where there is none.

    Files that did not change are not read again, and no text is embedded twice. Files of a folder given that are no
    longer there leave the index. What cannot be taken is told, and the rest is taken.
    """
    from finewright.flows.corpus import add as add_flow
    from finewright.retrieve.chunks import Chunking
    from finewright.retrieve.corpus import Settings
    from finewright.retrieve.entitlements import read_rules

    rules = read_rules(entitlements) if entitlements else None
    usual = Chunking()
    chunking = Chunking(size or usual.size, usual.overlap if overlap is None else overlap)
    wanted = None if base == "none" else base
    done = add_flow(index, files, base=wanted, settings=Settings(chunking, column=column), rules=rules)
    _tell(done, index, as_json)


@app.command(
    epilog=examples("finewright corpus remove index handbook/old.md", "finewright corpus remove index drafts/")
)
def remove(
    index: Folder,
    files: Annotated[list[Path], typer.Argument(help="Files or folders as they were added, still there or not.")],
    as_json: AsJson = False,
) -> None:
    """Take documents out of an index: their texts, words and vectors."""
    from finewright.flows.corpus import remove as remove_flow

    _tell(remove_flow(index, files), index, as_json)


@app.command(
    epilog=examples(
        'finewright corpus search index "What is the notice period?"',
        'finewright corpus search index "Pay of the board" --as hr --as board --mode bm25 -k 3',
    )
)
def search(
    index: Folder,
    query: Annotated[str, typer.Argument(help="What to look for.")],
    held: Annotated[
        list[str] | None, typer.Option("--as", help="An entitlement of whoever asks; may be given again.")
    ] = None,
    mode: Annotated[
        Literal["bm25", "dense", "fused"] | None,
        typer.Option(help="By words, by meaning, or both; both where the index has a base."),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many passages.")] = 5,
    faiss: Annotated[bool, typer.Option("--faiss", help="Search vectors by faiss, where it is installed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the passages that answer a query best, among those that whoever asks may read.

    Without --as, those are the passages that are everybody's.
    """
    from finewright.flows.corpus import search as search_flow

    (hits,) = search_flow(index, [query], held=held or (), mode=mode, k=k, faiss=faiss)
    if as_json:
        emit_json(hits)
        return
    output().print("\n\n".join(map(_passage, range(1, len(hits) + 1), hits)), markup=False, soft_wrap=True)
    if not hits:
        say("No passage was found.")


@app.command("show", epilog=examples("finewright corpus show index", "finewright corpus show index --json"))
def show_index(index: Folder, as_json: AsJson = False) -> None:
    """List the documents of an index, how many passages each has, and who may read them."""
    from finewright.flows.corpus import show as show_flow

    found = show_flow(index)
    if as_json:
        documents = [{"source": one, "passages": many, "readers": who} for one, many, who in found.documents]
        emit_json({"index": found.head, "settings": found.settings.to_json(), "documents": documents})
        return
    from rich.table import Table

    table = Table("document", "passages", "readers", box=None, pad_edge=False, header_style="bold")
    for source, many, who in found.documents:
        table.add_row(printable(source), f"{many:,}", printable(", ".join(who)))
    show([table])
    base = f"`{found.head.base_name}` ({found.head.base[:12]})" if found.head.base else "words alone"
    counted = f"{found.head.documents:,} documents, {found.head.chunks:,} passages"
    say(f"{counted}, by {base}, digest {found.head.corpus[:12]}")


def _passage(number: int, hit: "Hit") -> str:
    return printable(f"[{number}] {hit.place}  ({hit.score:.4g})\n{hit.text}")


def _tell(done: "Indexed", index: Path, as_json: bool) -> None:
    change = done.change
    counts = {name: len(getattr(change, name)) for name in ("added", "changed", "unchanged", "removed")}
    if as_json:
        told = {name: getattr(change, name) for name in (*counts, "refused")}
        emit_json({"index": done.head, "embedded": done.embedded, **told})
        return
    _tell_refused(change.refused)
    said = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing"
    say(
        f"{said}; {done.embedded:,} passages embedded. The index {index} holds {done.head.chunks:,} passages of "
        f"{done.head.documents:,} documents"
    )


def _tell_refused(refused: Sequence[Refusal]) -> None:
    for one in refused[:_TOLD]:
        line = f":{one.line}" if one.line else ""
        say(f"not taken: {one.source}{line}: {one.reason}" + (f"; {one.remedy}." if one.remedy else "."))
    if len(refused) > _TOLD:
        say(f"not taken: {len(refused) - _TOLD:,} more (--json lists all)")
