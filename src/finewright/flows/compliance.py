"""The base's and the tuned model's answers to held-out prompts, held against the team's rules. Knows no loop.

Both are asked in the words that training used, and greedily. Each asking leaves a file and is skipped when it is there.
"""

from collections.abc import Sequence

from finewright.base.errors import DataError, Place
from finewright.base.protocols import Predictor
from finewright.base.records import Message, Record
from finewright.base.results import Compliance
from finewright.evaluate.arms.prompted import prompted
from finewright.evaluate.compliance import compliance
from finewright.flows.answers import answered
from finewright.flows.arms import Bench
from finewright.flows.examples import prompt_of
from finewright.flows.forgetting import Asked
from finewright.flows.prepare import Prepared


def check_compliance(prepared: Prepared) -> None:
    """Raise DataError, naming the row, where a held-out prompt leaves no room for an answer."""
    if not prepared.recipe.evaluate.style.rules:
        return
    room = prepared.base.context - prepared.task.max_tokens
    for record in prompts_of(prepared.shared):
        size = len(prepared.chat.encode_prompt(prompt_of(prepared.recipe, prepared.task, record)))
        if size > room:
            raise DataError(
                f"the prompt is {size} tokens long, and an answer may have {prepared.task.max_tokens}, "
                f"more than the {prepared.base.context} that the base can hold",
                place=Place(record.source, record.line),
                remedy="set `evaluate.max_tokens` to less, or `data.too_long: truncate` and a lower `train.max_length`",
            )


def compliance_of(bench: Bench) -> Compliance | None:
    """How many answers to the held-out prompts keep the recipe's rules before training and after, and how many of the
    drafts and approved answers that people wrote do; None where the recipe has no rules.

    Raises StorageError where answers to other prompts lie in the run's folder.
    """
    rules, records = bench.prepared.recipe.evaluate.style, bench.prepared.shared
    if not rules.rules:
        return None
    return compliance(
        rules,
        _answers(bench, "before", lambda: (bench.completer, None)),
        _answers(bench, "after", lambda: bench.served),
        drafts={record.id: record.rejected.text for record in records if record.rejected is not None},
        approved={record.id: record.answer for record in records if record.desirable is not False},
        confidence=bench.prepared.recipe.evaluate.confidence,
    )


def prompts_of(records: Sequence[Record]) -> list[Record]:
    """The first record of each prompt: two pairs of one prompt are asked, and counted, once."""
    first: dict[tuple[Message, ...], Record] = {}
    for record in records:
        first.setdefault(record.messages, record)
    return list(first.values())


def _answers(bench: Bench, when: str, who: Asked) -> dict[str, str]:
    """One model's answer to each prompt, by record, as it is stored or asked now."""
    path, asked = bench.folder.compliance(when), prompts_of(bench.prepared.shared)
    if not path.exists():
        bench.say(f"Answers to {len(asked):,} held-out prompts {when} training, to be held against the rules")
    template, task = bench.prepared.recipe.arms.tuned.prompt, bench.prepared.task

    def fitted() -> Predictor:
        completer, adapter = who()
        return prompted(completer, template, task, (), adapter)

    return {one.record: one.answer for one in answered(path, asked, fitted).predictions}
