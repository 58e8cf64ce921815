"""Planted faults of judges: one that prefers the first answer, one that prefers the longer, one that cannot be read.

    .venv/bin/python benchmarks/judge.py [--rows 100] [--repeats 200]

No model and no peer: simulated judges over made-up answers. Prints what is said of each, and how often a fair judge
that errs one time in ten is accused of anything. Exits with 1 where a biased one is not unmasked, or the fair one is
accused more often than a level of 5 % allows (by chance, more than 18 times in 200 one time in a hundred).
"""

import argparse
import sys

from scipy.stats import binom

from finewright.evaluate.judge.bias import effects
from finewright.evaluate.judge.words import effect_words
from judges import Chooses, fair, first_lover, length_lover, mute, shown, world
from record import record

CONFIDENCE = 0.95


def main() -> int:
    """Put each judge before worlds of its own and count what it is accused of."""
    asked = _arguments()
    found = {
        judge.__name__: _accused(judge, asked.rows, asked.repeats) for judge in (first_lover, length_lover, mute, fair)
    }
    found["fair, longer answers more often right"] = _accused(fair, asked.rows, asked.repeats, longer_right=0.8)
    most = int(binom.ppf(0.99, asked.repeats, 1 - CONFIDENCE))
    for name, counts in found.items():
        print(f"{name}: accused in {asked.repeats} repeats {counts}")
    record("judge", {"rows": asked.rows, "repeats": asked.repeats, "most_false_alarms": most, "accused": found})
    unmasked = found["first_lover"]["place"] == found["length_lover"]["length"] == asked.repeats
    alarms = [of["anything"] for name, of in found.items() if name.startswith("fair")]
    return 0 if unmasked and max(alarms) <= most and not found["mute"]["anything"] else 1


def _accused(judge: Chooses, rows: int, repeats: int, *, longer_right: float = 0.5) -> dict[str, int]:
    """In how many repeats each effect was found, and anything at all; the words of the first are printed."""
    counts: dict[str, int] = {}
    for seed in range(repeats):
        told = effects(shown(world(rows, seed, longer_right=longer_right), judge, seed), CONFIDENCE)
        if not seed:
            print(f"\n{judge.__name__}")
            print("\n".join(f"  {effect_words(one, CONFIDENCE)}" for one in told))
        for one in told:
            counts[one.name] = counts.get(one.name, 0) + one.found
        counts["anything"] = counts.get("anything", 0) + any(one.found for one in told)
    return counts


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
