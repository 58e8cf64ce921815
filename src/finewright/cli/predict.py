"""`finewright predict`: an adapter's answers to texts that nobody has labelled."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from finewright.base.errors import InputError
from finewright.base.files import write_jsonl
from finewright.cli.terminal import emit_json, examples, printable, say
from finewright.cli.texts import texts_of

if TYPE_CHECKING:
    from finewright.flows.predict import Answered

EXAMPLES = examples(
    'finewright predict runs/tickets-1a2b3c4d5e6f --text "Where is my card?"',
    "finewright predict runs/tickets-1a2b3c4d5e6f/adapter new.txt --out answers.jsonl",
    "finewright predict runs/tickets-1a2b3c4d5e6f new.csv --out answers.jsonl    by the recipe's input column",
    "cat new.txt | finewright predict runs/tickets-1a2b3c4d5e6f - --json",
)


def predict(
    adapter: Annotated[Path, typer.Argument(help="A run folder, or the adapter folder inside one.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Texts: one a line, or the input column of a CSV, JSON or Parquet file; - for standard input."
        ),
    ] = None,
    text: Annotated[list[str] | None, typer.Option("--text", help="A text to answer; may be given again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the answers here, one JSON object a line.")] = None,
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Give each label's probability too (answers that are labels).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answers as one JSON document.")] = False,
) -> None:
    """Answer texts with a finished adapter, under the very prompt it was trained and measured with.

    A table is read by the columns of the recipe that trained the adapter; its answers, if it has any, are not looked
    at. Prints one answer a line, in the order of the texts; a line break inside an answer is written as \\\\n.
    """
    from finewright.flows.predict import is_table, texts_in
    from finewright.flows.predict import predict as predict_flow

    written = [] if file is None else texts_in(adapter, file) if is_table(file) else texts_of(file)
    texts = [*(text or []), *written]
    if not texts:
        raise InputError("there is no text to answer", remedy="name a file, - for standard input, or give --text")
    answers = list(predict_flow(adapter, texts, probabilities=probabilities))
    if out:
        write_jsonl(out, map(asdict, answers))
        say(f"Wrote {len(answers):,} answers to {out}")
    if as_json:
        emit_json(answers)
    elif not out:
        for answer in answers:
            print(answer_line(answer), flush=True)
    if cut := sum(answer.finish == "length" for answer in answers):
        say(f"{cut:,} of {len(answers):,} answers were cut at the longest length the adapter was trained for")


def answer_line(answer: "Answered") -> str:
    """The answer on one line and, tab-separated, each label's probability from the likeliest on."""
    told = printable(answer.answer).replace("\n", "\\n")
    ranked = sorted((answer.probabilities or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return "\t".join([told, *(f"{printable(label)}={share:.4f}" for label, share in ranked)])
