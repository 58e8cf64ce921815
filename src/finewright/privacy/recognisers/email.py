"""E-mail addresses, as RFC 5321 writes them in practice: no quoted local parts, no bare host names."""

import re

from finewright.privacy.recogniser import Recogniser

_PATTERN = re.compile(
    r"(?<![\w.+-])[\w.+'-]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}(?![\w-])", re.UNICODE
)


def _folded(written: str) -> str | None:
    return None if ".." in written or written[0] in ".-'" else written.casefold()


EMAIL = Recogniser(
    "email", _PATTERN, _folded, needs="@", alone=0.95, headers=frozenset({"email", "mail", "from", "to"})
)
