"""The exact rank of one answer among all that it could have been, without weighing each. Knows no model.

Candidates share their beginnings, and a beginning's log-probability only falls as tokens are added. So each beginning
is read once, and one that is already less likely than the whole answer is left: nothing behind it can be likelier.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finewright.engine.labels import Node, Trie

Path = tuple[int, ...]
"""The tokens of a beginning, the empty one included."""

Read = Callable[[Sequence[Path], Sequence[Sequence[int]]], Sequence[Sequence[float]]]
"""Beginnings and the tokens asked about behind each -> the log-probability of each of these, in nats."""


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an answer stands among `of` candidates, itself included.

    `above` are likelier, `equal` others as likely; equals count half, since nothing says which of them is meant.
    `read` beginnings were read.
    """

    above: int
    equal: int
    of: int
    read: int

    @property
    def rank(self) -> float:
        """1 for the likeliest of all, in halves where some are equally likely."""
        return 1 + self.above + self.equal / 2


@dataclass(frozen=True, slots=True)
class _Open:
    """A beginning that may lead to likelier answers, and its log-probability."""

    node: Node
    path: Path
    value: float


def ranked(trie: Trie, secret: str, read: Read, at_once: int) -> Rank:
    """The rank of `secret`, one of the trie's candidates, whose tokens end in leaves.

    Depth first, `at_once` beginnings of one length a reading. Raises KeyError where the secret is no candidate.
    """
    tokens = tuple(trie.tokens[secret])
    least, above, equal, beginnings = _whole(tokens, read), 0, 0, len(tokens)
    stack = [[_Open(trie.root, (), 0.0)]]
    while stack:
        opened = stack.pop()
        now, later = opened[:at_once], opened[at_once:]
        ended, deeper = _behind(now, tokens, least, read)
        above += sum(value > least for value in ended)
        equal += sum(value == least for value in ended)
        beginnings += len(now)
        stack += [part for part in (later, deeper) if part]
    return Rank(above, equal, len(trie.names), beginnings)


def _whole(tokens: Path, read: Read) -> float:
    """The log-probability of the answer itself."""
    found = read([tokens[:end] for end in range(len(tokens))], [[token] for token in tokens])
    value = 0.0
    for (score,) in found:
        value += min(score, 0.0)
    return value


def _behind(opened: Sequence[_Open], tokens: Path, least: float, read: Read) -> tuple[list[float], list[_Open]]:
    """Read these beginnings: what other answers that end behind them come to, and what may lead to likelier ones."""
    scores = read([one.path for one in opened], [list(one.node.children) for one in opened])
    ended, deeper = list[float](), list[_Open]()
    for one, row in zip(opened, scores, strict=True):
        for child, score in zip(one.node.children.values(), row, strict=True):
            # Rounding must not let a beginning become likelier as it grows.
            grown, path = one.value + min(score, 0.0), (*one.path, child.token)
            if child.children and grown >= least:
                deeper.append(_Open(child, path, grown))
            elif not child.children and path != tokens:
                ended.append(grown)
    return ended, deeper
