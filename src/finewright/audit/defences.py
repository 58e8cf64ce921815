"""What makes a model keep less of its rows, named where an attack on its memory succeeded. Knows how it was trained,
and no model.

None of these is a proof: only the attacks, made again on what is trained anew, say whether it helped. Fewer passes and
fewer repeats are the strongest of the cheap ones (Carlini et al. 2023, "Quantifying memorization across neural language
models", arXiv 2202.07646); rank and dropout do less; noise alone bounds what can be kept (docs/audit.md).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MEMORY = ("exposure", "secrets", "membership", "extraction", "outputs")
"""The checks on what a model keeps of its rows."""
_OF_IDENTIFIERS = ("secrets", "extraction", "outputs")


@dataclass(frozen=True, slots=True)
class Learning:
    """How a product was trained, as far as that decides what it keeps.

    scrubbed   whether personal and confidential data were replaced beforehand
    epochs     passes over the rows; of what learns otherwise (rewards) as the recipe has it
    repeats    rows that repeat, or all but repeat, another one; None where the data card is gone
    rank       of the adapter; None where all weights were trained
    dropout    on the adapter's input
    epsilon    of differential privacy; None without it
    """

    scrubbed: bool
    epochs: int
    repeats: int | None
    rank: int | None
    dropout: float
    epsilon: float | None


def defences(failed: Iterable[str], how: Learning) -> tuple[str, ...]:
    """What to try, the strongest first, where checks of these names failed; nothing where none is on memory."""
    memory = [check for check in failed if check in MEMORY]
    return tuple(_tried(memory, how)) if memory else ()


def _tried(memory: list[str], how: Learning) -> Iterator[str]:
    if not how.scrubbed and any(check in _OF_IDENTIFIERS for check in memory):
        yield "Scrub the rows before they are learned (`privacy`): it was switched off."
    if how.repeats:
        counted = "1 row repeats" if how.repeats == 1 else f"{how.repeats:,} rows repeat"
        yield f"Deduplicate: {counted} another one or all but do, as `finewright data check` shows."
    if how.epochs > 1:
        yield f"Fewer epochs (`train.epochs`): each row was learned up to {how.epochs} times."
    yield from _smaller(how)
    if how.epsilon is None:
        yield "Differential privacy (`train.dp`) bounds what can be kept of a row, at the price of right answers."
    else:
        yield f"A smaller `train.dp.epsilon`: it was {how.epsilon:g}."


def _smaller(how: Learning) -> Iterator[str]:
    """Less room to keep rows in."""
    if how.rank is None:
        yield "An adapter in place of all weights (`train.method: lora`)."
        return
    if how.rank > 1:
        yield f"A smaller rank (`train.lora.rank`), or fewer layers (`train.layers`): the rank was {how.rank}."
    if not how.dropout:
        yield "Dropout on the adapter's input (`train.lora.dropout`): there was none."
