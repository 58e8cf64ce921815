"""ROUGE-L: the longest run of words, gaps allowed, that two texts have in the same order.

Lin 2004, ROUGE: a package for automatic evaluation of summaries, section 3, with precision and recall counting alike.
"""

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")


def rouge_l(answer: str, reference: str) -> float:
    """F1 of the longest common subsequence over the words of each text, whatever their case; in 0..1.

    Two texts without a word are the same and score 1.
    """
    said, wanted = (_WORD.findall(text.casefold()) for text in (answer, reference))
    if not said and not wanted:
        return 1.0
    return 2 * longest_common(said, wanted) / (len(said) + len(wanted))


def longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    """The length of the longest common subsequence, a whole row of the table at once in the bits of one number.

    Hyyro 2004, Bit-parallel LCS-length computation revisited: a bit is 0 where the table grows by one.
    """
    where: dict[str, int] = {}
    for place, word in enumerate(left):
        where[word] = where.get(word, 0) | 1 << place
    whole = (1 << len(left)) - 1
    row = whole
    for word in right:
        hits = row & where.get(word, 0)
        row = ((row + hits) | (row - hits)) & whole
    return len(left) - row.bit_count()
