"""Searches side by side: each round reads the likeliest open beginnings of every query. Knows no text.

A query has one row of cache, which only grows: the tokens of every branch it tries are appended, and a mask shows each
of them the prompt and its own ancestors alone. So no branch costs a copy of the prompt's keys, and none is read twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from finewright.engine.cache import can_share, roomy_cache
from finewright.engine.decode import batches, moved_up
from finewright.engine.reading import LOGIT_ROWS, Reading
from finewright.engine.search import Open, Search
from finewright.engine.start import Start


def can_branch(model: PreTrainedModel) -> bool:
    """Whether branches can stand side by side in a row of cache: not in a window, which counts places.

    Raises BaseError where a layer of the model keeps something other than keys and values.
    """
    return bool(model._supports_attention_backend) and can_share(roomy_cache(model.config, 0))


def search(start: Start, searches: Sequence[Search], batch_tokens: int, done: Callable[[int], None]) -> None:
    """Settle every search.

    At most `batch_tokens` tokens, padding included, are held side by side (one row at least). `done` is called with how
    many searches were just settled.
    """
    with torch.inference_mode():
        for batch in batches(searches, batch_tokens, start.kept_once):
            size = min(len(batch), max(1, LOGIT_ROWS // max(one.widest for one in batch)))
            while batch:
                # What did not fit is searched anew, as many side by side as did fit.
                size = _Together(start, batch[:size], batch_tokens).settle(done)
                batch = [one for one in batch if not one.settled]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run to be read: whose it is, in which row it is laid out and from which column on."""

    search: Search
    read: Open
    row: int
    column: int

    @property
    def columns(self) -> range:
        """Where the run is laid out."""
        return range(self.column, self.column + len(self.read.run))


class _Together:
    """Searches that advance together, round by round, until all are settled."""

    def __init__(self, start: Start, searches: list[Search], batch_tokens: int) -> None:
        self._searches, self._batch_tokens = searches, batch_tokens
        roots = [one.root for one in searches]
        width = max(len(one.run) for one in roots)
        room = max(one.room for one in searches)
        self._reading = Reading(start, [one.prompt for one in searches], room, last=width)
        pieces = [
            _Piece(search, root, row, width - len(root.run))
            for row, (search, root) in enumerate(zip(searches, roots, strict=True))
        ]
        for piece, scores in zip(pieces, _scores(self._reading.logits, pieces), strict=True):
            piece.search.learn(piece.read, (), scores)

    def settle(self, done: Callable[[int], None]) -> int:
        """Settle the searches, or as many as there is room for; how many those were. The others are restarted."""
        settled = 0
        while True:
            staying = [place for place, one in enumerate(self._searches) if not one.settled]
            finished = len(self._searches) - len(staying)
            settled += finished
            done(finished)
            if not staying:
                return settled
            self._keep(staying)
            self._advance()

    def _advance(self) -> None:
        opened = [one.next_round() for one in self._searches]
        width = max(sum(len(one.run) for one in row) for row in opened)
        fitting = max(1, self._batch_tokens // (self._reading.held + width))
        for search in self._searches[fitting:]:
            search.restart()
        self._keep(list(range(min(fitting, len(opened)))))
        pieces = list(_pieces(self._searches, opened[:fitting]))
        behind = self._reading.behind
        laid_out = (
            one.to(self._reading.logits.device) for one in _laid_out(pieces, len(self._searches), width, behind)
        )
        logits = self._reading.branch(*laid_out)
        for piece, scores in zip(pieces, _scores(logits, pieces), strict=True):
            piece.search.learn(piece.read, [behind + column for column in piece.columns], scores)

    def _keep(self, places: Sequence[int]) -> None:
        if len(places) < len(self._searches):
            order = moved_up(places)
            self._searches = [self._searches[place] for place in order]
            self._reading.keep(order)


def _pieces(searches: Sequence[Search], opened: Sequence[Sequence[Open]]) -> Iterator[_Piece]:
    """The runs of each search one after the other in a row of its own."""
    for row, (search, runs) in enumerate(zip(searches, opened, strict=True)):
        column = 0
        for one in runs:
            yield _Piece(search, one, row, column)
            column += len(one.run)


def _laid_out(pieces: Sequence[_Piece], rows: int, width: int, behind: int) -> tuple[Tensor, Tensor, Tensor]:
    """Tokens (rows, width), padded on the right, their depths (rows, width), and what each of them sees of the places
    behind its prompt (rows, width, behind + width): its run up to itself, and what that stands behind."""
    tokens, depths = torch.zeros(2, rows, width, dtype=torch.int64)
    seen = torch.zeros(rows, width, behind + width, dtype=torch.bool)
    for piece in pieces:
        run, columns = piece.read.run, slice(piece.columns.start, piece.columns.stop)
        tokens[piece.row, columns] = torch.tensor([node.token for node in run])
        depths[piece.row, columns] = torch.arange(piece.read.depth, piece.read.depth + len(run))
        seen[piece.row, columns, behind:][:, columns] = torch.ones(len(run), len(run), dtype=torch.bool).tril()
        seen[piece.row, columns, list(piece.read.path)] = True
    return tokens, depths, seen


def _scores(logits: Tensor, pieces: Sequence[_Piece]) -> list[list[list[float]]]:
    """For each piece, laid out in logits (B, T, V), and each node of its run: the log-probabilities of its children."""
    entries = [
        (piece.row, column, token)
        for piece in pieces
        for column, node in zip(piece.columns, piece.read.run, strict=True)
        for token in node.children
    ]
    rows, columns, tokens = torch.tensor(entries, device=logits.device).unbind(dim=1)
    whole = logits.float().logsumexp(dim=-1)  # (B, T)
    values = iter((logits[rows, columns, tokens] - whole[rows, columns]).tolist())
    return [[[next(values) for _ in node.children] for node in piece.read.run] for piece in pieces]
