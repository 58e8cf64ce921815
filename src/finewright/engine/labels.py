"""Choices by their tokens: a trie, and what of it leads on without a choice. Knows no model and no probabilities.

Each choice is its answer tokens with the terminator, so that a choice whose tokens begin another ("card", "card lost")
is told from it by ending. A choice's last token is a leaf: it is predicted and never read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from finewright.base.errors import InputError


@dataclass(slots=True)
class Node:
    """A beginning that ends in `token` and that `choices`, counted in the trie's order, share."""

    token: int
    choices: list[int] = field(default_factory=list)
    children: dict[int, "Node"] = field(default_factory=dict)

    def grow(self, token: int) -> "Node":
        """The node behind `token`, new where there is none."""
        return self.children.setdefault(token, Node(token))

    def run(self, most: int | None = None) -> "list[Node]":
        """This node and those behind it, up to the first with a choice to make or to end, and no more than `most`."""
        run = [self]
        while len(run[-1].children) == 1 and len(run) != most:
            (child,) = run[-1].children.values()
            if not child.children:
                break
            run.append(child)
        return run


class Trie:
    """Choices by their tokens. Raises InputError where there is none, or two are the same to the model."""

    def __init__(self, tokens: Mapping[str, Sequence[int]]) -> None:
        if not tokens:
            raise InputError("a request offers no choices", remedy="give at least one, or leave `choices` out")
        self.tokens = tokens
        self.names = list(tokens)
        self.root = Node(token=-1, choices=list(range(len(tokens))))
        ends = [self._insert(number) for number in self.root.choices]
        for end in ends:
            if len(end.choices) > 1:
                first, second = (self.names[number] for number in end.choices[:2])
                raise InputError(
                    f"the choices {first!r} and {second!r} are the same to the model", remedy="rename one of them"
                )

    @cached_property
    def longest(self) -> int:
        """Tokens of the longest choice, its terminator included."""
        return max(map(len, self.tokens.values()))

    def _insert(self, number: int) -> Node:
        node = self.root
        for token in self.tokens[self.names[number]]:
            node = node.grow(token)
            node.choices.append(number)
        return node
