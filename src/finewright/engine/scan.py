"""The probability of every whole answer, by full scan: each answer is read behind its prompt. Knows no text.

A prompt is read once and its cache copied for each of its answers. The reference for anything cleverer.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from finewright.engine.decode import batches
from finewright.engine.reading import LOGIT_ROWS, Reading
from finewright.engine.start import Start


@dataclass(slots=True)
class Scan:
    """A prompt and the answers to weigh, in tokens, terminators included.

    `log_probabilities`, once scanned: for each answer, the natural log of its probability given the prompt.
    """

    prompt: Sequence[int]
    answers: Sequence[Sequence[int]]
    log_probabilities: list[float] = field(default_factory=list)

    @property
    def room(self) -> int:
        """The most tokens read behind the prompt: an answer's last is predicted and never read."""
        return max(len(answer) for answer in self.answers) - 1

    @property
    def probabilities(self) -> list[float]:
        """The probability of each whole answer given the prompt, 0..1; they need not add up to one."""
        return [math.exp(value) for value in self.log_probabilities]

    @property
    def best(self) -> int:
        """The number of the likeliest answer, of equals the first."""
        return max(range(len(self.answers)), key=lambda number: self.log_probabilities[number])

    @property
    def probability(self) -> float:
        """The probability of the best answer."""
        return self.probabilities[self.best]

    @property
    def rest(self) -> float:
        """The probability of all other answers together."""
        return math.fsum(self.probabilities[: self.best] + self.probabilities[self.best + 1 :])


def scan(start: Start, scans: Sequence[Scan], batch_tokens: int, done: Callable[[int], None]) -> None:
    """Fill in every scan's log-probabilities, `log p(answer | prompt)` summed over the answer's tokens.

    All prompts begin with `start`. At most `batch_tokens` tokens are held side by side as prompts, and as many as
    copies of them. `done` is called with how many scans were just finished.
    """
    with torch.inference_mode():
        for batch in batches(scans, batch_tokens, start.kept_once):
            _scan_batch(start, batch, batch_tokens)
            done(len(batch))


def _scan_batch(start: Start, scans: Sequence[Scan], batch_tokens: int) -> None:
    room = max(scan.room for scan in scans)
    reading = Reading(start, [scan.prompt for scan in scans], room)
    first = reading.logits[:, 0].log_softmax(dim=-1)  # (B, V)
    pairs = [(row, answer) for row, scan in enumerate(scans) for answer in scan.answers]
    side_by_side = max(1, min(batch_tokens // (reading.held + room), LOGIT_ROWS // max(room, 1)))
    for chunk in _chunks(pairs, side_by_side):
        rows, answers = [row for row, _ in chunk], [answer for _, answer in chunk]
        begun = first[rows, [answer[0] for answer in answers]]  # (R,)
        for row, value in zip(rows, (begun + _continued(reading, rows, answers)).tolist(), strict=True):
            scans[row].log_probabilities.append(value)


def _continued(reading: Reading, rows: Sequence[int], answers: Sequence[Sequence[int]]) -> Tensor:
    """(R,) log-probabilities of each answer behind its first token."""
    width = max(len(answer) for answer in answers)
    device = reading.logits.device
    # Padding on the right is read after all that counts, so nothing that counts sees it.
    tokens = torch.tensor([[*answer, *[0] * (width - len(answer))] for answer in answers], device=device)  # (R, W)
    if width == 1:
        return torch.zeros(len(answers), device=device)
    logits = reading.fork(rows).read(tokens[:, :-1])  # (R, W - 1, V)
    each = logits.log_softmax(dim=-1).gather(2, tokens[:, 1:, None])[:, :, 0]  # (R, W - 1)
    lengths = torch.tensor([len(answer) for answer in answers], device=device)
    counts = torch.arange(1, width, device=device) < lengths[:, None]
    return torch.where(counts, each, 0).sum(dim=1)


def _chunks(pairs: Sequence[tuple[int, Sequence[int]]], size: int) -> Iterator[Sequence[tuple[int, Sequence[int]]]]:
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]
