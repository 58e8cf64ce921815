"""Secrets and keys become a dummy that says so, the same for the same secret: DUMMY-SECRET-1a2b3c4d."""

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.surrogate import Surrogate


def secret(keyed: Keyed, value: str, _surface: str) -> Surrogate:
    """No shape is kept: a key that looks like one is tried by whoever finds it, and reported by every scanner."""
    return Surrogate(f"DUMMY-SECRET-{keyed.digest('secret', value).hex()[:16]}", 2.0**64)
