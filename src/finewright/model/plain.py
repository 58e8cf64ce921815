"""A base's tokenizer on plain text: documents to token ids, each ended by a separator. Knows no template, no model.

A text that spells a control token stays text, as in a conversation (`chat.py`), so no document can end itself.
"""

from collections.abc import Sequence
from typing import Any

from transformers import PreTrainedTokenizerBase

from finewright.base.errors import BaseError
from finewright.model.chat import without_control

_ENDS = ("<|endoftext|>", "<|end_of_text|>")
"""Tokens that bases were pretrained to end a document with; instruction tuning often made another one `eos`."""


class Plain:
    """Tokenises documents by `tokenizer`.

    separator   the token after each document: an end-of-text token where the tokenizer has one, else its `eos`,
                which in some bases ends a turn of a conversation as well
    pad         the token that fills up batches; it may equal the separator, as padding is masked by length

    Raises BaseError where the tokenizer has neither an end-of-text token nor an `eos`.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer: Any = tokenizer
        self._plain = without_control(tokenizer)
        self.separator = _separator(tokenizer)
        pad = tokenizer.pad_token_id
        self.pad: int = self.separator if pad is None else int(pad)
        self._start = self._put_before()

    @property
    def separator_text(self) -> str:
        """The separator as it is spelt."""
        return str(self._tokenizer.convert_ids_to_tokens(self.separator))

    def encode(self, text: str) -> list[int]:
        """A document's ids: what the tokenizer begins a text with, if anything, the text, the separator."""
        return [*self._start, *self._plain.encode(text, add_special_tokens=False).ids, self.separator]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of token ids, control tokens spelt out."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def _put_before(self) -> list[int]:
        """What the tokenizer puts before every text by itself, such as a beginning-of-text token."""
        bare = self._plain.encode("a", add_special_tokens=False).ids
        whole = self._plain.encode("a", add_special_tokens=True).ids
        starts = [at for at in range(len(whole)) if whole[at : at + len(bare)] == bare]
        return list(whole[: starts[0]]) if starts else []


def _separator(tokenizer: PreTrainedTokenizerBase) -> int:
    special = {token.content: number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    found = next((special[name] for name in _ENDS if name in special), tokenizer.eos_token_id)
    if found is None:
        raise BaseError(
            "the base's tokenizer has no token that ends a text", remedy="choose a base with an end-of-text token"
        )
    return int(found)
