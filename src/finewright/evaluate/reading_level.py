"""How many years of school an English text asks for. Knows no rules and no scores.

Kincaid, Fishburne, Rogers and Chissom 1975, Derivation of new readability formulas for Navy enlisted personnel:

    grade = 0.39 words / sentences + 11.8 syllables / words - 15.59

Syllables are counted by English spelling, so that of other languages the figure means nothing.
"""

import re

_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyàáâäèéêëìíîïòóôöùúûü]+")


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; 0 where it holds no word."""
    words = _WORD.findall(text.lower())
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text.strip() + " ")))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Syllables of a word in small letters: its groups of vowels, without an e at its end that is not heard."""
    heard = len(_VOWELS.findall(word))
    silent = re.search(r"[^aeiouyl]e$|[^aeiouydt]ed$|[^aeiouyscxz]es$", word)
    return max(1, heard - bool(silent))
