"""The columns by which rows are admitted: read from the file itself, since an example has no others than its own."""

from pathlib import Path
from typing import Any

from finewright.base.errors import InputError, Place
from finewright.base.nearest import nearest
from finewright.base.recipe import Data
from finewright.data.load import rows_of
from finewright.data.shapes.field import text_of
from finewright.data.sources.row import Row

Columns = dict[tuple[str, int], dict[str, str]]
"""By source and line of a row, the text of each column that was asked for."""


def columns_of(path: Path, settings: Data, wanted: frozenset[str]) -> Columns:
    """The wanted columns of all rows; the file is not read where none is wanted.

    Raises InputError where no row has such a column: a rule that cannot be kept must not pass for one that is.
    """
    if not wanted:
        return {}
    found: Columns = {}
    names: dict[str, None] = {}
    for row in rows_of(path, settings):
        if isinstance(row, Row):
            names |= dict.fromkeys(row.values)
            found[row.source or path.name, row.line] = {name: _text(row.values.get(name)) for name in wanted}
    for name in sorted(wanted):
        if name not in names:
            like = nearest(name, list(names))
            remedy = f"did you mean '{like}'" if like else f"name one of {', '.join(names)} in `privacy.policy`"
            raise InputError(f"there is no column '{name}' to admit rows by", place=Place(path), remedy=remedy)
    return found


def _text(value: Any) -> str:
    """A list of names, as entitlements may be, parted by commas; anything else as it is."""
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)
