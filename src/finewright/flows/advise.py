"""`advise`: prompt, retrieval or fine-tuning, from the data, a team's answers and, where asked for, small arms.

The arms answer validation rows alone, so that no look at the test set is spent. Facts can be written out as a corpus.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from math import ceil
from pathlib import Path

from finewright.base.errors import BaseError, InputError, Place
from finewright.base.files import write_jsonl
from finewright.base.recipe import Recipe
from finewright.base.recipe_advise import Advise
from finewright.base.recipe_file import ResolvedRecipe, read_recipe, read_section
from finewright.base.records import PREFERRED, Message, Record, TaskKind
from finewright.data.load import refuse
from finewright.data.shapes.documents import is_documents
from finewright.evaluate.advice.facts import Row, tell_apart
from finewright.evaluate.advice.rank import Advice, Evidence, advise, sentence
from finewright.evaluate.advice.situation import Situation, situation
from finewright.evaluate.prompt import build, choose_shots
from finewright.evaluate.task import Task, make_task
from finewright.flows.evidence import Gathered, gathered
from finewright.flows.reading import in_kind_of, read_parts, refusals
from finewright.model.chat import Chat
from finewright.model.hub import find, load_tokenizer

_SECTION = "advise"


@dataclass(frozen=True, slots=True)
class Advised:
    """The advice with all it rests on: every row told apart, the situation, and what was measured.

    `left_out` are the arms that could have been measured, by title, each with why it was not; none where none was.
    """

    sentence: str
    advice: Advice
    situation: Situation
    evidence: tuple[Evidence, ...]
    left_out: dict[str, str]
    facts: tuple[Row, ...]
    behaviour: tuple[Row, ...]


def answers_of(recipe: Path, file: Path | None) -> Advise:
    """The team's answers: those of the recipe, and those of the file before them.

    Raises RecipeError with every fault of either.
    """
    known = read_recipe(recipe).recipe.advise
    if file is None:
        return known
    return known.model_copy(update=read_section(file, _SECTION).model_dump(exclude_unset=True))


def advise_on(path: Path, answers: Advise, *, measure: bool = False, say: Callable[[str], None]) -> Advised:
    """Advice for a recipe.

    Raises InputError where its rows are no examples with one right answer each, or cannot be read, and with `measure`
    where the base is not stored, or an index or the key of an endpoint is missing; EndpointError where one fails.
    """
    resolved = read_recipe(path)
    records, kind = _records(resolved)
    told = tell_apart(records, kind)
    counted, prompt = _prompt_counter(resolved.recipe, records, kind)
    found = situation(records, told, kind, answers, prompt, counted)
    measured = gathered(resolved, say) if measure else Gathered()
    advice = advise(found, measured.evidence)
    return Advised(
        sentence=sentence(advice),
        advice=advice,
        situation=found,
        evidence=measured.evidence,
        left_out=measured.left_out,
        facts=tuple(row for row in told if row.fact),
        behaviour=tuple(row for row in told if not row.fact),
    )


def behaviour_file(facts: Path) -> Path:
    """Where the rows go that carry no facts, beside the file of those that do."""
    return facts.with_name(f"{facts.stem}.behaviour.jsonl")


def check_export(file: Path) -> None:
    """Raise InputError where one of the two files is there already, or their folder is not."""
    for path in (file, behaviour_file(file)):
        if path.exists():
            raise InputError("exists and is left as it is", place=Place(path), remedy="choose another name")
    if not file.parent.is_dir():
        raise InputError("there is no such folder", place=Place(file.parent), remedy="make it, or choose another")


def export_facts(advised: Advised, file: Path) -> None:
    """Write the rows with facts as a corpus for retrieval, one document a row, and all others as examples beside it.

    A document has an `id`, a `title` (the question), a `text` (question and answer) and its `source`.
    """
    write_jsonl(behaviour_file(file), (_example(row.record) for row in advised.behaviour))
    write_jsonl(file, map(_document, advised.facts))


def _document(row: Row) -> dict[str, object]:
    record = row.record
    return {
        "id": record.id,
        "title": record.text,
        "text": f"{record.text}\n{record.answer}",
        "source": f"{record.source}:{record.line}",
        "details": [asdict(detail) for detail in row.details],
    }


def _example(record: Record) -> dict[str, object]:
    """A row as OpenAI chat messages, which is what `data.train` takes; group and time beside them."""
    turns = [*record.messages, record.turn]
    tools = next((turn.tools for turn in turns if turn.tools), None)
    beside = {"tools": tools, "group": record.group, "time": record.time}
    return {"messages": list(map(_turn, turns))} | {key: value for key, value in beside.items() if value is not None}


def _turn(turn: Message) -> dict[str, object]:
    calls = [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in turn.calls]
    beside = {"tool_calls": calls or None, "name": turn.name, "tool_call_id": turn.call_id, "weight": turn.weight}
    said = {"role": turn.role, "content": turn.content}
    return said | {key: value for key, value in beside.items() if value is not None}


def _records(resolved: ResolvedRecipe) -> tuple[list[Record], TaskKind]:
    recipe = resolved.recipe
    if is_documents(recipe):
        raise _unfit(resolved, "documents")
    loaded = read_parts(recipe)
    if recipe.data.on_bad == "stop":
        refuse(refusals(loaded))
    formed, kind = in_kind_of(recipe, loaded)
    if kind in PREFERRED:
        raise _unfit(resolved, kind)
    return list(chain.from_iterable(one.records for one in formed.values())), kind


def _unfit(resolved: ResolvedRecipe, kind: str) -> InputError:
    return InputError(
        f"its rows are {kind}, and advice goes by examples with one right answer each",
        place=resolved.place("data.train"),
        remedy="name a file of questions and answers, or of texts and labels",
    )


def _prompt_counter(recipe: Recipe, records: Sequence[Record], kind: TaskKind) -> tuple[bool, Callable[[Record], int]]:
    """Whether tokens are counted, and what counts those of a record's longest prompt: zero-shot or few-shot.

    Without the stored base a word is taken for four thirds of a token.
    """
    task = make_task(kind, recipe.task.instruction, records, len, 1, recipe.task.order)
    shots = choose_shots(records, task, recipe.arms.few_shot.examples, recipe.seed)
    try:
        chat = Chat(load_tokenizer(find(recipe.base)))
    except BaseError:
        return False, lambda record: max(_words(asked) for asked in _asked(recipe, task, record, shots))
    return True, lambda record: max(len(chat.encode_prompt(asked)) for asked in _asked(recipe, task, record, shots))


def _asked(
    recipe: Recipe, task: Task, record: Record, shots: Sequence[Record]
) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """A record as it is asked without examples and with them."""
    arms = recipe.arms
    return build(arms.zero_shot.prompt, task, record), build(arms.few_shot.prompt, task, record, shots)


def _words(messages: Sequence[Message]) -> int:
    return ceil(4 / 3 * sum(len(message.text.split()) for message in messages))
