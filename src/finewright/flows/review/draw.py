"""Which answers people see, in which order, and on which side: all from a keyed hash that no sheet gives away.

The key is a digest of the arms' files of answers, which hold the seconds that answering took: who has but a sheet
cannot compute it. Of the items of one pair on one sheet each arm stands left as often as the other, one more at most.
"""

from collections.abc import Mapping, Sequence

from finewright.base.errors import InputError
from finewright.base.files import digest_json
from finewright.base.order import rank, shuffled
from finewright.base.records import Record
from finewright.evaluate.review.findings import Pair
from finewright.flows.review.seal import Placed, RaterSheet
from finewright.flows.sheet.sheet import Block, Choice, Item, Sheet

Answers = Mapping[str, Mapping[str, str]]
"""Arm to record to answer."""

CHOICES = (Choice("left", "Left", "1"), Choice("tie", "Tie", "0"), Choice("right", "Right", "2"))
_ROLES = {"system": "Instructions", "user": "User", "assistant": "Assistant", "tool": "Tool"}
_INSTRUCTIONS = (
    "Each item shows a text and two answers to it. Say which answer is better for the person who gets it.\n\n"
    "The answers come from different systems, which change sides from item to item; do not try to tell them apart. "
    "Judge what an answer says, not how long it is. Choose a tie only where you would be as glad of either.\n\n"
    "Please do not talk about the items with other raters before all of you are done."
)
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def drawn(key: str, pair: Pair, records: Sequence[Record], answers: Answers, most: int) -> tuple[list[Record], int]:
    """Up to `most` records whose answers by the two arms differ, and how many with the same answer came before.

    Raises InputError where all answers are the same.
    """
    found: list[Record] = []
    same = 0
    for record in shuffled(records, lambda one: one.id, 0, key, "record"):
        if len(found) == most:
            break
        if answers[pair[0]][record.id].split() == answers[pair[1]][record.id].split():
            same += 1
        else:
            found.append(record)
    if not found:
        what = f"{pair[0]} and {pair[1]} gave the same answer to all of {same:,} test rows"
        raise InputError(what, remedy="there is nothing to compare; name other arms")
    return found, same


def sheet_of(
    key: str, review: str, rater: str, name: str, chosen: Mapping[Pair, Sequence[Record]], answers: Answers
) -> RaterSheet:
    """One person's sheet; no other person's has its order, sides or ids."""
    made = [one for pair, records in chosen.items() for one in _items(key, rater, pair, records, answers)]
    order = shuffled(made, lambda one: one[0].id, 0, key, rater, "order")
    sheet = Sheet(
        name=f"review-{review}-{name}",
        title=f"Which answer is better? Sheet for {rater}",
        instructions=_INSTRUCTIONS,
        question="Which answer is better?",
        choices=CHOICES,
        items=tuple(item for item, _ in order),
    )
    return RaterSheet(rater, sheet, sheet.digest, {item.id: placed for item, placed in order})


def _items(key: str, rater: str, pair: Pair, records: Sequence[Record], answers: Answers) -> list[tuple[Item, Placed]]:
    """Every record once; half of them, by their rank, with the first arm on the left."""
    ranked = shuffled(records, lambda one: one.id, 0, key, rater, *pair, "side")
    first = rank(0, key, rater, *pair, "odd") % 2
    return [
        _item(key, rater, record, pair if place % 2 == first else (pair[1], pair[0]), pair, answers)
        for place, record in enumerate(ranked)
    ]


def _item(key: str, rater: str, record: Record, sides: Pair, pair: Pair, answers: Answers) -> tuple[Item, Placed]:
    # Letters alone: a spreadsheet takes some ids of digits and an e for numbers.
    name = digest_json([key, rater, "item", record.id, *pair])[:12].translate(_LETTERS)
    left, right = (answers[arm][record.id] for arm in sides)
    blocks = (_asked(record), Block("Left", left, beside=True), Block("Right", right, beside=True))
    return Item(name, blocks), Placed(record.id, pair, sides[0])


def _asked(record: Record) -> Block:
    """What was asked: the text alone, or a conversation with who says what."""
    if len(record.messages) == 1:
        return Block("Text", record.text)
    turns = [f"{_ROLES[message.role]}: {message.text}" for message in record.messages]
    return Block("Text", "\n\n".join(turns))
