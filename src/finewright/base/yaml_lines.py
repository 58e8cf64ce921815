"""Strict YAML as plain values, with the line of every key. Knows nothing about recipes.

Read as YAML 1.2's core schema, so `no` is a text, `5e-4` a number, `010` ten and a date a text. Anchors, aliases and
tags are refused: they can make a value mean what its line does not say, or grow without bound.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from finewright.base.errors import InputError, Place

KeyPath = tuple[str, ...]
START = "start one with `finewright recipe init DATA_FILE`"
"""What to do where there is no recipe, or an empty one."""

_TAG = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Document:
    """A mapping read from `file`: its values, the 1-based line of each key and list item by its path, and faults."""

    file: Path
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[InputError] = field(default_factory=list)

    def place(self, path: KeyPath) -> Place:
        """Where a key stands; for one that is absent, the nearest section that would hold it."""
        while path and path not in self.lines:
            path = path[:-1]
        return Place(self.file, self.lines.get(path))

    def get(self, *path: str) -> Any:
        """The value at a path as written, or None."""
        value: Any = self.values
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value


def read_yaml(text: str, file: Path, start: str = START) -> Document:
    """Read one YAML mapping, collecting lesser faults. Raises InputError where the text is no YAML, or no mapping.

    `start` says what to do where it is none.
    """
    document = Document(file)
    try:
        root = yaml.compose(text, Loader=_Loader)
        if root is not None:
            document.lines[()] = _line(root)
        document.values = _mapping(root, document, start)
    except yaml.YAMLError as fault:
        raise _syntax(fault, text, file) from fault
    except RecursionError as fault:
        raise InputError(
            "is nested too deeply", place=Place(file), remedy="remove brackets that are not meant"
        ) from fault
    return document


class _Loader(yaml.SafeLoader):
    """Plain scalars by the core schema of YAML 1.2; no anchors, aliases or tags."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 (declared so by PyYAML)

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            problem = "anchors (&), aliases (*) and tags (!) are not used here"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark, "quote the value or write it out")
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:[tT]rue|TRUE|[fF]alse|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{_TAG}float", re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+\.?[0-9]*)(?:[eE][-+]?[0-9]+)?$"), list("-+.0123456789")
)


def _mapping(root: yaml.Node | None, document: Document, start: str) -> dict[str, Any]:
    if isinstance(root, yaml.MappingNode):
        return _section(root, (), document)
    what = "is empty" if root is None else f"holds {_kind(root)} where keys are expected"
    raise InputError(what, place=Place(document.file), remedy=start)


def _section(node: yaml.MappingNode, path: KeyPath, document: Document) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            what = f"{_kind(key_node)} cannot be a key"
            document.faults.append(_at(key_node, document, what, "write a word before the colon"))
            continue
        key = str(key_node.value)
        here = (*path, key)
        if key in values:
            what = f"{'.'.join(here)!r} is written twice, first on line {document.lines[here]}"
            document.faults.append(_at(key_node, document, what, "keep one of the two"))
            continue
        document.lines[here] = _line(key_node)
        values[key] = _value(value_node, here, document)
    return values


def _value(node: yaml.Node, path: KeyPath, document: Document) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _section(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        places = [(*path, str(number)) for number in range(len(node.value))]
        document.lines.update((place, _line(item)) for place, item in zip(places, node.value, strict=True))
        return [_value(item, place, document) for place, item in zip(places, node.value, strict=True)]
    if _unwritable(node.value):
        what = f"{'.'.join(path)!r} holds a control character or half of a character"
        raise _at(node, document, what, "remove the escape such as \\0 or \\ud800")
    return _scalar(node.tag.removeprefix(_TAG), node.value)


def _scalar(tag: str, text: str) -> Any:
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() == "true"
    if tag == "int":
        return int(text)
    if tag == "float" and math.isfinite(number := float(text)):
        return number
    return text


def _unwritable(text: str) -> bool:
    return any((ord(char) < 32 and char not in "\t\n\r") or 0xD800 <= ord(char) < 0xE000 for char in text)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a section"
    return "a list" if isinstance(node, yaml.SequenceNode) else "one text"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _at(node: yaml.Node, document: Document, what: str, remedy: str) -> InputError:
    return InputError(what, place=Place(document.file, _line(node)), remedy=remedy)


def _syntax(fault: yaml.YAMLError, text: str, file: Path) -> InputError:
    if isinstance(fault, yaml.reader.ReaderError):
        line = text.count("\n", 0, fault.position) + 1
        return InputError("holds a control character", place=Place(file, line), remedy="remove it")
    mark = getattr(fault, "problem_mark", None)
    problem = str(getattr(fault, "problem", "") or "cannot be read")
    place = Place(file, mark.line + 1 if mark else None)
    if "\\t" in problem:
        return InputError("a tab stands where YAML wants spaces", place=place, remedy="indent with spaces")
    remedy = getattr(fault, "note", None) or "check colons, quotes and indentation there"
    return InputError(f"is not valid YAML: {problem}", place=place, remedy=remedy)
