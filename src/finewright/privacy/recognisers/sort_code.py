"""British and Irish sort codes: six digits in pairs, which dates are too, so always with their word or header."""

from finewright.privacy.recognisers.after import after
from finewright.privacy.recognisers.standard import bare

_VALUE = r"[0-9]{2}([ -]?)[0-9]{2}\g<gap>[0-9]{2}(?![^\W_]|[-.,/][0-9])"

SORT_CODES = after(
    "sort_code",
    ("sort code", "sortcode", "sort", "s/c", "sc", "branch sort code", "bank sort code", "nsc"),
    _VALUE.replace("([ -]?)", "(?P<gap>[ -]?)").replace(r"\g<gap>", "(?P=gap)"),
    bare,
    ("sortcode", "sort", "sc", "sortingcode", "banksortcode", "nsc"),
)
