"""The reward of `grpo.py`, on both sides: a function of the answer that costs nothing. Imports nothing of ours."""


def different_letters(answer: str) -> float:
    """The share of the alphabet that the answer uses, 0 to 1."""
    return len(set(answer.lower()) & set("abcdefghijklmnopqrstuvwxyz")) / 26
