"""What a reward model learns: a run's pairs as tokens, the loss on them, and what its scores are divided by.

A lesson for `flows/head.py`; asking what came of it is `flows/reward.py`.
"""

from collections.abc import Callable, Sequence

from transformers import PreTrainedModel

from finewright.base.records import Message, Record
from finewright.evaluate.pairs import pair_figures, pair_loss, pair_temperature
from finewright.flows.head import Lesson, room_of
from finewright.flows.labelling import scored
from finewright.flows.method import Method
from finewright.flows.prepare import Run
from finewright.model.batch import Batch, Batches, Example
from finewright.model.classifier import Classifier
from finewright.model.exchange import Exchange, Exchanges
from finewright.model.head_folder import HeadSpec, head_spec
from finewright.model.hub import Base
from finewright.train.epochs import Epochs
from finewright.train.figures import Noticing
from finewright.train.preference import chosen_name, pairs_in, rejected_name
from finewright.train.reward import RewardLoss, probe_pairs

Say = Callable[[str], None]


def reward_lesson(
    run: Run, base: Base, trunk: PreTrainedModel, learning: Sequence[Record], choosing: Sequence[Record], say: Say
) -> Lesson:
    """The pairs to learn and those that weights and temperature are chosen by, as a lesson.

    Raises InputError where the recipe's length leaves no room for an answer, ValueError for a record that is no pair.
    """
    settings, confidence = run.recipe.arms.reward.train, run.recipe.evaluate.confidence
    spec = _spec(base, trunk, settings.max_length)
    exchanges = Exchanges.of(base, spec.longest)
    pairs = [_sides(exchanges, record) for record in (*learning, *choosing)]
    _tell(pairs, spec.longest, say)
    learned, chosen_by = _examples(pairs[: len(learning)]), _examples(pairs[len(learning) :])
    loss = RewardLoss()

    def teach(model: Classifier, layout: Batches) -> Method:
        source = Epochs(learned, settings, run.recipe.seed, layout, pairs_in)
        batches, count = layout(chosen_by), len(learned) // 2
        return Method(
            Noticing(source, loss.noticed),
            loss,
            validate=lambda: _calibrated_loss(*_scores(model, chosen_by, batches)),
            said=f"Training the reward model on {count} pairs: {source.total} steps of {settings.batch}",
        )

    return Lesson(
        name="the reward model",
        spec=spec,
        settings=settings,
        learning=learned,
        choosing=chosen_by,
        pad=exchanges.pad,
        teach=teach,
        fit=lambda model, layout: probe_pairs(model, learned, layout),
        calibrate=lambda model, layout: _calibrated(model, *_scores(model, chosen_by, layout(chosen_by)), confidence),
        answers=scored,
    )


def other_side(record: Record) -> Message:
    """The rejected answer. Raises ValueError where the record is no pair."""
    if record.rejected is None:
        raise ValueError(f"record {record.id} is no pair")
    return record.rejected


def _spec(base: Base, trunk: PreTrainedModel, wanted: int | None) -> HeadSpec:
    room = room_of(base, trunk)
    return head_spec("reward", (), base, "auto", min(wanted or room, room))


def _sides(exchanges: Exchanges, record: Record) -> tuple[Exchange, Exchange]:
    """A pair's two answers behind their conversation, never to be parted."""
    chosen = exchanges.read(chosen_name(record.id), record.messages, record.turn, group=record.id)
    rejected = exchanges.read(rejected_name(record.id), record.messages, other_side(record), group=record.id)
    return chosen, rejected


def _examples(pairs: Sequence[tuple[Exchange, Exchange]]) -> list[Example]:
    """The sides of the pairs of which something can be learned, pair by pair."""
    return [side.example for pair in pairs if not _alike(pair) for side in pair]


def _alike(pair: tuple[Exchange, Exchange]) -> bool:
    return pair[0].example.tokens == pair[1].example.tokens


def _tell(pairs: Sequence[tuple[Exchange, Exchange]], longest: int, say: Say) -> None:
    """What the length limit did to the pairs, if anything."""
    done = {
        "of which a conversation is cut at its beginning": sum(any(one.prompt_cut for one in pair) for pair in pairs),
        "of which an answer is cut at its end": sum(any(one.answer_cut for one in pair) for pair in pairs),
        "whose sides are the same once cut, left out": sum(map(_alike, pairs)),
    }
    for what, count in done.items():
        if count:
            say(f"Pairs of more than {longest:,} tokens {what}, for the reward model: {count:,}")


def _scores(
    model: Classifier, examples: Sequence[Example], batches: Sequence[Batch]
) -> tuple[list[float], list[float]]:
    """Of sides, pair by pair, and their batches: the scores of the chosen ones and of the rejected ones.

    Without dropout; the classifier is left in the mode it was in.
    """
    learning = model.training
    found = scored(model.eval(), batches)
    model.train(learning)
    scores = [float(found[example.id]) for example in examples]
    return scores[::2], scores[1::2]


def _calibrated_loss(chosen: Sequence[float], rejected: Sequence[float]) -> float:
    """The loss in nats per pair at the temperature that suits these pairs best: what weights are chosen by.

    An epoch more makes a head surer than it should be, which the temperature takes back in the end.
    """
    return pair_loss(chosen, rejected, pair_temperature(chosen, rejected))


def _calibrated(
    model: Classifier, chosen: Sequence[float], rejected: Sequence[float], confidence: float
) -> dict[str, float]:
    """Set the temperature to the likeliest by these scores; figures on the same pairs, before and after."""
    model.temperature = pair_temperature(chosen, rejected)
    found = pair_figures(chosen, rejected, confidence, model.temperature)
    return {
        "temperature": found.temperature,
        "accuracy": found.accuracy.value,
        "calibration_error_before": found.calibration_error_before,
        "calibration_error": found.calibration_error,
        "calibration_rows": found.rows,
    }
