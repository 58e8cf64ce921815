"""What a judge is asked, as the recipe says it: named criteria, a scale of levels each, and when it may decide.

Reads the document as written where keys have rules between them, as `base/recipe_rules.py` does. Knows no models.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from finewright.base.errors import InputError
from finewright.base.phrases import plain
from finewright.base.settings import Count, Settings, Share
from finewright.base.yaml_lines import Document

PREFERRED = "preferred"
"""The name under which people's labels say which of two answers is better; no criterion may have it."""

INCONCLUSIVE = "inconclusive"
"""A reply that could not be read. It is no level, and no level may have its name."""


class Criterion(Settings):
    """One question about an answer, and the scale of its levels."""

    name: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]*$", description="Its name, by which people's labels name it too."
    )
    question: str = Field("Is the answer right and complete?", min_length=1, description="What the judge is asked.")
    levels: list[Annotated[str, Field(min_length=1)]] = Field(
        ["no", "yes"], min_length=2, description="Its levels from the worst to the best, in the words of a reply."
    )


class Judge(Settings):
    """A model that is asked how good answers are, and when it may decide."""

    base: str | None = Field(None, description="Base that judges; none: the recipe's own, as it was before training.")
    endpoint: str | None = Field(
        None, description="Name of one of `arms.endpoints` that judges in place of a base; it need not be an arm."
    )
    criteria: list[Criterion] = Field([Criterion(name="right")], description="The rubric, scored one by one.")
    compare: str = Field(
        "Which answer is better?", min_length=1, description="What is asked of two answers, in both orders."
    )
    reply: Literal["auto", "choices", "text"] = Field(
        "auto",
        description="choices: the likeliest of the levels, with probabilities; text: a line of its own, which must be "
        "one of the levels; auto: choices of a base on this machine, text of an endpoint.",
    )
    max_tokens: Count = Field(16, description="Longest reply that is text, in tokens.")
    kappa: Share = Field(
        0.6, description="Cohen's kappa with people's labels that the judge must reach, by the lower end, to decide."
    )


def judge_faults(document: Document) -> list[InputError]:
    """All breaches of the rules between keys, in no order."""
    found: Any = document.get("evaluate", "judge", "criteria")
    parts = [part if isinstance(part, dict) else {} for part in found] if isinstance(found, list) else []
    names = [str(part.get("name", "")) for part in parts]
    faults = [fault for number, part in enumerate(parts) for fault in _of_one(document, number, part)]
    return [*faults, *_twice(document, names), *_unknown(document, names)]


def _of_one(document: Document, number: int, part: dict[str, Any]) -> Iterator[InputError]:
    levels = [one for one in part.get("levels") or [] if isinstance(one, str)]
    read = Counter(map(reading, levels))
    for level in levels:
        if reading(level) in ("", INCONCLUSIVE):
            yield _fault(document, number, "levels", f"has the level {level!r}, which no reply can say", "name another")
    if double := next((level for level in levels if reading(level) and read[reading(level)] > 1), None):
        yield _fault(document, number, "levels", f"has the level {double!r} more than once", "leave one of them out")
    if str(part.get("name", "")).casefold() == PREFERRED:
        what = f"is called {PREFERRED!r}, the name of the comparison of two answers"
        yield _fault(document, number, "name", what, "call it something else")


def reading(text: str) -> str:
    """A level or a reply in the form in which they are compared: case, quotes and a full stop are of no account."""
    return plain(text).strip(" \"'.")


def _twice(document: Document, names: list[str]) -> list[InputError]:
    folded = [name.casefold() for name in names]
    return [
        _fault(document, number, "name", f"has the name {name!r} of one before it", "give each a name of its own")
        for number, name in enumerate(names)
        if name and name.casefold() in folded[:number]
    ]


def _unknown(document: Document, names: list[str]) -> list[InputError]:
    """Rewards by a criterion that the rubric does not hold, or by two questions at once."""
    rewards: Any = document.get("train", "reinforce", "rewards")
    known = names or [criterion.name for criterion in Judge().criteria]
    faults = []
    for number, part in enumerate(rewards if isinstance(rewards, list) else ()):
        asked = part.get("criterion") if isinstance(part, dict) else None
        place = document.place(("train", "reinforce", "rewards", str(number), "criterion"))
        what = f"train.reinforce.rewards: reward {number + 1} names"
        if isinstance(asked, str) and asked not in known:
            remedy = f"write one of {', '.join(known)}, or add it to `evaluate.judge.criteria`"
            faults.append(InputError(f"{what} the criterion {asked!r}, which is not there", place=place, remedy=remedy))
        if asked is not None and "rubric" in part:
            faults.append(InputError(f"{what} a criterion and a rubric", place=place, remedy="leave one of them out"))
    return faults


def _fault(document: Document, number: int, key: str, what: str, remedy: str) -> InputError:
    place = document.place(("evaluate", "judge", "criteria", str(number), key))
    return InputError(f"evaluate.judge.criteria: criterion {number + 1} {what}", place=place, remedy=remedy)
