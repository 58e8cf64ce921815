"""Rules between the keys of `evaluate.style`: phrases that say nothing, and rules that no answer could keep together.

Reads the document as written, as `base/recipe_rules.py` does.
"""

import re
from collections.abc import Sequence

from finewright.base.errors import InputError
from finewright.base.phrases import Phrase, phrase, plain, words
from finewright.base.yaml_lines import Document

_LISTS = ("banned", "required")
_STAR_WITHIN = re.compile(r"\w\*+\w")


def style_faults(document: Document) -> list[InputError]:
    """All breaches, in no order."""
    written = {name: _written(document, name) for name in _LISTS}
    by_list = (_saying_nothing, _starred_within, _twice)
    listed = [fault for name in _LISTS for faults in by_list for fault in faults(document, name)]
    return [*listed, *_clashing(document, **written), *_too_long(document, written["required"])]


def _written(document: Document, name: str) -> list[str]:
    """The phrases of a list that say something."""
    return [one for one in _texts(document, name) if plain(one)]


def _texts(document: Document, name: str) -> list[str]:
    found = document.get("evaluate", "style", name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _saying_nothing(document: Document, name: str) -> list[InputError]:
    return [
        _fault(document, name, f"{one!r} says nothing", "write the words of the phrase, or leave it out")
        for one in _texts(document, name)
        if not plain(one)
    ]


def _starred_within(document: Document, name: str) -> list[InputError]:
    """A star inside a word, where it is left out as a sign of emphasis is: no rest of a word is meant by it."""
    return [
        _fault(
            document, name, f"{one!r} has a * inside a word", "put it at the phrase's beginning or end, or leave it out"
        )
        for one in _texts(document, name)
        if _STAR_WITHIN.search(one)
    ]


def _twice(document: Document, name: str) -> list[InputError]:
    """A phrase that is listed again, if only in other quotes or letters: a rule counts once."""
    found: dict[Phrase, str] = {}
    faults = []
    for one in _written(document, name):
        said = phrase(one)
        if said in found:
            what = f"{one!r} is the same phrase as {found[said]!r}"
            faults.append(_fault(document, name, what, "leave one of them out"))
        found.setdefault(said, one)
    return faults


def _clashing(document: Document, banned: Sequence[str], required: Sequence[str]) -> list[InputError]:
    """Disclosures that hold a banned phrase."""
    return [
        _fault(document, "required", f"{one!r} holds {other!r}, which is banned", "no answer could keep both rules")
        for one in required
        for other in banned
        if phrase(other).said_in(_least(phrase(one)))
    ]


def _least(required: Phrase) -> str:
    """What any answer that keeps the rule says; a letter stands for a rest of a word, so that no word ends there."""
    return "x" * required.begins_within + required.text + "x" * required.ends_within


def _too_long(document: Document, required: Sequence[str]) -> list[InputError]:
    """Disclosures with more words than an answer may have."""
    longest = document.get("evaluate", "style", "longest")
    if not isinstance(longest, int) or isinstance(longest, bool) or longest < 1:
        return []
    return [
        _fault(document, "longest", f"{longest} words are fewer than {one!r} has", "no answer could keep both rules")
        for one in required
        if words(plain(one)) > longest
    ]


def _fault(document: Document, name: str, what: str, remedy: str) -> InputError:
    path = ("evaluate", "style", name)
    return InputError(f"evaluate.style.{name}: {what}", place=document.place(path), remedy=remedy)
