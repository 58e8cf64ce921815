"""General examples for a run: read from a file or written by the base itself, and held against the held-out rows.

What is replayed lies in the run folder as `data/replay.jsonl`; a run that is resumed reads it from there.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import TypeAdapter

from finewright.base.errors import DataError, InputError, Place
from finewright.base.files import digest_json, read_jsonl, write_jsonl
from finewright.base.order import shuffled
from finewright.base.records import CompletionRequest, Message, Record
from finewright.data.load import Loaded
from finewright.data.replay.overlap import overlaps
from finewright.data.replay.prompts import general_prompts
from finewright.flows.asking import completer_of
from finewright.flows.folder import RunFolder
from finewright.flows.prepare import Conversing, Run
from finewright.flows.privacy.dataset import REPLAY
from finewright.model.batch import Batches, Example
from finewright.model.hub import load_decoder
from finewright.train.loop import Loss, Source
from finewright.train.replay import MixedSteps, anchored

_SELF = "self-generated"
_LONGEST, _SHORTEST = 128, 16
"""Tokens of an answer that the base writes: the most, and the least that there must be room for."""


@dataclass(frozen=True, slots=True)
class General:
    """A general example; `whole` tells that its answer ends by itself and was not cut at its length."""

    record: Record
    whole: bool = True


def check_replay(prepared: Conversing) -> None:
    """Raise DataError or InputError where the recipe's replay cannot be done, before anything is written.

    At fault are a file that cannot be read, a row of it that is (nearly) a validation or test row, no row that fits,
    and more self-generated answers than there are prompts for.
    """
    settings = prepared.recipe.train.replay
    if settings.file is not None:
        _from_file(prepared, lambda _: None)
    if settings.self_generated is not None:
        _prompts(prepared, settings.self_generated)


def replayed(prepared: Conversing, folder: RunFolder, say: Callable[[str], None]) -> list[Example]:
    """The run's general examples; none where the recipe asks for none. Raises what `check_replay` raises."""
    settings = prepared.recipe.train.replay
    if settings.file is None and settings.self_generated is None:
        return []
    path = folder.part("replay")
    if not path.exists():
        rows = _from_file(prepared, say) if settings.file is not None else []
        if settings.self_generated is not None:
            rows += _self_generated(prepared, settings.self_generated, say)
        write_jsonl(path, map(asdict, rows))
    found = [_example(prepared, TypeAdapter(General).validate_python(row)) for row in read_jsonl(path)]
    say(f"Replaying {len(found)} general examples: {settings.share:.1%} of all that are learned")
    return found


def mixed(
    source: Source, loss: Loss, general: Sequence[Example], examples: int, run: Run, batches: Batches
) -> tuple[Source, Loss]:
    """A method's source and loss with the general examples mixed in; as they are where there are none.

    `examples` is how many of its own `source` learns in a pass. With `train.replay.kl` general examples are held to
    the base's words as well: an adapter's base is beside it, where all weights learn a frozen copy is loaded.
    """
    if not general:
        return source, loss
    recipe = run.recipe
    steps = MixedSteps(source, examples, general, recipe.train.replay.share, recipe.seed, batches)
    if not recipe.train.replay.kl:
        return steps, loss
    frozen = load_decoder(run.base).requires_grad_(False) if recipe.train.method == "full" else None
    return steps, anchored(loss, recipe.train.replay.kl, frozen)


def replay_identity(general: Sequence[Example]) -> dict[str, str]:
    """What a checkpoint belongs to besides its run: the general examples, where there are any."""
    return {"replay": digest_json([[one.id, one.tokens] for one in general])} if general else {}


def _from_file(prepared: Conversing, say: Callable[[str], None]) -> list[General]:
    """The file's rows that fit; the longer ones are counted and told, never cut."""
    path = prepared.recipe.train.replay.file
    assert path is not None
    loaded = file_of(prepared)
    if loaded.refusals:
        say(f"{path.name}: {len(loaded.refusals)} rows cannot be used and are left out")
    without = next((row for row in loaded.records if not row.messages), None)
    if without is not None:
        raise DataError(
            "a general example needs a prompt and an answer", place=Place(path, without.line), remedy="give it both"
        )
    refuse_overlap(prepared)
    rows = [General(record) for record in loaded.records]
    limit = prepared.fitting.limit
    long = [row for row in rows if len(_example(prepared, row).tokens) > limit]
    if len(long) == len(rows):
        raise DataError(
            f"no general example fits {limit} tokens", place=Place(path), remedy="give shorter ones for `train.replay`"
        )
    if long:
        first = Place(path.name, long[0].record.line)
        say(f"General examples of more than {limit:,} tokens, left out: {len(long):,} (the first is {first})")
    too_long = {row.record.id for row in long}
    return [row for row in rows if row.record.id not in too_long]


