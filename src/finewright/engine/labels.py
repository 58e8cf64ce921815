"""Answers that are one of some choices, decoded over the trie of the choices' tokens. Knows no model.

Each choice is its answer tokens with the terminator, so that a choice whose tokens begin another ("card", "card lost")
is told from it by ending.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from finewright.base.errors import InputError


@dataclass(slots=True)
class Node:
    """A beginning that `choices` share: what may come next, in the order of token ids."""

    choices: list[str] = field(default_factory=list)
    children: dict[int, "Node"] = field(default_factory=dict)
    allowed: tuple[int, ...] = ()

    def grow(self, token: int) -> "Node":
        """The node behind `token`, new where there is none."""
        if token not in self.children:
            self.children[token] = Node()
            self.allowed = tuple(sorted(self.children))
        return self.children[token]


class Trie:
    """Choices by their tokens. Raises InputError where there is none, or two are the same to the model."""

    def __init__(self, tokens: Mapping[str, Sequence[int]]) -> None:
        if not tokens:
            raise InputError("a request offers no choices", remedy="give at least one, or leave `choices` out")
        self.tokens = tokens
        self.root = Node(list(tokens))
        ends = [self._insert(choice) for choice in tokens]
        for end in ends:
            if len(end.choices) > 1:
                first, second = end.choices[:2]
                raise InputError(
                    f"the choices {first!r} and {second!r} are the same to the model", remedy="rename one of them"
                )

    def _insert(self, choice: str) -> Node:
        node = self.root
        for token in self.tokens[choice]:
            node = node.grow(token)
            node.choices.append(choice)
        return node


class ChoiceAnswer:
    """A row of the decode loop that ends in one of the trie's choices.

    The tokens that all choices begin with join the prompt, and the answer is finished as soon as one choice alone is
    left: `choice` is then set, which may be before any token was taken. `room` is the most that can be taken.
    """

    def __init__(self, prompt: Sequence[int], trie: Trie) -> None:
        self._trie, self._node = trie, trie.root
        shared: list[int] = []
        while self.choice is None and len(self.allowed) == 1:
            shared.append(self.allowed[0])
            self._node = self._node.children[shared[-1]]
        self.prompt = [*prompt, *shared]
        self.room = max(len(tokens) for tokens in trie.tokens.values()) - len(shared)

    @property
    def choice(self) -> str | None:
        """The answer, once it is certain."""
        return self._node.choices[0] if len(self._node.choices) == 1 else None

    @property
    def finish(self) -> Literal["choice"] | None:
        """How the answer ended, or None while it has not."""
        return None if self.choice is None else "choice"

    @property
    def text(self) -> str:
        """The answer. Raises ValueError before it is certain."""
        if self.choice is None:
            raise ValueError("the answer is not yet certain")
        return self.choice

    @property
    def taken(self) -> int:
        """Tokens of the answer, its terminator included, whether decoded or certain beforehand."""
        return len(self._trie.tokens[self.text])

    @property
    def allowed(self) -> tuple[int, ...]:
        """The tokens that lead to a choice."""
        return self._node.allowed

    def take(self, token: int) -> bool:
        """Take the next token, an allowed one; whether the answer is now certain."""
        self._node = self._node.children[token]
        return self.choice is not None
