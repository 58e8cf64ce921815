"""The first thing that a schema has against a document, as a sentence has it. Knows no schema."""

from pydantic import ValidationError


def first_fault(refused: ValidationError) -> tuple[str, str]:
    """Where, as keys and places joined by points, empty for the document itself; and what is wrong there."""
    first = refused.errors()[0]
    return ".".join(map(str, first["loc"])), first["msg"]
