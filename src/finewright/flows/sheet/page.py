"""A sheet as one self-contained HTML page that works from a file, without network, by keyboard alone.

    page(sheet)                -> str               the whole HTML (sheet.py: Sheet, Item, Block, Choice)
    answers.read(path, sheet)  -> list[Answered]    the CSV that the page saves: item, answer, comment, seconds

One item at a time; a choice goes on to the next, arrows and Backspace go back, `c` comments, `s` saves. Progress stays
in the browser's localStorage, where there is one, under the sheet's digest. The page saves the sheet's own table
(table.py), filled in. Choices with a `key` are buttons; the others are found by typing, an item's `suggested` ones
besides being buttons on 1 to 9.
"""

import base64
import hashlib
import json
from dataclasses import asdict
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from finewright.flows.sheet.cells import FORMULA_LIKE
from finewright.flows.sheet.sheet import Sheet
from finewright.flows.sheet.table import columns, headings


def page(sheet: Sheet) -> str:
    """The page's HTML; the same sheet gives the same text. Every text of the sheet is shown as text, whatever it holds.

    The policy in its head lets nothing be fetched or sent, and runs no script and no style but the page's own.
    """
    environment = _environment()
    style, script = (_source(name) for name in ("page.css", "page.js"))
    return environment.get_template("page.html.j2").render(
        sheet=sheet,
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
        data=Markup(_data(sheet)),
    )


def _data(sheet: Sheet) -> str:
    """The sheet as JSON in which no `<` stands, so that no text of it can end the script element."""
    value = asdict(sheet) | {
        "digest": sheet.digest,
        "columns": columns(sheet),
        "headings": headings(sheet),
        "guarded": FORMULA_LIKE,
    }
    return json.dumps(value, sort_keys=True).replace("<", "\\u003c")


def _hash(source: str) -> str:
    """What a content security policy knows a script or style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


@cache
def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("finewright.flows.sheet", "."),
        autoescape=select_autoescape(enabled_extensions=("html", "j2"), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
