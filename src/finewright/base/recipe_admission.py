"""Rules between the keys of `privacy`: unknown kinds and sets, patterns that are none, empty rules.

Reads the document as written, as `base/recipe_rules.py` does.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from finewright.base.errors import InputError
from finewright.base.nearest import nearest
from finewright.base.recipe_privacy import KINDS, OWN, RULE_SETS
from finewright.base.yaml_lines import Document, KeyPath

_MODES = ("replace", "keep", "quarantine")
_CONDITIONS = ("kinds", "words", "pattern", "column")
_POLICY: KeyPath = ("privacy", "policy")


def privacy_faults(document: Document) -> list[InputError]:
    """All breaches, in no order."""
    known = {*KINDS, *(f"{OWN}{one.get('name')}" for _, one in _sections(document, "privacy", "own"))}
    lists = [fault for mode in _MODES for fault in _unknown(document, ("privacy", mode), known, "kind")]
    sets = _unknown(document, (*_POLICY, "sets"), RULE_SETS, "set of rules")
    return [*lists, *sets, *_twice(document), *_own(document), *_rules(document, known), *_columns(document)]


def _unknown(document: Document, path: KeyPath, known: Collection[str], what: str) -> Iterator[InputError]:
    for name in _texts(document.get(*path)):
        if name not in known:
            like = nearest(name, sorted(known))
            remedy = f"did you mean {like!r}" if like else f"known are {', '.join(sorted(known))}"
            yield _fault(document, path, f"{name!r} is no {what}", remedy)


def _twice(document: Document) -> Iterator[InputError]:
    """A kind that two lists name, or a pattern of the team's own whose mode a list gives again."""
    first: dict[str, str] = {}
    for mode in _MODES:
        for kind in _texts(document.get("privacy", mode)):
            if first.setdefault(kind, mode) != mode:
                what = f"{kind!r} is in privacy.{first[kind]} as well"
                yield _fault(document, ("privacy", mode), what, "name it in one of them")


def _own(document: Document) -> Iterator[InputError]:
    named: set[str] = set()
    for at, one in _sections(document, "privacy", "own"):
        path = ("privacy", "own", str(at))
        yield from _unreadable(document, path, one)
        if isinstance(name := one.get("name"), str):
            if name in named:
                yield _fault(document, path, f"{name!r} is there twice", "name each pattern once")
            named.add(name)


def _rules(document: Document, known: Collection[str]) -> Iterator[InputError]:
    for at, rule in _sections(document, *_POLICY, "rules"):
        path = (*_POLICY, "rules", str(at))
        yield from _unreadable(document, path, rule)
        if not any(rule.get(name) for name in _CONDITIONS):
            remedy = f"name one of {', '.join(_CONDITIONS)}"
            yield _fault(document, path, f"{rule.get('name')!r} names nothing to refuse rows by", remedy)
        if rule.get("values") and not rule.get("column"):
            yield _fault(document, path, f"{rule.get('name')!r} has values of no column", "name the `column`")
        if isinstance(until := rule.get("until"), str):
            yield from _no_day(document, path, until)
        for kind in _texts(rule.get("kinds")):
            if kind not in known:
                like = nearest(kind, sorted(known))
                remedy = f"did you mean {like!r}" if like else f"known are {', '.join(sorted(known))}"
                yield _fault(document, path, f"{kind!r} is no kind", remedy)


def _columns(document: Document) -> Iterator[InputError]:
    said = {name: document.get(*_POLICY, name) for name in ("licence", "licences", "as_of")}
    if said["licences"] and not said["licence"]:
        yield _fault(document, (*_POLICY, "licences"), "there is no column to find them in", "name `licence`, a column")
    if said["licence"] and not said["licences"]:
        remedy = "list in `licences` those that may be learned from"
        yield _fault(document, (*_POLICY, "licence"), "no licence may be learned from", remedy)
    if isinstance(said["as_of"], str):
        yield from _no_day(document, (*_POLICY, "as_of"), said["as_of"])


def _unreadable(document: Document, path: KeyPath, section: dict[str, Any]) -> Iterator[InputError]:
    """A pattern that is no regular expression, or that fits nothing at all, and so everywhere."""
    pattern = section.get("pattern")
    if not isinstance(pattern, str):
        return
    try:
        empty = re.compile(pattern).match("") is not None
    except re.error as fault:
        yield _fault(document, path, f"{pattern!r} is no regular expression ({fault})", "mend it")
        return
    if empty:
        yield _fault(document, path, f"{pattern!r} fits where there is nothing", "have it ask for a character")


def _no_day(document: Document, path: KeyPath, written: str) -> Iterator[InputError]:
    try:
        date.fromisoformat(written)
    except ValueError:
        yield _fault(document, path, f"{written!r} is no day", "write it as 2026-03-31")


def _sections(document: Document, *path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = document.get(*path)
    for at, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, dict):
            yield at, one


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _fault(document: Document, path: KeyPath, what: str, remedy: str) -> InputError:
    key = ".".join(name for name in path if not name.isdigit())
    return InputError(f"{key}: {what}", place=document.place(path), remedy=remedy)
