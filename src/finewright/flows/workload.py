"""How many tokens each stage of a run will train on, read and write, counted on the prompts it will really send.

Knows tokens, not seconds: `flows/estimate.py` turns them into minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from finewright.base.recipe_objective import OF_REWARDS, objective_of
from finewright.base.records import PREFERRED, Record
from finewright.evaluate.arms.applies import why_not
from finewright.evaluate.prompt import build, choose_shots
from finewright.flows.budget import micro_tokens
from finewright.flows.examples import counter, examples_in
from finewright.flows.passages import passage_tokens
from finewright.flows.prepare import Prepared
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
    if task.kind in PREFERRED:
        yield from _preferring(prepared)
        return
    if arms.zero_shot.enabled:
        yield _asking("zero-shot prompt", prepared, arms.zero_shot.prompt, (), _longest_answer(prepared))
    if arms.few_shot.enabled:
        shots = choose_shots(prepared.parts.train, task, arms.few_shot.examples, prepared.recipe.seed)
        yield _asking("few-shot prompt", prepared, arms.few_shot.prompt, shots, _longest_answer(prepared))
    if arms.runs("retrieved") and (arms.retrieved.enabled or not why_not("frozen", task)):
        yield _retrieving(prepared)
    if arms.searched.enabled:
        yield _searching(prepared)
    if arms.rag.enabled:
        yield _passages("prompt with passages", prepared, _longest_answer(prepared))
    if prepared.recipe.train.enabled and arms.tuned.enabled:
        yield from _learning(prepared)
        yield _asking("fine-tuned model", prepared, arms.tuned.prompt, (), _usual_answer(prepared))
        if arms.rag.enabled and arms.rag.tuned:
            yield _passages("fine-tuned, with passages", prepared, _usual_answer(prepared))
        if prepared.recipe.evaluate.forgetting.enabled:
            yield Stage("forgetting", read=2 * _GENERAL)


def _learning(prepared: Prepared) -> Iterator[Stage]:
    """Training, and before it or in its place what the objective asks for besides."""
    settings = prepared.recipe.train
    objective, answer = objective_of(settings, prepared.task.kind), _usual_answer(prepared)
    if objective in OF_REWARDS:
        yield _reinforcing(prepared, answer)
        return
    if objective == "distil":
        rows, count = len(prepared.learning) + len(prepared.choosing), all_tokens_of(prepared)
        longer = len(prepared.chat.encode_prompt(build(settings.distil.prompt, prepared.task, prepared.learning[0])))
        yield Stage("teacher", read=longer + 2 * total(prepared.learning, count), written=rows * answer)
    yield _training(prepared)


def _reinforcing(prepared: Prepared, answer: float) -> Stage:
    """Rollouts and learning from them; of a group the prompt is read once, in both."""
    settings = prepared.recipe.train
    how = settings.reinforce
    answers = len(prepared.learning) * how.rollouts * answer
    prompts = total(prepared.learning, all_tokens_of(prepared)) - len(prepared.learning) * answer
    looked_at = (settings.epochs * settings.evaluations + 1) * len(prepared.choosing)
    return Stage(
        "training",
        trained=settings.epochs * how.updates * (prompts + answers),
        read=settings.epochs * (prompts + (prompts + answers) * (how.kl > 0)),
        written=settings.epochs * answers + looked_at * answer,
    )


def _preferring(prepared: Prepared) -> Iterator[Stage]:
    """Both sides of each pair count; what they share is computed once."""
    count = _tokens_of(prepared)
    held_out, known = total(prepared.shared, count), total([*prepared.learning, *prepared.choosing], count)
    yield Stage("held-out preferences", read=2 * held_out)
    yield Stage("reference", read=known)
    yield _training(prepared)
    if prepared.recipe.evaluate.forgetting.enabled:
        yield Stage("forgetting", read=2 * _GENERAL)


def _tokens_of(prepared: Prepared) -> Callable[[Record], int]:
    """Counts the distinct tokens of all that a record has to learn from."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    batches = TreeBatches(1)

    def count(record: Record) -> int:
        return sum(batch.tokens for batch in batches(examples_in(recipe, task, chat, record)))

    return count


def longest(prepared: Prepared) -> int:
    """Tokens of the longest training example, looked for among the twenty with most letters."""
    count = counter(prepared.recipe, prepared.task, prepared.chat)
    most_letters = sorted(prepared.learning, key=lambda record: len(record.text) + len(record.answer))[-20:]
    return max(map(count, most_letters), default=0)


def _training(prepared: Prepared) -> Stage:
    settings = prepared.recipe.train
    count = all_tokens_of(prepared)
    learning, choosing = total(prepared.learning, count), total(prepared.choosing, count)
    return Stage(
        "training",
        trained=settings.epochs * learning * _distinct(prepared, prepared.learning, settings.batch),
        read=settings.epochs * settings.evaluations * choosing * _distinct(prepared, prepared.choosing, _LOOKED_AT),
    )


def all_tokens_of(prepared: Prepared) -> Callable[[Record], int]:
    """Counts the tokens of all that a record has to learn from, those it shares too."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    return lambda record: sum(len(example.tokens) for example in examples_in(recipe, task, chat, record))


def _distinct(prepared: Prepared, records: Sequence[Record], together: int) -> float:
    """The share of the tokens that is computed where so many examples are laid out together: shared ones once."""
    recipe, task, chat = prepared.recipe, prepared.task, prepared.chat
    if recipe.train.lora.dropout:
        return 1.0
    examples = [
        example
        for record in records[:: max(1, len(records) // min(together, _LOOKED_AT))][:together]
        for example in examples_in(recipe, task, chat, record)
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


def _retrieving(prepared: Prepared) -> Stage:
    """Examples of each row's own, which are read for each row."""
    settings, train, task = prepared.recipe.arms.retrieved, prepared.parts.train, prepared.task
    shots = choose_shots(train, task, settings.examples, prepared.recipe.seed)
    asked = _asking("retrieved examples", prepared, settings.prompt, shots, _longest_answer(prepared))
    lengths = [len(prepared.chat.encode_prompt(build(settings.prompt, task, train[0], shown))) for shown in (shots, ())]
    rows = len(prepared.choosing) + len(prepared.shared)
    return replace(asked, read=asked.read + (rows - 1) * (lengths[0] - lengths[1]))


def _passages(name: str, prepared: Prepared, answer: float) -> Stage:
    """Passages of each row's own, which are read for each row; how long they are is taken from the index."""
    settings, rows = prepared.recipe.arms.rag, len(prepared.choosing) + len(prepared.shared)
    asked = _asking(name, prepared, settings.prompt, (), answer)
    return replace(asked, read=asked.read + rows * settings.passages * passage_tokens(settings, prepared.chat))


def _searching(prepared: Prepared) -> Stage:
    """The search, and then the rows that it has not asked, taken to be all; with the most examples that are tried."""
    settings, rows = prepared.recipe.arms.searched, len(prepared.choosing) + len(prepared.shared)
    shots = choose_shots(prepared.parts.train, prepared.task, max(settings.examples), prepared.recipe.seed)
    asked = _asking("prompt search", prepared, settings.prompts[-1], shots, _longest_answer(prepared))
    times = 1 + settings.budget / rows
    return replace(asked, read=times * asked.read, written=times * asked.written)


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
