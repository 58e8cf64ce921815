"""The attack on membership: which records are members and which hold-outs, read through product and base, and told.

Joins the scores and statistics of `audit/membership` to a run's rows; knows no formula.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finewright.audit.membership.blind import FOLDS, SPREAD, blind_scores
from finewright.audit.membership.findings import Separated, area, limits, separated, table
from finewright.audit.membership.low_rate import allowed
from finewright.audit.membership.reading import read
from finewright.audit.membership.scores import Reading, Side, joined, scores
from finewright.audit.report import Report
from finewright.base.errors import InputError, Place
from finewright.base.files import digest_json
from finewright.base.order import shuffled
from finewright.base.recipe_objective import OF_REWARDS, objective_of
from finewright.base.records import Record
from finewright.evaluate.measure import groups_of
from finewright.flows.audit.attack import Attack, Say
from finewright.flows.audit.audited import Audited
from finewright.flows.audit.decoder import Opens, readers
from finewright.model.batch import Example
from finewright.model.hub import load_tokenizer
from finewright.model.layout import layout_for
from finewright.model.plain import Plain
from finewright.train.pretrain import row_length, rows_of

_SEEN = "`blind_auc` shows how unlike the members they are"

_ENOUGH = 100
"""Hold-outs from which a draw is used alone: fewer allow no false positive at 1 %."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The records of the attack, and where the hold-outs come from in words."""

    members: tuple[Record, ...]
    hold_outs: tuple[Record, ...]
    origin: str

    @property
    def every(self) -> tuple[Record, ...]:
        """Members, then hold-outs."""
        return (*self.members, *self.hold_outs)


def _why_not(audited: Audited) -> str | None:
    if not audited.recipe.audit.membership.enabled:
        return "Switched off in the recipe."
    objective = objective_of(audited.recipe.train, audited.task.kind)
    if objective in (*OF_REWARDS, "distil"):
        whose = "a teacher's" if objective == "distil" else "its own"
        return f"By the objective {objective} the product learned {whose} answers, and not those of the rows."
    return None


def _asked(audited: Audited) -> Mapping[str, Any]:
    recipe, drawn = audited.recipe, _drawn(audited)
    return {
        "membership": recipe.audit.membership.model_dump(mode="json"),
        "seed": recipe.seed,
        "confidence": recipe.evaluate.confidence,
        "members": digest_json([record.id for record in drawn.members]),
        "hold_outs": digest_json([record.id for record in drawn.hold_outs]),
    }


def _carry_out(audited: Audited, say: Say) -> Report:
    settings, confidence = audited.recipe.audit.membership, audited.recipe.evaluate.confidence
    drawn = _drawn(audited)
    say(f"Membership: reading {len(drawn.members):,} members and {len(drawn.hold_outs):,} hold-outs twice")
    sides = _sides(audited, drawn)
    first, others = (
        scores([sides[record.id] for record in part], settings.lowest) for part in (drawn.members, drawn.hold_outs)
    )
    groups = groups_of(drawn.every)
    found = separated(first, others, confidence, groups)
    by_text = blind_scores(_texts(drawn.members), _texts(drawn.hold_outs), groups)
    blind = area(by_text, len(drawn.members), confidence, groups, SPREAD)
    figures = {"auc": found.best_auc, "tpr": found.best_tpr, "blind_auc": blind}
    return audited.report(
        "membership", _asked(audited), figures, _details(drawn, found), _notes(audited, drawn, found, blind.low)
    )


MEMBERSHIP = Attack("membership", _asked, _carry_out, _why_not)


def _drawn(audited: Audited) -> Drawn:
    """The records, at most so many a side. Raises InputError where one side is too small to say anything."""
    hold_outs, origin = _hold_outs(audited)
    for side, records in (("rows that were learned", audited.members), ("rows that were held out", hold_outs)):
        if len({record.group or record.id for record in records}) < FOLDS:
            raise InputError(
                f"there are {len(records)} {side}, too few to tell members from others",
                place=Place(audited.folder.root / "data"),
                remedy="train with a larger share in `split.test`, or leave rows unlearned with `train.rows`",
            )
    most, seed = audited.recipe.audit.membership.rows, audited.recipe.seed

    def some(records: Sequence[Record]) -> tuple[Record, ...]:
        return tuple(shuffled(records, lambda record: record.id, seed, "membership")[:most])

    return Drawn(some(audited.members), some(hold_outs), origin)


