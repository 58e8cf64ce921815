"""Learning from feedback: single answers with a thumb up or down, by the objective `kto`.

What an answer gained over the reference counts against a baseline z, an estimate of KL(p || p_ref): the mean gain of
prompts with another prompt's answer, which the training did not ask for. It is taken anew for each step, from its own
examples, and nothing is learned through it. Knows batches; no files, no optimizer.
"""

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from finewright.base.errors import InputError
from finewright.base.order import shuffled
from finewright.base.recipe_train import Preference
from finewright.model.batch import Batch, Batches, Example, Step
from finewright.model.likelihood import answer_sums, log_prob_sums
from finewright.train.figures import Means
from finewright.train.loop import Source
from finewright.train.objectives import kto
from finewright.train.preference import beta_of, of_each
from finewright.train.validation import validation_loss

Reference = Callable[[Sequence[Example]], Mapping[str, float]]
"""Examples -> their summed log-probabilities in nats by id, as the model was before training."""


def answers_in(batch: Batch) -> float:
    """How many answers a batch holds: what a step over feedback is divided by."""
    return float(len(batch.ids))


class FeedbackLoss:
    """A model and a batch of answers -> kto, summed over the answers: (), to be divided by `answers_in`.

    reference   summed log-probabilities by example id
    desirable   by example id, whether the thumb is up
    baseline    z in nats, never below 0: set for each step, and for a validation
    noticed     of the answers seen: the baseline, and of either thumb beta log p/p_ref and nats per token
    """

    def __init__(
        self, settings: Preference, reference: Mapping[str, float], desirable: Mapping[str, bool], baseline: float = 0.0
    ) -> None:
        self._settings, self._reference, self._desirable = settings, reference, desirable
        self._beta = beta_of("kto", settings)
        self.baseline = baseline
        self.noticed = Means()

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """The batch's answers, summed; ()."""
        sums, tokens = answer_sums(model, batch)  # (N,), (N,)
        gained = sums - of_each(batch, self._reference, sums)  # (N,)
        liked = of_each(batch, self._desirable, sums).bool()  # (N,)
        self._notice(gained.detach(), (sums / tokens).detach(), liked)
        settings = self._settings
        return kto(gained, liked, self.baseline, self._beta, settings.desirable, settings.undesirable).sum()

    def _notice(self, gained: Tensor, by_token: Tensor, liked: Tensor) -> None:
        self.noticed.add("baseline", gained.new_full(gained.shape, self.baseline))
        for name, which in (("desirable", liked), ("undesirable", ~liked)):
            self.noticed.add(f"reward_{name}", self._beta * gained[which])
            self.noticed.add(f"log_prob_{name}", by_token[which])


class KtoSteps:
    """The steps of `source` over `examples`, each of which sets the baseline of `loss` by `model` as it is then.

    batches     lays out the mismatched examples, which are made for the step: states kept of others do not serve them
    longest     most tokens of a mismatched example; its answer is cut
    total       optimizer steps in all
    per_epoch   optimizer steps in one pass

    A step hangs on its number and the weights alone, so a resumed run goes on with the same bits. Raises InputError
    where each step has one answer, which there is no other to mismatch with.
    """

    def __init__(
        self,
        source: Source,
        examples: Sequence[Example],
        loss: FeedbackLoss,
        model: nn.Module,
        batches: Batches,
        reference: Reference,
        seed: int,
        longest: int,
    ) -> None:
        if source.per_epoch == len(examples):
            raise InputError(
                "kto holds the answers of a step against each other", remedy="set `train.batch` to 2 or more"
            )
        self._source, self._examples, self._loss = source, {one.id: one for one in examples}, loss
        self._model, self._batches, self._reference = model, batches, reference
        self._seed, self._longest = seed, longest
        self.total, self.per_epoch = source.total, source.per_epoch

    def step(self, number: int) -> Step:
        """Step `number`, 0-based, of the source; the loss is set to it."""
        step = self._source.step(number)
        names = [name for batch in step.batches for name in batch.ids]
        # In an order of their own: that of the batches is the layout's.
        order = shuffled(names, str, self._seed, "mismatched", number)
        others = mismatched([self._examples[name] for name in order], self._longest)
        self._loss.baseline = baseline(self._model, others, self._batches, self._reference)
        return step


def feedback_validation(
    model: nn.Module,
    examples: Sequence[Example],
    batches: Batches,
    loss: FeedbackLoss,
    reference: Reference,
    longest: int,
) -> float:
    """Mean kto of `examples`, against the baseline that they have among themselves; as `validation_loss` otherwise."""
    others = mismatched(sorted(examples, key=lambda example: example.id), longest)
    loss.baseline = baseline(model, others, batches, reference)
    return validation_loss(model, examples, batches, loss, answers_in)


def mismatched(examples: Sequence[Example], longest: int) -> list[Example]:
    """Each prompt with the answer of the example before it, the first with the last's; one alone has none.

    Of examples whose supervised tokens are the answer at their end. Cut at `longest` tokens, one of the answer staying.
    """
    if len(examples) < 2:
        return []
    before = [examples[-1], *examples[:-1]]
    return [_crossed(one, other, longest) for one, other in zip(examples, before, strict=True)]


def baseline(model: nn.Module, others: Sequence[Example], batches: Batches, reference: Reference) -> float:
    """The mean gain of mismatched examples over the reference in nats, at least 0; 0 of none.

    An estimate of KL(p || p_ref) that is shifted and has a small variance. Ethayarajh et al. 2024, arXiv:2402.01306,
    section 4.2.
    """
    if not others:
        return 0.0
    before = reference(others)
    now = log_prob_sums(model, others, batches)
    return max(0.0, sum(now[one.id][0] - before[one.id] for one in others) / len(others))


def _crossed(one: Example, other: Example, longest: int) -> Example:
    prompt, answer = one.tokens[: one.supervised.index(True)], other.tokens[other.supervised.index(True) :]
    tokens = (*prompt, *answer)[: max(longest, len(prompt) + 1)]
    marks = (False,) * len(prompt) + (True,) * (len(tokens) - len(prompt))
    return Example(f"{one.id}/mismatched", tokens, marks)
