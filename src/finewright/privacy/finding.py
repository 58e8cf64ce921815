"""What is found in a text: where, of which kind, and how surely. Knows no recogniser and no text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One identifier in a text: `text[start:end]` is what was found, in the text exactly as it was given.

    kind    what it is: `iban`, `person`, `email`, ...
    value   its one written form, by which two findings are the same: without spaces, separators, letter case that
            means nothing, look-alike letters or characters that cannot be seen
    score   from 0 to 1, how likely it is one; 1 only where a checksum agrees
    proved  whether a checksum agrees
    """

    start: int
    end: int
    kind: str
    value: str
    score: float
    proved: bool = False
