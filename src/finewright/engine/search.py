"""The best of some choices behind one prompt, by best-first search over their trie. Knows no model.

A beginning's log-probability only falls as tokens are added. So the choice that is finished is the best of all as soon
as no open beginning is likelier, and an open beginning's probability bounds that of every choice behind it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from finewright.engine.labels import Node, Trie

# How much a search reads in a round of the model. Less costs more rounds; more is read in vain, or is padding in the
# searches beside it. All that begin together are in the same round, so they ask for equally much. A search of few
# rounds knows its way: it reads on along a run. One of many weighs a crowd of beginnings, of which it will need the
# likeliest few anyway, and what follows them perhaps not.
_KNOWS_ITS_WAY = 7  # rounds
_NARROW, _WIDE = 2, 8  # tokens a round, of the first rounds and of the last
_WIDENING = 4  # rounds after which a round reads a token more


@dataclass(frozen=True, slots=True)
class Open:
    """A beginning whose probability is known and whose last token was not yet read.

    log_probability   natural log, given the prompt
    run               what to read in one go: its last token, and what of that which follows it without a choice
    depth             how many tokens stand between the prompt and the run
    path              the places, counted behind the prompt, at which those tokens were read
    """

    log_probability: float
    run: list[Node]
    depth: int
    path: tuple[int, ...]

    @property
    def choices(self) -> list[int]:
        """The choices that begin so, in order."""
        return self.run[0].choices


class Search:
    """One query. `prompt` has the tokens that all choices begin with at its end: they are read with it.

    Whoever reads hands what was read to `learn`: `root` first, then, until the search is `settled`, what each round
    asks for. The outcome does not depend on what is searched beside it.
    """

    def __init__(self, prompt: Sequence[int], trie: Trie) -> None:
        self._trie = trie
        self._begun = trie.root.run()
        self.prompt = [*prompt, *(node.token for node in self._begun[1:])]
        self.restart()

    @property
    def root(self) -> Open:
        """The empty beginning: its run is the end of the prompt, read before any other."""
        return Open(0.0, self._begun, -len(self._begun), ())

    @property
    def room(self) -> int:
        """Tokens that a search commonly reads behind its prompt; one that hesitates reads more."""
        return 2 * (self._trie.longest - len(self._begun))

    @property
    def widest(self) -> int:
        """The most tokens that are asked at once what follows them."""
        return max(_WIDE, len(self._begun))

    @property
    def settled(self) -> bool:
        """Whether a finished choice is likelier than any other can be; of equals the first in the choices' order."""
        return bool(self._finished) and not self._hopeful()

    @property
    def best(self) -> int:
        """The number of the likeliest finished choice. Raises ValueError while there is none."""
        return min(self._finished, key=lambda number: (-self._finished[number], number))

    @property
    def probability(self) -> float:
        """The probability of the best choice, its terminator included."""
        return math.exp(self._finished[self.best])

    @property
    def unexplored(self) -> float:
        """The probability of all open beginnings: no less than that of all choices not finished together."""
        return math.fsum(math.exp(one.log_probability) for _, _, one in self._open)

    @property
    def rest(self) -> float:
        """No less than the probability of all choices but the best together."""
        others = (value for number, value in self._finished.items() if number != self.best)
        return math.fsum(map(math.exp, others)) + self.unexplored

    @property
    def bounds(self) -> list[float]:
        """For each choice its probability where it is finished, else that of its deepest known beginning."""
        values = {number: math.exp(value) for number, value in self._finished.items()}
        for _, _, one in self._open:
            values |= dict.fromkeys(one.choices, math.exp(one.log_probability))
        return [values[number] for number in self._trie.root.choices]

    def next_round(self) -> list[Open]:
        """Take the likeliest open beginnings, one at least, to be read and learnt before the next round."""
        left = min(_NARROW + max(self._rounds - _WIDENING, 0) // _WIDENING, _WIDE)
        along = _NARROW if self._rounds < _KNOWS_ITS_WAY else 1
        self._rounds += 1
        taken: list[Open] = []
        while left and self._hopeful():
            one = heappop(self._open)[2]
            taken.append(replace(one, run=one.run[0].run(min(left, along))))
            left -= len(taken[-1].run)
        return taken

    def learn(self, read: Open, places: Sequence[int], scores: Sequence[Sequence[float]]) -> None:
        """Take in that the run of `read` was read at `places`.

        `scores` holds, for each node of the run, the log-probability of each of its children behind it.
        """
        run, value = read.run, read.log_probability
        for (score,) in scores[: len(run) - 1]:
            value += min(score, 0.0)  # rounding must not let a beginning become likelier as it grows
        for child, score in zip(run[-1].children.values(), scores[-1], strict=True):
            grown = value + min(score, 0.0)
            if child.children:
                self._push(Open(grown, [child], read.depth + len(run), (*read.path, *places)))
            else:
                self._finished[child.choices[0]] = grown

    def _hopeful(self) -> bool:
        """Whether a choice behind the likeliest open beginning may be likelier than every finished one, or equal to one
        and before it in order."""
        if not self._open or not self._finished:
            return bool(self._open)
        return self._open[0][:2] < (-self._finished[self.best], self.best)

    def _push(self, one: Open) -> None:
        heappush(self._open, (-one.log_probability, one.choices[0], one))

    def restart(self) -> None:
        """Forget everything learnt."""
        self._finished: dict[int, float] = {}
        self._open: list[tuple[float, int, Open]] = []
        self._rounds = 0
