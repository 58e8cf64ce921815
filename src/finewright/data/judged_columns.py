"""Which columns hold a better and a worse answer, or an answer and its thumb. Knows no files.

Conservative on purpose: two answers are taken for a pair by the plain names of both sides, and a column for thumbs
only where the first rows hold nothing else there. Numbers must show both sides: a rating of 1 may be one star of five.
"""

from collections.abc import Sequence

from finewright.base.errors import DataError
from finewright.base.recipe import Columns
from finewright.data.columns import (
    CHATS,
    COMPLETIONS,
    INPUTS,
    LABEL_LISTS,
    LABELS,
    Header,
    beside,
    chat_column,
    distinct,
    extra,
    is_alpaca,
)
from finewright.data.shapes.thumb import number_of, thumb
from finewright.data.sources.row import Row

_PROMPTS = frozenset({"prompt", "input", "question", "instruction", "query"})
_OPENAI_INPUTS = frozenset({"input"})
_APPROVED = frozenset({"approved", "approved_answer", "approved_reply", "edited", "final"})
_SIDES = {
    "pairs": (frozenset({"chosen"}), frozenset({"rejected"})),
    "preference": (frozenset({"preferred_output"}), frozenset({"non_preferred_output"})),
    "edits": (_APPROVED, frozenset({"draft", "draft_answer", "draft_reply"})),
}
_THUMBS = (
    frozenset({"thumb", "thumbs", "desirable", "kto_tag"}),
    frozenset({"feedback", "vote", "rating"}),
    frozenset({"label"}),
)

JUDGED = (*_SIDES, "feedback")
"""The shapes whose rows say how good an answer is."""


def judged(header: Header, first: Sequence[Row], asked: Columns) -> tuple[str, Columns] | None:
    """The shape that columns and first rows tell, and the columns to ask for then; None where it is none of these.

    Raises DataError where they could be two of them, or where one side of a pair is the only answer.
    """
    if asked.thumb is not None:
        return "feedback", asked
    sides = [shape for shape in _SIDES if _has_sides(header, first, asked, shape)]
    if len(sides) > 1:
        raise header.fault(f"the columns are those of {' and of '.join(sides)}", "set `data.shape` to one of them")
    if sides or asked.rejected is not None:
        return (sides or ["pairs"])[0], asked
    if column := _thumb_column(header, first, asked):
        return "feedback", asked.model_copy(update={"thumb": column})
    if fault := _half(header, asked):
        raise fault
    return None


def pair_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for pairs: `answer` and `rejected`, and `input` where the prompt has a column of its own."""
    usual = [names for names in (_PROMPTS, CHATS[1]) if header.usual(names)]
    prompt = {"input": header.one("input", asked.input, *usual)} if asked.input or usual else {}
    return distinct(header, prompt | _sides(header, asked, "pairs")) | beside(header) | extra(header, asked)


def preference_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for OpenAI preferences: `input` holds messages and tools, `answer` and `rejected` messages."""
    source = {"input": header.one("input", asked.input, _OPENAI_INPUTS)}
    return distinct(header, source | _sides(header, asked, "preference")) | extra(header, asked)


def edit_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for edits: `input`, `answer` (the approved form) and `rejected` (the draft)."""
    source = {"input": header.one("input", asked.input, _PROMPTS, INPUTS)}
    return distinct(header, source | _sides(header, asked, "edits")) | beside(header) | extra(header, asked)


def feedback_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for feedback: `input`, `answer` and `thumb`; of a chat, `input` has the answer as well."""
    chat = None if header.usual(COMPLETIONS) else chat_column(header, asked)
    if chat:
        found = {"input": chat}
    else:
        answer = header.one("answer", asked.answer, COMPLETIONS)
        found = {"input": header.one("input", asked.input, _PROMPTS, *CHATS, INPUTS), "answer": answer}
    found["thumb"] = header.one("thumb", asked.thumb, *_THUMBS)
    return distinct(header, found) | beside(header) | extra(header, asked)