def file_of(prepared: Conversing) -> Loaded:
    """The file's rows as they may be learned from."""
    general = prepared.dataset.replay
    assert general is not None
    return general.loaded[REPLAY]


def refuse_overlap(prepared: Conversing) -> None:
    """Raise DataError for the first general example of the file that is, or nearly is, a validation or test row.

    Both are compared as they were written: one row has other surrogates here and there.
    """
    general, dataset = prepared.dataset.replay, prepared.dataset
    assert general is not None
    records = general.as_written(general.loaded[REPLAY].records)
    held_out = {"validation": prepared.parts.validation, "test": prepared.parts.test}
    for part, rows in held_out.items():
        found = overlaps(records, dataset.as_written(rows), prepared.recipe.split.near)
        if found:
            first = found[0]
            more = f"; {len(found) - 1} more rows overlap" if len(found) > 1 else ""
            row = Place(first.held_out.source, first.held_out.line)
            raise DataError(
                f"the general example is {first.similarity:.0%} alike with the {part} row {row}, and learning it would "
                f"spoil the measurement{more}",
                place=Place(first.row.source, first.row.line),
                remedy=f"remove {'these rows' if more else 'it'} from the file of `train.replay`",
            )


def _self_generated(prepared: Conversing, count: int, say: Callable[[str], None]) -> list[General]:
    """The base's own answers, as it would serve them, to `count` prompts; empty ones are told and left out."""
    prompts = _prompts(prepared, count)
    say(f"The base answers {count} general prompts")
    limit = min(prepared.fitting.limit, prepared.base.context)
    requests = [
        CompletionRequest(
            row.messages, max_tokens=min(_LONGEST, limit - len(prepared.chat.encode_prompt(row.messages)))
        )
        for row in prompts
    ]
    answers = completer_of(prepared, load_decoder(prepared.base)).complete(requests)
    pairs = zip(prompts, answers, strict=True)
    found = [General(replace(row, answer=done.text), done.finish == "stop") for row, done in pairs if done.text.strip()]
    if not found:
        raise InputError("the base answers general prompts with nothing", remedy="remove `train.replay.self_generated`")
    if len(found) < count:
        say(f"Empty answers, left out: {count - len(found)}")
    return found


def _prompts(prepared: Conversing, count: int) -> list[Record]:
    """`count` of the shipped prompts that fit and are no held-out row's, in the keyed order of the seed."""
    rows = [
        Record(f"{_SELF}-{number}", (Message("user", prompt),), "", _SELF, number)
        for number, prompt in enumerate(general_prompts(), 1)
    ]
    held_out = [*prepared.parts.validation, *prepared.parts.test]
    taken = {found.row.id for found in overlaps(rows, held_out, prepared.recipe.split.near)}
    room = min(prepared.fitting.limit, prepared.base.context) - _SHORTEST
    usable = [row for row in rows if row.id not in taken and len(prepared.chat.encode_prompt(row.messages)) <= room]
    if count > len(usable):
        raise InputError(
            f"train.replay.self_generated asks for {count} answers, and there are general prompts for {len(usable)}",
            remedy=f"ask for at most {len(usable)}" if usable else "give a file of general examples instead",
        )
    return shuffled(usable, lambda row: row.id, prepared.recipe.seed, "replay prompts")[:count]


def _example(prepared: Conversing, row: General) -> Example:
    """The row as an example; an answer that was cut at its length is learned without an end."""
    of = row.record
    turns = prepared.recipe.train.turns
    example = prepared.chat.encode_example(f"general {of.id}", of.messages, of.turn, turns=turns)
    return example if row.whole else Example(example.id, example.tokens[:-1], example.supervised[:-1])
