"""What an answer may go on with under a JSON Schema, token by token. Knows no model, no prompt and no task.

The schema is compiled by llguidance, which works on the bytes of the vocabulary: whatever it lets through is the
beginning of a text that the schema allows. Keys come in the schema's order, and between signs stands at most one space,
or a line break and an indent. Nothing is fetched for a schema.
"""

from typing import Any

import numpy as np
from llguidance import LLMatcher, LLTokenizer
from llguidance.hf import from_tokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from numpy.typing import NDArray

from finewright.base.errors import BaseError, FinewrightError, InputError

_SPACE = r"[ ]?|\n[ \t]{0,16}"  # between signs: without an end, small models write spaces for ever
_SHOWN = 120  # letters of what the compiler says that a person is shown


class Constraint:
    """One answer under a schema: which tokens may follow those that were taken."""

    def __init__(self, matcher: LLMatcher, vocabulary: int) -> None:
        self._matcher, self._vocabulary = matcher, vocabulary
        self._bits = allocate_token_bitmask(1, vocabulary)

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """(V,) whether each token may come next; the terminator alone where the answer is whole."""
        fill_next_token_bitmask(self._matcher, self._bits)
        bits = np.unpackbits(self._bits.view(np.uint8), bitorder="little", count=self._vocabulary)
        return bits.view(np.bool_)

    def take(self, token: int) -> None:
        """Go on behind `token`. Raises FinewrightError where the schema grew beyond what can be followed."""
        if not self._matcher.consume_token(token):
            raise FinewrightError(
                f"an answer could not be followed through its schema ({_first_line(self._matcher.get_error())})",
                remedy="simplify the schema, or ask without it",
            )


class Constraints:
    """Schemas to constraints; each schema is compiled once, and the vocabulary read when it is first needed.

    tokenizer    a fast tokenizer of transformers
    terminator   the token that ends an answer
    vocabulary   how many tokens the model's logits are over
    """

    def __init__(self, tokenizer: Any, terminator: int, vocabulary: int) -> None:
        self._tokenizer, self._terminator, self._vocabulary = tokenizer, terminator, vocabulary
        self._read: LLTokenizer | None = None
        self._compiled: dict[str, LLMatcher] = {}

    def constraint(self, schema: str) -> Constraint:
        """A constraint for one answer under the JSON Schema written in `schema`.

        Raises InputError where it is no schema or asks for what cannot be followed, BaseError where the base's
        tokenizer cannot be read as bytes.
        """
        if schema not in self._compiled:
            self._compiled[schema] = self._matcher(schema)
        return Constraint(self._compiled[schema].deep_copy(), self._vocabulary)

    def _matcher(self, schema: str) -> LLMatcher:
        try:
            grammar = LLMatcher.grammar_from_json_schema(schema, overrides={"whitespace_pattern": _SPACE})
        except ValueError as fault:
            raise _no_schema(str(fault)) from fault
        matcher = LLMatcher(self._words, grammar, log_level=0)
        if matcher.is_error():
            raise _no_schema(matcher.get_error())
        return matcher

    @property
    def _words(self) -> LLTokenizer:
        if self._read is None:
            try:
                self._read = from_tokenizer(self._tokenizer, n_vocab=self._vocabulary, eos_token=self._terminator)
            except ValueError as fault:
                raise BaseError(
                    f"the base's tokenizer does not say which bytes its tokens are ({_first_line(str(fault))})",
                    remedy="ask without a schema, or choose a base with a fast byte-level tokenizer",
                ) from fault
        return self._read


def _no_schema(said: str) -> InputError:
    return InputError(
        f"answers cannot be held to the schema ({_first_line(said)})",
        remedy="mend the JSON Schema, or leave out the keyword it names",
    )


def _first_line(said: str) -> str:
    line = next(iter(said.strip().splitlines()), "no reason given").strip().rstrip(":.")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
