"""Rounds of rollouts as files: what was answered, how it was rewarded, what learning needs to know of it again.

A round is written whole before anything is learned from it, so that a training that is stopped inside it goes on with
the very same rollouts. Knows no model and no rewards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from finewright.base.errors import Place, StorageError
from finewright.base.files import canonical_json, read_json, write_text


@dataclass(frozen=True, slots=True)
class Rollout:
    """One sampled answer.

    tokens      as they were written, the terminator included where there is one
    cut         whether it was ended by its length
    rewards     by name, unweighed; `reward` is their weighted sum
    advantage   how much better than its group it was; None where that is told by token
    log_probs   of its tokens under the weights that sampled it, in nats; None where they are learned from at once
    values      of the states before its tokens, for ppo
    """

    text: str
    tokens: tuple[int, ...]
    cut: bool
    rewards: Mapping[str, float]
    reward: float
    advantage: float | None = None
    log_probs: tuple[float, ...] | None = None
    values: tuple[float, ...] | None = None

    def with_advantage(self, advantage: float) -> "Rollout":
        """The rollout, held against the others of its group."""
        return replace(self, advantage=advantage)

    def seen_with(self, log_probs: Sequence[float], values: Sequence[float] | None) -> "Rollout":
        """The rollout with what the weights that wrote it say of its tokens."""
        return replace(self, log_probs=tuple(log_probs), values=None if values is None else tuple(values))


@dataclass(frozen=True, slots=True)
class Group:
    """The rollouts of one prompt: the record's id, where it stands, its text and the answer wanted."""

    record: str
    where: str
    text: str
    wanted: str
    rollouts: tuple[Rollout, ...]

    @property
    def rewards(self) -> list[float]:
        """The weighted sums, in order."""
        return [rollout.reward for rollout in self.rollouts]

    @property
    def alike(self) -> bool:
        """Whether all are rewarded alike."""
        return len(set(self.rewards)) == 1


@dataclass(frozen=True, slots=True)
class Round:
    """The groups of one round."""

    number: int
    groups: tuple[Group, ...]

    @property
    def rollouts(self) -> list[Rollout]:
        """All of them, group by group."""
        return [rollout for group in self.groups for rollout in group.rollouts]

    def with_rollouts(self, rollouts: Sequence[Rollout]) -> "Round":
        """The round with others in their place, as many and in the same order."""
        given = iter(rollouts)
        groups = tuple(replace(group, rollouts=tuple(next(given) for _ in group.rollouts)) for group in self.groups)
        return Round(self.number, groups)


_ROUND = TypeAdapter(Round)


class Rounds:
    """The rounds of one training in one folder.

    run             what names the training: rounds of another are none of its own
    circumstances   versions and threads, which decide a round's bits: one of others is made again, where it can be
    """

    def __init__(self, folder: Path, run: Mapping[str, str], circumstances: Mapping[str, str]) -> None:
        self.folder, self._run, self._circumstances = folder, dict(run), dict(circumstances)

    def write(self, made: Round) -> None:
        """Keep the round, whole, and none behind it: those are of weights that learned from another one.

        Raises StorageError where it cannot be written.
        """
        for path in rounds_in(self.folder):
            if path > self._path(made.number):
                path.unlink()
        head = {"run": self._run, "circumstances": self._circumstances}
        write_text(self._path(made.number), canonical_json(head | {"round": asdict(made)}) + "\n")

    def begun(self, number: int) -> Round | None:
        """The round, where this training has written it under these circumstances and learned nothing of it yet.

        Raises StorageError where its file is damaged.
        """
        if not self._path(number).exists():
            return None
        read = self._read(number)
        if (read["run"], read["circumstances"]) != (self._run, self._circumstances):
            return None
        return self._round(number, read)

    def resumed(self, number: int) -> Round:
        """The round, which is in the middle of being learned.

        Raises StorageError where it is missing, damaged or another training's: weights that have moved since could not
        write it again.
        """
        read = self._read(number)
        if read["run"] != self._run:
            raise self._damaged(number, "holds another training's rollouts")
        return self._round(number, read)

    def _read(self, number: int) -> Mapping[str, Any]:
        try:
            read = read_json(self._path(number))
        except StorageError as fault:
            raise self._damaged(number, "is missing or damaged") from fault
        if not isinstance(read, dict) or not {"run", "circumstances", "round"} <= read.keys():
            raise self._damaged(number, "is damaged")
        return read

    def _round(self, number: int, read: Mapping[str, Any]) -> Round:
        try:
            return _ROUND.validate_python(read["round"])
        except ValidationError as fault:
            raise self._damaged(number, "is damaged") from fault

    def _damaged(self, number: int, what: str) -> StorageError:
        checkpoints = self.folder.parent / "checkpoints"
        return StorageError(
            what, place=Place(self._path(number)), remedy=f"remove {self.folder} and {checkpoints} to train anew"
        )

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"


def rounds_in(folder: Path) -> list[Path]:
    """The files of the rounds kept in a folder, in order."""
    return sorted(folder.glob("*.json"))


def read_round(path: Path) -> Round:
    """A round that was kept. Raises StorageError where its file is damaged."""
    try:
        return _ROUND.validate_python(read_json(path)["round"])
    except (ValidationError, KeyError, TypeError) as fault:
        raise StorageError("is damaged", place=Place(path), remedy="train again to make it anew") from fault