def not_judged(header: Header, asked: Columns, shape: str) -> DataError | None:
    """The fault of naming columns that rows of this shape do not have."""
    role = next((role for role in ("rejected", "thumb") if getattr(asked, role) is not None), None)
    if role is None:
        return None
    fitting = "pairs" if role == "rejected" else "feedback"
    remedy = f"remove `data.columns.{role}`, or set `data.shape: {fitting}`"
    return header.fault(f"rows of the shape '{shape}' have no column for '{role}'", remedy)


def _sides(header: Header, asked: Columns, shape: str) -> dict[str, str]:
    better, worse = _SIDES[shape]
    return {
        "answer": header.one("answer", asked.answer, better),
        "rejected": header.one("rejected", asked.rejected, worse),
    }


def _has_sides(header: Header, first: Sequence[Row], asked: Columns, shape: str) -> bool:
    """Whether both sides of a shape are there by name, as far as the recipe does not name others.

    A column 'approved' of thumbs says whether a draft was approved, not what its approved form is.
    """
    better, worse = _SIDES[shape]
    if asked.answer is not None and asked.answer.casefold() not in better:
        return False
    if asked.rejected is not None and asked.rejected.casefold() not in worse:
        return False
    found = header.usual(better)
    return bool(found and header.usual(worse)) and not (shape == "edits" and _are_thumbs(header, first, found[0]))


def _half(header: Header, asked: Columns) -> DataError | None:
    """The fault of one side of a pair in a file that has no other answer."""
    if asked.answer is not None or header.usual(LABELS | LABEL_LISTS | COMPLETIONS) or chat_column(header, asked):
        return None
    named = [(header.usual(better), header.usual(worse)) for better, worse in _SIDES.values()]
    found = [(better or worse)[0] for better, worse in named if bool(better) != bool(worse)]
    if not found:
        return None
    what = f"'{found[0]}' is one side of a pair, and no column is called as the other side is"
    return header.fault(what, "name both in `data.columns.answer`, the better one, and `data.columns.rejected`")


def _thumb_column(header: Header, first: Sequence[Row], asked: Columns) -> str | None:
    """The column of thumbs beside a prompt and an answer to it, or beside a chat; None where there is none."""
    chat = chat_column(header, asked)
    beside_chat = chat is not None and any(isinstance(row.values.get(chat), list) for row in first)
    answered = _has_answer(header, asked) and not is_alpaca(header, asked)
    if not beside_chat and not answered:
        return None
    for names in _THUMBS:
        found = [name for name in header.usual(names) if name != asked.answer and _are_thumbs(header, first, name)]
        if len(found) > 1:
            raise header.fault(f"'{found[0]}' and '{found[1]}' could each be the thumb", "set `data.columns.thumb`")
        if found:
            return found[0]
    return None


def _has_answer(header: Header, asked: Columns) -> bool:
    named = asked.answer is None or asked.answer.casefold() in COMPLETIONS
    return named and bool(header.usual(COMPLETIONS)) and (asked.input is not None or bool(header.usual(_PROMPTS)))


def _are_thumbs(header: Header, first: Sequence[Row], column: str) -> bool:
    """Whether the values of the first rows are thumbs, and if they are all numbers, of both sides.

    Raises DataError where 0 may be a thumb down or none at all.
    """
    values = [value for row in first if (value := row.values.get(column)) is not None and str(value).strip()]
    if not values or any(thumb(value) is None for value in values):
        return False
    numbers = {number_of(value) for value in values}
    if {0.0, -1.0} <= numbers:
        what = f"'{column}' holds both 0 and -1, and 0 may mean that nobody voted"
        remedy = "set `data.shape`: as feedback both are thumbs down, as any other shape the column is left aside"
        raise header.fault(what, remedy)
    return None in numbers or len(numbers) > 1
