"""Which column holds what: named by the recipe, or recognised by the usual names. Knows no rows.

Conservative on purpose: two candidates are a question to the user, not a guess, and a group is taken only from a
column that is called so, because it changes the split.
"""

from collections.abc import Sequence

from finewright.base.errors import DataError, Place
from finewright.base.nearest import nearest
from finewright.base.recipe import Columns

INPUTS = frozenset(
    {
        *("text", "sentence", "utterance", "message", "email", "body", "document", "review", "comment"),
        *("input", "prompt", "question", "instruction", "query"),
    }
)
LABELS = frozenset({"label", "category", "class", "intent", "topic", "tag", "sentiment", "target"})
LABEL_LISTS = frozenset({"labels", "categories", "classes", "intents", "topics", "tags"})
COMPLETIONS = frozenset({"completion", "output", "answer", "response", "reply"})
_GROUPS = frozenset({"group"})
_TIMES = frozenset({"time", "timestamp", "date"})
CHATS = (frozenset({"messages"}), frozenset({"conversations", "conversation"}))
_TOOLS = frozenset({"tools"})
_SYSTEMS = frozenset({"system"})
_INSTRUCTIONS = frozenset({"instruction"})
_ALPACA_INPUTS = frozenset({"input"})
_ALPACA_OUTPUTS = frozenset({"output"})
_DOCUMENTS = frozenset({"text", "document", "content"})


class Header:
    """The column names of one file, and the finding of a role among them."""

    def __init__(self, names: Sequence[str], place: Place) -> None:
        self.names, self._place = list(names), place

    def named(self, name: str, role: str) -> str:
        """The column that the recipe names, case aside. Raises DataError with the nearest name where there is none."""
        if name in self.names:
            return name
        same = [column for column in self.names if column.casefold() == name.casefold()]
        if len(same) == 1:
            return same[0]
        found = nearest(name, self.names)
        remedy = f"set `data.columns.{role}: {found}`" if found else f"set `data.columns.{role}` to one of them"
        raise self.fault(f"there is no column '{name}' among {_listed(self.names)}", remedy)

    def usual(self, names: frozenset[str]) -> list[str]:
        """The columns with one of these usual names, case aside."""
        return [column for column in self.names if column.strip().casefold() in names]

    def one(self, role: str, asked: str | None, *usual: frozenset[str]) -> str:
        """The column of a role, the first set of usual names that is met deciding. Raises DataError where unclear."""
        if asked is not None:
            return self.named(asked, role)
        found = next((columns for names in usual if (columns := self.usual(names))), [])
        if len(found) == 1:
            return found[0]
        if found:
            what = f"{_listed(found, 'and')} could each be the {role}"
            raise self.fault(what, f"set `data.columns.{role}` to one of them")
        what = f"none of the columns {_listed(self.names)} has a usual name for the {role}"
        raise self.fault(what, f"set `data.columns.{role}` in the recipe, or name the column in the file's header")

    def perhaps(self, role: str, asked: str | None, usual: frozenset[str]) -> str | None:
        """The column of a role that may be absent: named, or the only one with a usual name."""
        if asked is not None:
            return self.named(asked, role)
        found = self.usual(usual)
        return found[0] if len(found) == 1 else None

    def fault(self, what: str, remedy: str) -> DataError:
        """A fault of this file's columns."""
        return DataError(what, place=self._place, remedy=remedy)


def text_columns(header: Header, asked: Columns, shape: str) -> dict[str, str]:
    """Columns by role for a labelled or prompt shape, or, with `auto`, for whichever of both it is."""
    preferred = {"labelled": (LABELS, LABEL_LISTS, COMPLETIONS), "prompt": (COMPLETIONS, LABELS, LABEL_LISTS)}
    answers = preferred.get(shape, (LABELS | COMPLETIONS, LABEL_LISTS))
    source = header.one("input", asked.input, INPUTS)
    answer = header.one("answer", asked.answer, *answers)
    return distinct(header, {"input": source, "answer": answer}) | extra(header, asked)


def chat_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for a chat: `input` is the list of messages; `system` and `tools` where there are any."""
    if asked.answer is not None:
        raise header.fault("a chat has its answer among its messages", "remove `data.columns.answer`")
    return {"input": header.one("input", asked.input, *CHATS)} | beside(header) | extra(header, asked)


def alpaca_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for Alpaca: `instruction` and `answer`, and `input` and `system` where there are any."""
    found = {
        "instruction": header.one("instruction", None, _INSTRUCTIONS),
        "answer": header.one("answer", asked.answer, _ALPACA_OUTPUTS, COMPLETIONS),
    }
    optional = {
        "input": header.perhaps("input", asked.input, _ALPACA_INPUTS),
        "system": header.perhaps("system", None, _SYSTEMS),
    }
    return found | present(**optional) | extra(header, asked)


def is_alpaca(header: Header, asked: Columns) -> bool:
    """Whether the columns are those of Alpaca, and the recipe names none of them for something else."""
    usual = all(header.usual(names) for names in (_INSTRUCTIONS, _ALPACA_INPUTS, _ALPACA_OUTPUTS))
    return usual and asked.input is None and asked.answer is None


def document_columns(header: Header, asked: Columns) -> dict[str, str]:
    """Columns by role for documents: `input` is the text, and there is no answer."""
    if asked.answer is not None:
        raise header.fault("a document has no answer", "remove `data.columns.answer`")
    return {"input": header.one("input", asked.input, _DOCUMENTS, INPUTS)} | extra(header, asked)


def chat_column(header: Header, asked: Columns) -> str | None:
    """The column that would hold the messages if this were a chat: the input named, or the usual one."""
    if asked.answer is not None:
        return None
    found = (header.perhaps("input", asked.input, names) for names in CHATS)
    return next((column for column in found if column is not None), None)


def distinct(header: Header, columns: dict[str, str]) -> dict[str, str]:
    """The columns by role, each with a role of its own. Raises DataError where two roles have one column."""
    roles: dict[str, str] = {}
    for role, column in columns.items():
        if (other := roles.setdefault(column, role)) != role:
            raise header.fault(f"'{column}' is both the {other} and the {role}", "name two columns in `data.columns`")
    return columns


def beside(header: Header) -> dict[str, str]:
    """The columns of the system message and of the tools on offer, where there are any."""
    return present(system=header.perhaps("system", None, _SYSTEMS), tools=header.perhaps("tools", None, _TOOLS))


def extra(header: Header, asked: Columns) -> dict[str, str]:
    """The columns of group and time, where there are any."""
    group, time = header.perhaps("group", asked.group, _GROUPS), header.perhaps("time", asked.time, _TIMES)
    return present(group=group, time=time)


def present(**columns: str | None) -> dict[str, str]:
    """The columns by role without those that there are not."""
    return {role: column for role, column in columns.items() if column is not None}


def _listed(names: Sequence[str], word: str = "") -> str:
    """Column names in quotation marks, the last behind `word`."""
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} {word} {quoted[-1]}" if word and len(quoted) > 1 else ", ".join(quoted)
