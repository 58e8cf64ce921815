"""IP addresses out of the blocks kept for documentation: RFC 5737 (IPv4, 762 addresses) and RFC 3849 (2001:db8::/32).

Of several hundred IPv4 addresses some share a surrogate: the blocks are no larger.
"""

import ipaddress

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.code import numbered
from finewright.privacy.surrogates.surrogate import Surrogate

_BLOCKS = ("192.0.2", "198.51.100", "203.0.113")


def ip(keyed: Keyed, value: str, surface: str) -> Surrogate:
    """Another address of the same version and way of writing; a prefix length or zone behind it stays."""
    at = min((surface.find(mark) for mark in "/%" if mark in surface), default=len(surface))
    try:
        address = ipaddress.ip_address(surface[:at].strip("[]"))
    except ValueError:
        return numbered("ip")(keyed, value, surface)
    new, space = _v4(keyed, address) if address.version == 4 else _v6(keyed, address, surface)
    return Surrogate(surface[:at].replace(surface[:at].strip("[]"), new) + surface[at:], space)


def _v4(keyed: Keyed, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> tuple[str, float]:
    number = keyed.below(762, "ip", str(address))
    hosts = [f"{_BLOCKS[n // 254]}.{n % 254 + 1}" for n in (number, (number + 1) % 762)]
    return next(host for host in hosts if host != str(address)), 762.0


def _v6(keyed: Keyed, address: ipaddress.IPv4Address | ipaddress.IPv6Address, surface: str) -> tuple[str, float]:
    groups = address.exploded.split(":")
    free = [place for place in range(2, 8) if groups[place] != "0000"] or [7]
    for attempt in range(9):
        bits = keyed.number(16 * len(free), "ip", str(address), str(attempt))
        new = ["2001", "0db8", *["0000"] * 6]
        for place in free:
            bits, new[place] = bits >> 16, f"{bits & 0xFFFF:04x}"
        other = ipaddress.IPv6Address(":".join(new))
        if other != address:
            break
    text = other.exploded if "0000" in surface or (surface.count(":") == 7 and surface[-4:-3] == "0") else str(other)
    return (text.upper() if surface.isupper() else text), 2.0 ** (16 * len(free))
