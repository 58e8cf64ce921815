"""Whether two written names are one person's. Knows no people."""

from finewright.base.phrases import plain


def same_name(one: str, other: str) -> bool:
    """Whether two names are one person's: whatever their case, and their spaces."""
    return reading(one) == reading(other)


def reading(name: str) -> str:
    """A name in the one form in which names are compared; empty where it names nobody."""
    return plain(name).replace(" ", "")
