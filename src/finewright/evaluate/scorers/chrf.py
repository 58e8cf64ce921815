"""chrF: how many runs of letters two texts share. Needs no words, so it serves any language.

Popovic 2015, chrF: character n-gram F-score for automatic MT evaluation, WMT 10, page 392; as sacrebleu computes it
for one sentence by default (chrF2: runs of one to six letters, spaces left out, recall counts twice, no smoothing).
"""

from collections import Counter

_LONGEST = 6
_BETA_SQUARED = 4


def chrf(answer: str, reference: str) -> float:
    """F2 of the mean precision and mean recall over the lengths of runs that both texts have; in 0..1.

    Two texts without a letter are the same and score 1.
    """
    said, wanted = "".join(answer.split()), "".join(reference.split())
    if not said and not wanted:
        return 1.0
    lengths = range(1, min(_LONGEST, len(said), len(wanted)) + 1)
    if not lengths:
        return 0.0
    shared = [(_shared(said, wanted, length), length) for length in lengths]
    precision = sum(hits / (len(said) - length + 1) for hits, length in shared) / len(shared)
    recall = sum(hits / (len(wanted) - length + 1) for hits, length in shared) / len(shared)
    if not precision + recall:
        return 0.0
    return (1 + _BETA_SQUARED) * precision * recall / (_BETA_SQUARED * precision + recall)


def _shared(left: str, right: str, length: int) -> int:
    """How many runs of this length both have, each as often as both have it."""
    return (_runs(left, length) & _runs(right, length)).total()


def _runs(text: str, length: int) -> Counter[str]:
    return Counter(text[start : start + length] for start in range(len(text) - length + 1))
