"""Business identifier codes (ISO 9362): the same country; the eighth character 0, which marks a test code."""

from finewright.privacy.keyed import Keyed
from finewright.privacy.surrogates.characters import exchanged
from finewright.privacy.surrogates.surrogate import Surrogate
from finewright.privacy.surrogates.writing import plain, written_like


def bic(keyed: Keyed, _value: str, surface: str) -> Surrogate:
    """Another bank's code of the same country; the head office's branch, three X, stays one."""
    bare = plain(surface)
    branch = [] if bare.endswith("X" * 3) else list(range(8, len(bare)))
    free = [place for place in (0, 1, 2, 3, 6, *branch) if place < len(bare)]
    new, space = exchanged(keyed, "bic", bare, free, (), lambda code: f"{code[:7]}0{code[8:]}")
    return Surrogate(written_like(surface, new), space)
