"""A base's chat template: which conversations it takes, and how they read. Knows control tokens by name, no ids.

What a template takes is found by asking it. One that keeps all of a conversation with tools is given calls, results
and schemas as they are; any other gets them in plain text (`model/tools.py`). A system message for which there is no
place heads the first user message. A conversation of which a template would still leave something out is refused.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from finewright.base.errors import BaseError, InputError
from finewright.base.records import Message, ToolCall
from finewright.model.tools import as_given, in_plain_text, schemas

PRIVATE = range(0xE000, 0xF900)
"""Unicode's private-use characters: those absent from a conversation serve as marks in it while it is rendered."""


class Template:
    """The template of `tokenizer`.

    cuts        a regular expression for the control tokens that it can write
    terminator  the control token that it writes after an answer

    Raises BaseError where there is no template, or one that ends an answer with no control token.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        if not tokenizer.chat_template:
            raise BaseError(
                "the base has no chat template", remedy="choose an instruction-tuned base, such as smollm2-135m"
            )
        self._tokenizer: Any = tokenizer
        self.cuts = any_of(_as_cut(token) for token in tokenizer.added_tokens_decoder.values() if token.special)
        self._kept: set[tuple[Any, ...]] = set()
        self._takes_system = self._keeps_system()
        self.terminator = self._after_answer()
        self._takes_tools = self._keeps_tools()

    def has_own(self, calls: Sequence[ToolCall]) -> bool:
        """Whether these calls are written in a way of the template's own, and not in plain text."""
        return bool(calls) and self._takes_tools

    def taken(self, messages: Sequence[Message]) -> Sequence[Message]:
        """The conversation with what the template has no place for in a place that it has."""
        taken = messages if self._takes_tools else in_plain_text(messages)
        return taken if self._takes_system else _folded(taken)

    def check_kept(self, taken: Sequence[Message]) -> None:
        """Raises InputError where the template leaves out a turn of conversations built like this one."""
        built = tuple((one.role, bool(one.content), len(one.calls), bool(one.tools)) for one in taken)
        if built in self._kept:
            return
        mark = chr(PRIVATE[0])
        bones = [
            replace(
                one,
                content=f"{mark}{place}{mark}" if one.content else "",
                calls=tuple(replace(call, name=f"{mark}{place}.{nth}{mark}") for nth, call in enumerate(one.calls)),
            )
            for place, one in enumerate(taken)
        ]
        text = self.read(bones)
        for one in bones:
            if not all(part in text for part in (one.content, *(call.name for call in one.calls))):
                beside = " beside its tool calls" if one.calls else ""
                raise InputError(
                    f"the base's chat template leaves out what a message by '{one.role}' says{beside}",
                    remedy="remove that message or the row, or choose another base",
                )
        self._kept.add(built)

    def read(self, taken: Sequence[Message], *, answering: bool = True) -> str:
        """The conversation, as `taken`, as text; with `answering`, up to where the next answer begins.

        Raises InputError where the template refuses it.
        """
        try:
            return self._rendered(taken, answering)
        except TemplateError as fault:
            raise InputError(
                f"the base's chat template does not take this conversation ({fault})",
                remedy="let user and assistant take turns, the user first and last, with one tool call at a time",
            ) from fault

    def _rendered(self, taken: Sequence[Message], answering: bool) -> str:
        return str(
            self._tokenizer.apply_chat_template(
                list(map(as_given, taken)),
                tools=schemas(taken) or None,
                tokenize=False,
                add_generation_prompt=answering,
            )
        )

    def _keeps_system(self) -> bool:
        """Whether the template has a place for a system message: some refuse it, some leave it out silently."""
        mark = chr(PRIVATE[0])
        try:
            return mark in self._rendered([Message("system", mark), Message("user", "?")], answering=True)
        except TemplateError:
            return False

    def _keeps_tools(self) -> bool:
        """Whether the template keeps calls, results and schemas, and writes a call where serving asks for an answer, up
        to the terminator: some refuse them, some leave them out silently, some end a call with another token."""
        name, key, value, result, offered, described = map(chr, PRIVATE[:6])
        schema = f'[{{"type": "function", "function": {{"name": "{offered}", "description": "{described}"'
        schema += f', "parameters": {{"type": "object", "properties": {{"{key}": {{"type": "string"}}}}}}}}}}]'
        question = Message("user", "?", tools=schema)
        call = Message("assistant", "", calls=(ToolCall(name, f'{{"{key}": "{value}"}}', "call00001"),))
        try:
            before = self._rendered([question], answering=True)
            answered = Message("tool", result, name=name, call_id="call00001")
            text = self._rendered([question, call, answered], answering=True)
        except (TemplateError, TypeError, ValueError, LookupError):  # whatever a template does with what it cannot take
            return False
        if not (text.startswith(before) and offered in before and described in before):
            return False
        pieces = re.split(f"({self.cuts})", text[len(before) :])
        ends = (place for place, piece in enumerate(pieces) if piece.strip() == self.terminator)
        end = next(ends, 0)
        written, behind = "".join(pieces[:end]), "".join(pieces[end:])
        return all(mark in written for mark in (name, key, value)) and result in behind

    def _after_answer(self) -> str:
        mark = chr(PRIVATE[0])
        rendered = self.read([Message("user", "?"), Message("assistant", mark)], answering=False)
        ending = re.match(rf"\s*({self.cuts})", rendered.partition(mark)[2])
        if ending is None:
            raise BaseError(
                "the base's chat template ends an answer with no control token",
                remedy="choose another base: this one could not learn where to stop",
            )
        return ending[1].strip()


def _folded(messages: Sequence[Message]) -> Sequence[Message]:
    """The conversation with its system message put at the head of the first user message."""
    if len(messages) < 2 or (messages[0].role, messages[1].role) != ("system", "user"):
        return messages
    system, user, *rest = messages
    return [replace(user, content=f"{system.content}\n\n{user.content}"), *rest]


def _as_cut(token: Any) -> str:
    """Where a control token stands: some swallow the white space beside them."""
    before, after = (r"\s*" if swallows else "" for swallows in (token.lstrip, token.rstrip))
    return f"{before}{re.escape(token.content)}{after}"


def any_of(patterns: Iterable[str]) -> str:
    """A regular expression for any of these, the longest first; without any, one that never matches."""
    return f"(?:{'|'.join(sorted(patterns, key=len, reverse=True)) or '(?!)'})"
