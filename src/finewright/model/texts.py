"""Texts as a head reads them: tokenised as the base was pretrained, cut to a length. Knows no head and no layout."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from finewright.model.batch import Example
from finewright.model.hub import Base, load_tokenizer


@dataclass(frozen=True, slots=True)
class Texts:
    """A base's tokenizer, its own special tokens put in; of a text of more than `longest` tokens the end is cut.

    `pad` is the token that fills up rows, where a layout has to.
    """

    tokenizer: Any
    longest: int
    pad: int

    @classmethod
    def of(cls, base: Base, longest: int) -> "Texts":
        """The base's own."""
        tokenizer = load_tokenizer(base)
        found = [one for one in (tokenizer.pad_token_id, tokenizer.eos_token_id, 0) if one is not None]
        return cls(tokenizer, longest, found[0])

    def example(self, name: str, text: str) -> Example:
        """The text under the record's name, ready to be laid out."""
        return headed(name, self.tokenizer(text, truncation=True, max_length=self.longest)["input_ids"])

    def too_long(self, texts: Sequence[str]) -> int:
        """How many of the texts are cut."""
        return sum(len(self.tokenizer(text)["input_ids"]) > self.longest for text in texts)


def headed(name: str, tokens: Sequence[int]) -> Example:
    """A text under a head: one supervised token behind its own stands for the answer, and is read by nothing."""
    return Example(name, (*tokens, 0), (False,) * len(tokens) + (True,))
