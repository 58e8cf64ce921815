"""The twenty deduction reason codes and how customers put each of them. Knows nothing of invoices or amounts.

The phrases themselves are `phrases.yaml` beside this file.
"""

from dataclasses import dataclass
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code; `clauses` are phrasings for a sentence, `terse` for a remittance line, with {slots} to fill."""

    code: str
    clauses: tuple[str, ...]
    terse: tuple[str, ...]


def _read() -> tuple[Reason, ...]:
    phrases = yaml.safe_load(files(__package__).joinpath("phrases.yaml").read_text(encoding="utf-8"))
    return tuple(Reason(code, tuple(of["clauses"]), tuple(of["terse"])) for code, of in phrases.items())


REASONS = _read()
REASON_CODES = tuple(reason.code for reason in REASONS)
