"""The reward model: what scores answers, learned from pairs of them, kept in the run folder, and asked.

    arms/reward/    metrics, checkpoints, model and outcome of its training (`flows/head.py`)

A score by itself means nothing; the difference of the scores of two answers to one conversation is the log-odds that
the first is preferred.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from transformers import PreTrainedModel

from finewright.base.errors import AdapterError, Place
from finewright.base.protocols import Scorer
from finewright.base.records import Message, Record
from finewright.base.results import PairFigures
from finewright.evaluate.pairs import pair_figures
from finewright.evaluate.scorers.reward import reward
from finewright.flows.folder import RunFolder
from finewright.flows.head import Lesson, trained_head
from finewright.flows.labelling import MICRO_TOKENS, layout_of, scored
from finewright.flows.learning import take_threads
from finewright.flows.prepare import Run
from finewright.flows.reward_lesson import other_side, reward_lesson
from finewright.model import head_folder
from finewright.model.classifier import Classifier
from finewright.model.exchange import Exchanges
from finewright.model.head_folder import is_head, read_spec
from finewright.model.hub import find
from finewright.model.manifest import read_manifest

Say = Callable[[str], None]

Asked = Sequence[tuple[Sequence[Message], str | Message]]
"""Answers, each behind the conversation that it answers."""

_LOOKED_AT = tuple((f"{words}", "why " * 70, "so " * words) for words in (1, 40, 80, 120))
"""Exchanges that a layout is tried on: name, question and answer."""


class Rewarder:
    """A trained reward model.

    temperature  what its scores were divided by
    """

    def __init__(self, model: Classifier, exchanges: Exchanges) -> None:
        self._model, self._exchanges = model, exchanges
        # Tried on texts of its own, so that no score hangs on what is asked first.
        looked_at = [exchanges.read(name, [Message("user", asks)], says).example for name, asks, says in _LOOKED_AT]
        self._layout, _ = layout_of(model, looked_at, MICRO_TOKENS, exchanges.pad)
        self.temperature = model.temperature

    def scores(self, asked: Asked) -> list[float]:
        """The score of each answer, in order.

        The conversation is that of the records it was trained on, without an arm's system message. The difference of
        two answers to one conversation is the log-odds that the first is preferred. Raises InputError where a decoder's
        chat template refuses a conversation.
        """
        return [score / self.temperature for score in self._scores(asked)]

    def figures(self, pairs: Sequence[Record], confidence: float) -> PairFigures:
        """How well pairs are told. Raises ValueError where there are none, or a record is no pair."""
        sides = [side for one in pairs for side in ((one.messages, one.turn), (one.messages, other_side(one)))]
        scores = self._scores(sides)
        return pair_figures(scores[::2], scores[1::2], confidence, self.temperature)

    def _scores(self, asked: Asked) -> list[float]:
        """Before the temperature; what is asked twice is computed once, and so scored the same."""
        keys = [(tuple(messages), answer) for messages, answer in asked]
        names = {key: f"{row:09}" for row, key in enumerate(dict.fromkeys(keys))}
        examples = [self._exchanges.read(name, *key).example for key, name in names.items()]
        found = scored(self._model, self._layout(examples))
        return [float(found[names[key]]) for key in keys]


def reward_model(
    run: Run,
    learning: Sequence[Record],
    choosing: Sequence[Record],
    folder: RunFolder,
    say: Say,
    *,
    allow_drift: bool = False,
) -> Rewarder:
    """The run's reward model: trained now on the pairs, or on from where a stopped run was, if it is not yet.

    `choosing` are the pairs by which weights and temperature are chosen. What scores is what was saved. Raises
    BaseError where its base is not stored, InputError where it does not fit or there are no pairs, and Interrupted on
    Ctrl-C after saving a checkpoint.
    """
    settings = run.recipe.arms.reward
    take_threads(settings.train)
    base = find(settings.base)

    def lesson(trunk: PreTrainedModel) -> Lesson:
        return reward_lesson(run, base, trunk, learning, choosing, say)

    model, spec = trained_head(run, base, lesson, _place(folder), say, allow_drift=allow_drift)
    return Rewarder(model, Exchanges.of(base, spec.longest))


def open_reward(path: Path) -> Rewarder:
    """The reward model of a folder, or of a run folder.

    Raises AdapterError where there is none, or it is unsafe to open, and BaseError where its base is not stored.
    """
    folder = next((one for one in (path, _place(RunFolder(path)) / "model") if is_head(one)), None)
    if folder is None or read_spec(folder).kind != "reward":
        raise AdapterError(
            "there is no reward model here",
            place=Place(path),
            remedy="name a run folder of preferences, or the folder `arms/reward/model` inside one",
        )
    base = find(read_manifest(folder).base)
    model, spec = head_folder.load(folder, base)
    return Rewarder(model, Exchanges.of(base, spec.longest))


def reward_scorer(path: Path) -> Scorer:
    """A reward model as a scorer: an answer is right where it is liked at least as well as the record's own."""
    return reward(open_reward(path).scores)


def _place(folder: RunFolder) -> Path:
    return folder.root / "arms" / "reward"
