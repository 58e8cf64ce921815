"""Internet addresses, version 4 and 6, without the length of a network that may follow them."""

import ipaddress
import re

from finewright.privacy.recogniser import Recogniser

_FOUR = re.compile(
    r"[0-9](?<![^\W_][0-9])(?<![0-9][.,][0-9])[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![^\W_]|[.,]?[0-9]|\.[0-9])"
)
_SIX = re.compile(
    r"[0-9A-Fa-f:](?<![^\W_][0-9A-Fa-f:])(?<![:.][0-9A-Fa-f:])"
    r"(?:[0-9A-Fa-f]{0,3}(?::[0-9A-Fa-f]{0,4}){2,8}|(?<=:):(?:[0-9A-Fa-f]{1,4}:?){1,7})(?:\.[0-9]{1,3}){0,3}(?![^\W_]|:|\.[0-9])"
)
_HEADERS = frozenset({"ip", "ipaddress", "ipv4", "ipv6", "clientip", "sourceip", "remoteaddr", "host", "ipaddr"})


def _four(written: str) -> str | None:
    parts = written.split(".")
    return ".".join(str(int(part)) for part in parts) if all(int(part) < 256 for part in parts) else None


def _six(written: str) -> str | None:
    """RFC 4291 forms with a digit and at least two colons: `::` and `a::b` are also how programs name things."""
    if not any(map(str.isdigit, written)):
        return None
    try:
        return ipaddress.IPv6Address(written).compressed
    except ValueError:
        return None


IPS = (
    Recogniser(
        "ip", _FOUR, _four, needs=".", alone=0.8, near=0.95, headers=_HEADERS, reach=16,
        context=frozenset({"ip", "address", "host", "server", "client"}),
        against=frozenset({"version", "v", "ver", "release", "build", "section", "chapter", "clause",
            "firmware", "oid", "kapitel", "abschnitt", "article", "rev", "§"}),
    ),
    Recogniser("ip", _SIX, _six, needs=":", alone=0.9, headers=_HEADERS),
)  # fmt: skip
