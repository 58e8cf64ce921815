"""The team's rules for an answer: right when it keeps every one of them, whatever it is about.

How a phrase is looked for is `base/phrases.py`. An answer without a word keeps no rule: silence says nothing banned and
is never too long, and would else be the surest way to a high score.
"""

from collections.abc import Callable
from dataclasses import dataclass

from finewright.base.phrases import phrase, plain, words
from finewright.base.protocols import Scorer
from finewright.base.recipe import Style
from finewright.base.records import Record, Score
from finewright.evaluate.reading_level import grade


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its family, what an answer that breaks it does, and whether a text in plain form keeps it."""

    family: str
    breach: str
    keeps: Callable[[str], bool]


def style_scorer(rules: Style) -> Scorer:
    """A scorer for the rules; the record's own answer is of no account.

    Parts: `rules` is the share of all rules that an answer keeps, and `banned`, `required`, `longest` and `grade` are
    the shares of each family that has any. Raises InputError where a phrase says nothing.
    """
    every = _rules(rules)
    families = dict.fromkeys(rule.family for rule in every)

    def score(answer: str, record: Record) -> Score:  # noqa: ARG001 (a scorer is given the record, needed or not)
        said = plain(answer)
        speaks = words(said) > 0
        kept = [(rule.family, speaks and rule.keeps(said)) for rule in every]
        parts = {family: _share([keeps for of, keeps in kept if of == family]) for family in families}
        whole = {"rules": _share([keeps for _, keeps in kept])} if kept else {}
        return Score(correct=speaks and all(keeps for _, keeps in kept), parts=whole | parts)

    return score


def broken(answer: str, rules: Style) -> list[str]:
    """What an answer does against the rules, in words and in their order; nothing exactly where the scorer calls it
    right.

    Of an answer without a word: that, and the disclosures that it leaves out.
    """
    every, said = _rules(rules), plain(answer)
    if not words(said):
        return ["says nothing", *(rule.breach for rule in every if rule.family == "required")]
    return [rule.breach for rule in every if not rule.keeps(said)]


def _share(kept: list[bool]) -> float:
    return sum(kept) / len(kept)


def _rules(rules: Style) -> list[Rule]:
    banned = [_banned(written) for written in rules.banned]
    required = [_required(written) for written in rules.required]
    longest = [] if rules.longest is None else [_longest(rules.longest)]
    return [*banned, *required, *longest, *([] if rules.grade is None else [_grade(rules.grade)])]


def _banned(written: str) -> Rule:
    wanted = phrase(written)
    return Rule("banned", f'says "{written}"', lambda said: not wanted.said_in(said))


def _required(written: str) -> Rule:
    return Rule("required", f'leaves out "{written}"', phrase(written).said_in)


def _longest(most: int) -> Rule:
    return Rule("longest", f"is longer than {most:,} words", lambda said: words(said) <= most)


def _grade(highest: float) -> Rule:
    return Rule("grade", f"is harder to read than grade {highest:g}", lambda said: grade(said) <= highest)