def _hold_outs(audited: Audited) -> tuple[tuple[Record, ...], str]:
    """Training rows that were drawn not to be learned, where they are many; else test rows, else the validation rows
    besides, by which the product was chosen."""
    if len(audited.spared) >= _ENOUGH:
        return audited.spared, "training rows that were drawn not to be learned"
    if len(audited.held_out) >= _ENOUGH:
        return audited.held_out, "test rows"
    both = (*audited.held_out, *audited.choosing)
    if len(audited.spared) >= len(both):
        return audited.spared, "training rows that were drawn not to be learned"
    return both, "test and validation rows"


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of a record: the examples that hold it, several of a long document, its text, and which way training
    moves it."""

    examples: Sequence[Example]
    text: str
    sign: int = 1


def _sides(audited: Audited, drawn: Drawn) -> dict[str, list[Side]]:
    """Each record's answers as product and base read them."""
    answers = {record.id: _answers(audited, record) for record in drawn.every}
    examples = [one for of in answers.values() for answer in of for one in answer.examples]
    readings = _readings(audited, examples)
    return {
        name: [Side(joined([readings[one.id] for one in answer.examples]), answer.text, answer.sign) for answer in of]
        for name, of in answers.items()
    }


def _readings(audited: Audited, examples: Sequence[Example]) -> dict[str, Reading]:
    tuned, base = _opened(audited)
    with tuned() as model:
        batches, _ = layout_for(model, examples, audited.recipe.evaluate.batch_tokens, _pad(audited))
    text_tokens = audited.recipe.audit.membership.text_tokens
    return read(tuned(), base(), examples, batches, text_tokens=text_tokens)


def _opened(audited: Audited) -> tuple[Opens, Opens]:
    """The product and its base, as they are served; of documents as they are read, which takes no chat template."""
    if audited.task.kind == "documents":
        return readers(audited.product, audited.base)
    (served, adapter), (bare, none) = audited.served, audited.bare
    return lambda: served.serving(adapter), lambda: bare.serving(none)


def _answers(audited: Audited, record: Record) -> list[_Answer]:
    """What a record has to learn from; of a preference the chosen side, then the one that it moves away from."""
    kind = audited.task.kind
    if kind == "documents":
        longest = row_length(audited.recipe.train.max_length, audited.base.context)
        return [_Answer(rows_of(record.id, _plain(audited).encode(record.answer), longest), record.answer)]
    examples = audited.examples([record])
    if record.rejected is not None:
        sides = zip(examples, (record.turn, record.rejected), (1, -1), strict=True)
        return [_Answer([example], turn.text, sign) for example, turn, sign in sides]
    return [_Answer(examples, record.turn.text, -1 if record.desirable is False else 1)]


def _pad(audited: Audited) -> int:
    return _plain(audited).pad if audited.task.kind == "documents" else audited.chat.pad


def _plain(audited: Audited) -> Plain:
    return Plain(load_tokenizer(audited.base))


def _texts(records: Sequence[Record]) -> list[str]:
    return [f"{record.text}\n{record.turn.text}" for record in records]


def _details(drawn: Drawn, found: Separated) -> dict[str, Any]:
    return {
        "members": len(drawn.members),
        "hold_outs": len(drawn.hold_outs),
        "hold_outs_are": drawn.origin,
        "false_positives_allowed": allowed(len(drawn.hold_outs)),
        "auc_attack": found.strongest,
        "tpr_attack": found.finds_most,
        "least_auc": found.least_auc,
        "least_tpr": found.least_tpr,
        "attacks": table(found),
    }


def _notes(audited: Audited, drawn: Drawn, found: Separated, blind: float) -> list[str]:
    """What must be read beside the figures."""
    tried = len(found.auc)
    notes = [
        f"The strongest of {tried} attacks counts: {found.strongest} by AUC, {found.finds_most} by the true-positive "
        "rate at 1 % false positives; intervals hold for all attacks together.",
        f"Hold-outs are {drawn.origin}.",
        limits(len(drawn.members), len(drawn.hold_outs), found),
        *_unlike(audited, drawn),
    ]
    if "text" in found.auc:
        notes.append("The user's text was not learned; the attack `text` reads it beside the answer all the same.")
    if blind > 0.5:
        notes.append(
            "Members and hold-outs can be told apart by their texts alone, without the model, so they are not draws "
            "from one pool: a membership figure no larger than `blind_auc` says nothing of the model."
        )
    return notes


def _unlike(audited: Audited, drawn: Drawn) -> list[str]:
    """Why hold-outs may differ from members in more than having been learned."""
    recipe = audited.recipe
    if drawn.hold_outs[0].id in {record.id for record in audited.spared}:
        return []
    if recipe.data.test is not None:
        return [f"The test rows are a file of their own and no random draw; {_SEEN}."]
    if recipe.split.by == "time":
        return [f"The test rows are the latest and no random draw; {_SEEN}."]
    if groups_of(drawn.every) is not None:
        return ["Whole groups were held out, so that rows of a group count as fewer than as many strangers."]
    return []
