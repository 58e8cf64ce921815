"""`finewright scrub`: a data file or text with made-up values in the place of personal ones, and how well that went."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from finewright.cli.terminal import emit_json, examples, printable, say, show

if TYPE_CHECKING:
    from finewright.base.recipe import Data
    from finewright.base.recipe_privacy import Privacy
    from finewright.flows.privacy.whole_file import Scrubbed
    from finewright.privacy.encrypted import Unlocking

_PASSPHRASE = "FINEWRIGHT_VAULT_PASSPHRASE"
EXAMPLES = examples(
    "finewright scrub file tickets.csv --out clean.csv     the same as:",
    "finewright scrub tickets.csv --out clean.csv",
    "finewright scrub letters/ --out clean/ --report clean.html",
    "finewright scrub tickets.csv --out clean.csv --scope world --quarantine refused.jsonl",
    "finewright scrub log.txt --dry-run                     look, and write nothing",
    "finewright scrub review tickets.csv --out sheets       have a person look at a sample",
)


class _FileFirst(TyperGroup):
    """What is none of the commands is a file to scrub: `scrub FILE` is `scrub file FILE`."""

    usual = "file"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {"-h", "--help", *self.commands}:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class _ExportFirst(_FileFirst):
    """Likewise `scrub review FILE` is `scrub review export FILE`."""

    usual = "export"


app = typer.Typer(
    name="scrub",
    cls=_FileFirst,
    no_args_is_help=True,
    epilog=EXAMPLES,
    help="Replace personal data in a file: `scrub FILE --out FILE`; `scrub file --help` lists its options.",
)

Recipe = Annotated[
    Path | None, typer.Option(metavar="RECIPE", help="Recipe whose `privacy` and `data` settings hold; else defaults.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]


@app.command(name="file", epilog=EXAMPLES)
def scrub_file(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV, JSON lines, JSON, Parquet, text, or a folder of texts.")
    ],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it, in the same format.")] = None,
    recipe: Recipe = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was found to a .json or .html file.")
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where refused rows go (mode 600); else OUT.quarantine.jsonl.")
    ] = None,
    scope: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep the key here, so that several files share surrogates.")
    ] = None,
    seal: Annotated[bool, typer.Option("--seal", help="Destroy the key of --scope when this file is done.")] = False,
    vault: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep, encrypted, what each surrogate stands for.")
    ] = None,
    vault_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Key file of 32 bytes for --vault; else the passphrase in {_PASSPHRASE}."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and count; write no data.")] = False,
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who does this: kept in the report.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write a file again with made-up values of the same form in the place of names, numbers and addresses.

    The same value becomes the same surrogate throughout. Rows that may not be used at all go to quarantine with the
    reason. Stopped by Ctrl-C or a crash, the same command goes on where it was.
    """
    from finewright.flows.privacy.output import Targets
    from finewright.flows.privacy.whole_file import Asked, scrub_file

    _check(out, dry_run, seal, scope)
    privacy, data = _settings(recipe, path)
    unlocking = _unlocking(vault, vault_key)
    targets = Targets(None if dry_run else out, quarantine, report, vault)
    done = scrub_file(Asked(path, targets, privacy, data, scope, seal, unlocking, who))
    if as_json:
        emit_json({**done.card, "quarantine": done.quarantine, "sealed": done.sealed})
        return
    _show(done, targets.report)


review = typer.Typer(
    name="review",
    cls=_ExportFirst,
    no_args_is_help=True,
    help="Have a person mark a sample: what was missed, what was taken wrongly.",
)
app.add_typer(review, name="review")


