"""How many tokens each stage of a run will train on, read and write, counted on the prompts it will really send.

Knows tokens, not seconds: `flows/estimate.py` turns them into minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from finewright.base.records import Record
from finewright.evaluate.prompt import build, choose_shots
from finewright.flows.budget import micro_tokens
from finewright.flows.prepare import Prepared, counter, example_of
from finewright.model.tree import TreeBatches

_LOOKED_AT = 200
_FEW = 20


# Tokens of the shipped general text and questions with their choices, read before and after training.
_GENERAL = 7_000


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run: tokens trained on (forwards and backwards), read side by side, and written one by one."""

    name: str
    trained: float = 0
    read: float = 0
    written: float = 0


def stages(prepared: Prepared) -> Iterator[Stage]:
    """The stages of a run that a decoder computes, in their order; arms that are switched off are left out."""
    arms, task = prepared.recipe.arms, prepared.task
    if arms.zero_shot.enabled:
        yield _asking("zero-shot prompt", prepared, arms.zero_shot.prompt, (), _longest_answer(prepared))
    if arms.few_shot.enabled:
        shots = choose_shots(prepared.parts.train, task, arms.few_shot.examples, prepared.recipe.seed)
        yield _asking("few-shot prompt", prepared, arms.few_shot.prompt, shots, _longest_answer(prepared))
    if prepared.recipe.train.enabled and arms.tuned.enabled:
        yield _training(prepared)
        yield _asking("fine-tuned model", prepared, arms.tuned.prompt, (), _usual_answer(prepared))
        if prepared.recipe.evaluate.forgetting.enabled:
            yield Stage("forgetting", read=2 * _GENERAL)


def longest(prepared: Prepared) -> int:
    """Tokens of the longest training example, looked for among the twenty with most letters."""
    count = counter(prepared.recipe, prepared.task, prepared.chat)
    most_letters = sorted(prepared.learning, key=lambda record: len(record.text) + len(record.answer))[-20:]
    return max(map(count, most_letters), default=0)


def _training(prepared: Prepared) -> Stage:
    settings = prepared.recipe.train
    count = counter(prepared.recipe, prepared.task, prepared.chat)
    learning, choosing = total(prepared.learning, count), total(prepared.choosing, count)
    return Stage(
        "training",
        trained=settings.epochs * learning * _distinct(prepared, prepared.learning, settings.batch),
        read=settings.epochs * settings.evaluations * choosing * _distinct(prepared, prepared.choosing, _LOOKED_AT),
    )


def _distinct(prepared: Prepared, records: Sequence[Record], together: int) -> float:
    """The share of the tokens that is computed where so many examples are laid out together: shared ones once."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    if recipe.train.lora.dropout:
        return 1.0
    examples = [
        example_of(recipe, task, chat, record)
        for record in records[:: max(1, len(records) // min(together, _LOOKED_AT))][:together]
    ]
    laid_out = sum(batch.tokens for batch in TreeBatches(micro_tokens(prepared))(examples)) if examples else 0
    return laid_out / max(1, sum(len(example.tokens) for example in examples))


def _asking(name: str, prepared: Prepared, template: str, shots: Sequence[Record], answer: float) -> Stage:
    """An arm that answers the validation rows and the shared test rows: what all prompts begin with is read once."""
    rows = [*prepared.choosing, *prepared.shared]

    def prompt(record: Record) -> list[int]:
        return prepared.chat.encode_prompt(build(template, prepared.task, record, shots))

    start = _shared_start([prompt(record) for record in rows[:: max(1, len(rows) // _FEW)]])
    return Stage(name, read=start + total(rows, lambda record: len(prompt(record)) - start), written=len(rows) * answer)


def _shared_start(prompts: Sequence[list[int]]) -> int:
    """How many tokens all of the prompts begin with."""
    first, last = min(prompts), max(prompts)  # what these two share, all between them share
    return next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))


def _longest_answer(prepared: Prepared) -> float:
    """Tokens that an untuned model writes per row: of open answers all it may, since it seldom ends by itself."""
    return _usual_answer(prepared) if prepared.task.kind == "classes" else prepared.task.max_tokens


def _usual_answer(prepared: Prepared) -> float:
    """Tokens of a training answer, on average."""
    train = prepared.parts.train
    return total(train, lambda record: len(prepared.chat.encode_answer(record.answer))) / len(train)


def total(records: Sequence[Record], count: Callable[[Record], int]) -> float:
    """The sum of `count` over all records, from at most 200 of them spread evenly."""
    looked_at = records[:: max(1, len(records) // _LOOKED_AT)]
    return len(records) * sum(map(count, looked_at)) / len(looked_at) if looked_at else 0.0
