"""What a file's rows look like, told from its first rows and said in one sentence. Reads no files itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from finewright.base.errors import Place
from finewright.base.recipe import Columns, Data
from finewright.data.columns import (
    LABEL_LISTS,
    LABELS,
    Header,
    alpaca_columns,
    chat_column,
    chat_columns,
    document_columns,
    is_alpaca,
    text_columns,
)
from finewright.data.judged_columns import (
    JUDGED,
    edit_columns,
    feedback_columns,
    judged,
    not_judged,
    pair_columns,
    preference_columns,
)
from finewright.data.sources.row import Row

_COLUMNS: Mapping[str, Callable[[Header, Columns], dict[str, str]]] = {
    "chat": chat_columns,
    "sharegpt": chat_columns,
    "alpaca": alpaca_columns,
    "documents": document_columns,
    "pairs": pair_columns,
    "preference": preference_columns,
    "edits": edit_columns,
    "feedback": feedback_columns,
}
_TYPES = {"csv": "CSV", "jsonl": "JSON lines", "json": "JSON", "parquet": "Parquet", "text": "text"}


@dataclass(frozen=True, slots=True)
class Recognised:
    """How a file is read: its type and shape, the column of each role, and the sentence that tells the user.

    Roles are `input`, `answer` (absent for a chat), `instruction` (of Alpaca), `rejected` and `thumb` (of judged
    answers), and `system`, `tools`, `group` and `time` where there are any.
    """

    type: str
    shape: str
    columns: Mapping[str, str]
    said: str


def recognise(path: Path, kind: str, first: Sequence[Row], settings: Data) -> Recognised:
    """Shape and columns of a file of this type. Raises DataError where they are unclear, naming the key to set."""
    names = list(dict.fromkeys(name for row in first for name in row.values))
    header = Header(names, Place(path))
    shape, asked = _shape(header, first, settings, kind)
    if shape not in JUDGED and (fault := not_judged(header, asked, shape)):
        raise fault
    found = _COLUMNS.get(shape)
    columns = found(header, asked) if found else text_columns(header, asked, shape)
    if shape == "auto":
        shape = "labelled" if columns["answer"].strip().casefold() in LABELS | LABEL_LISTS else "prompt"
    said = _said_of_text(path, columns) if kind == "text" else f"{_TYPES[kind]} of {_said(shape, columns)}"
    return Recognised(kind, shape, columns, f"{path.name} is {said}.")


def _shape(header: Header, first: Sequence[Row], settings: Data, kind: str) -> tuple[str, Columns]:
    """The shape that is asked for or told by the file, and the columns to ask for; `auto` where the answer's will."""
    if settings.shape != "auto":
        return settings.shape, settings.columns
    if kind == "text":
        return "documents", settings.columns
    return judged(header, first, settings.columns) or (_told(header, first, settings.columns), settings.columns)


def _told(header: Header, first: Sequence[Row], asked: Columns) -> str:
    """What way of writing turns or set of columns tell; `auto` where the name of the answer's will."""
    column = chat_column(header, asked)
    lists = [turns for row in first if column and isinstance(turns := row.values.get(column), list)]
    if lists:
        from_speakers = any(isinstance(turn, Mapping) and "from" in turn for turns in lists for turn in turns)
        return "sharegpt" if from_speakers else "chat"
    return "alpaca" if is_alpaca(header, asked) else "auto"


def _said_of_text(path: Path, columns: Mapping[str, str]) -> str:
    dated = ", the date in a file's name is its time" if "time" in columns else ""
    return f"{'a folder of text files, one document each' if path.is_dir() else 'one document of text'}{dated}"


def _said(shape: str, columns: Mapping[str, str]) -> str:
    beside = {"system": "system message is", "tools": "tools are", "group": "group is", "time": "time is"}
    extra = "".join(f", the {what} '{columns[role]}'" for role, what in beside.items() if role in columns)
    if shape in JUDGED:
        return f"{_said_of_judged(shape, columns)}{extra}"
    if shape in ("chat", "sharegpt"):
        chats = "chats" if shape == "chat" else "ShareGPT chats"
        return f"{chats}: the last assistant turn of '{columns['input']}' is the answer{extra}"
    if shape == "alpaca":
        below = f" with '{columns['input']}' below it" if "input" in columns else ""
        asked = f"the prompt is '{columns['instruction']}'{below}"
        return f"instructions: {asked}, the answer is '{columns['answer']}'{extra}"
    if shape == "documents":
        return f"documents: each is the text of '{columns['input']}'{extra}"
    what = {"labelled": ("texts with labels", "label"), "prompt": ("prompts with completions", "answer")}[shape]
    return f"{what[0]}: the input is '{columns['input']}', the {what[1]} is '{columns['answer']}'{extra}"


def _said_of_judged(shape: str, columns: Mapping[str, str]) -> str:
    prompt = f"the prompt is '{columns['input']}'" if "input" in columns else ""
    if shape == "feedback":
        if "answer" not in columns:
            told = f"the last assistant turn of '{columns['input']}' is the answer, the thumb is '{columns['thumb']}'"
            return f"chats with thumbs: {told}"
        return f"answers with thumbs: {prompt}, the answer is '{columns['answer']}', the thumb is '{columns['thumb']}'"
    better, worse = columns["answer"], columns["rejected"]
    if shape == "edits":
        return f"drafts and their approved forms: {prompt}, the draft is '{worse}', the approved answer is '{better}'"
    if shape == "preference":
        return f"OpenAI preferences: {prompt}, the preferred answer is '{better}', the other one is '{worse}'"
    if not prompt:
        return f"preferences: the last turn of '{better}' is the chosen answer, that of '{worse}' the rejected one"
    return f"preferences: {prompt}, the chosen answer is '{better}', the rejected one is '{worse}'"