@review.command(
    epilog=examples(
        "finewright scrub review tickets.csv --out sheets",
        "finewright scrub review runs/tickets-1f2e3d4c5b6a --rows 200 --out sheets",
    )
)
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file as it was, or the folder of a run.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write the sheet; a new folder.")],
    recipe: Recipe = None,
    rows: Annotated[int, typer.Option(min=1, help="How many rows to draw.")] = 100,
    seed: Annotated[int, typer.Option(help="Another seed draws other rows.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Draw rows at random and write them, with what would be replaced in brackets, as an offline page and as CSV.

    The sheet holds personal data as it was: its files can be read by you alone (mode 600).
    """
    from finewright.flows.privacy.review import export as export_flow

    file, privacy, data, version = (
        _of_run(path) if (path / "recipe.resolved.json").exists() else (path, *_settings(recipe, path), "")
    )
    done = export_flow(file, data, privacy, out, rows=rows, seed=seed, version=version)
    if as_json:
        emit_json({"folder": out, "rows": len(done.places), "total": done.total, "file": done.file})
        return
    print(out)
    say(
        f"{len(done.places):,} of {done.total:,} rows, to be marked on the page or in the CSV. The files hold personal "
        "data as it was and can be read by you alone (mode 600): remove them when the answers are read"
    )


@review.command(
    name="import",
    epilog=examples(
        "finewright scrub review import sheets answers.csv --report clean.html",
        "finewright scrub review import sheets answers.csv --report runs/tickets-1f2e3d4c5b6a --as 'Carla Ruiz'",
    ),
)
def import_(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder that the sheet was written to.")],
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="The filled-in CSV file.")],
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Report of `scrub`, or folder of a run on the same data, to put it into."),
    ] = None,
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who marked it: shown in the report.")] = "",
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Take a sheet in which rows have no answer yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a filled-in sheet: estimated recall and precision with intervals, by identifier, by kind and by row.

    They go to review.json in FOLDER and into the report; a run's is written anew, and further runs on the same sealed
    data show them as well.
    """
    from finewright.flows.privacy.review import receive

    found = receive(folder, answers, report, who=who, allow_missing=allow_missing)
    if as_json:
        emit_json(found)
        return
    for sentence in found.sentences:
        print(printable(sentence))


def _check(out: Path | None, dry_run: bool, seal: bool, scope: Path | None) -> None:
    from finewright.base.errors import InputError

    if out is None and not dry_run:
        raise InputError("it is not said where to write", remedy="give --out FILE, or --dry-run to look only")
    if seal and scope is None:
        raise InputError("there is no scope to seal", remedy="leave --seal out: without --scope no key is kept")


def _settings(recipe: Path | None, path: Path) -> "tuple[Privacy, Data]":
    """The settings of a recipe, or defaults for this file."""
    from finewright.base.recipe import Data
    from finewright.base.recipe_file import read_recipe
    from finewright.base.recipe_privacy import Privacy

    if recipe is None:
        return Privacy(), Data(train=path)
    found = read_recipe(recipe).recipe
    return found.privacy, found.data


def _of_run(run: Path) -> "tuple[Path, Privacy, Data, str]":
    """The file that a run learned from, its settings, and the sealed version of it."""
    from finewright.flows.privacy.learned import settings_of
    from finewright.flows.privacy.sampled import drawable

    privacy, data = settings_of(run)
    return data.train, privacy, data, drawable(run, data.train)


def _unlocking(vault: Path | None, key: Path | None) -> "tuple[Path, Unlocking] | None":
    from finewright.base.errors import InputError
    from finewright.privacy.encrypted import Unlocking, key_file

    if vault is None:
        return None
    if key is not None:
        return vault, key_file(key)
    if not os.environ.get(_PASSPHRASE):
        raise InputError(
            "there is nothing to lock the vault with", remedy=f"give --vault-key FILE, or set {_PASSPHRASE}"
        )
    return vault, Unlocking(passphrase=os.environ[_PASSPHRASE])


def _show(done: "Scrubbed", report: Path | None) -> None:
    from rich.text import Text

    from finewright.cli.show_scrub import scrub_lines

    show(scrub_lines(done.card, done.quarantine))
    if report is not None:
        show([Text.assemble(("Report      ", "bold"), printable(str(report)), no_wrap=True)])
    if done.resumed:
        say(f"Gone on with after {done.resumed:,} pieces that were done before")
