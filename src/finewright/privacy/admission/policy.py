"""All rules of a recipe over one row: why it may not be learned, if it may not. Knows no file and changes no row."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from finewright.base.errors import InputError
from finewright.base.phrases import phrase, plain
from finewright.base.recipe_privacy import KINDS, OWN, Admission, AdmissionRule, Privacy
from finewright.privacy.admission.built_in import BUILT_IN
from finewright.privacy.admission.rule import Belongs, Embargo, Reason, Row, Rule
from finewright.privacy.recognisers.own import runs_away

_SECRETS = ("secret",)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that hold, in the order in which reasons are given; `quarantined` are kinds that no row may hold."""

    rules: tuple[Rule, ...]
    embargo: Embargo | None
    quarantined: frozenset[str]
    today: date

    def reasons(self, text: str, kinds: Collection[str], columns: Mapping[str, str]) -> list[Reason]:
        """Every reason why a row may not be learned; none where it may."""
        said = plain(text) if any(rule.phrases for rule in self.rules) else ""
        return list(self._reasons(Row(text, text.casefold(), said, kinds, columns)))

    @property
    def columns(self) -> frozenset[str]:
        """The columns that decide."""
        named = {rule.column for rule in self.rules if rule.column} | {self.embargo.column if self.embargo else ""}
        return frozenset(named - {""})

    def _reasons(self, row: Row) -> Iterator[Reason]:
        for kind in sorted(self.quarantined.intersection(row.kinds)):
            yield Reason(f"kind: {kind}", f"It holds what is told for a {_said(kind)}.", _where(kind))
        if self.embargo and (reason := self.embargo.reason(row, self.today)):
            yield reason
        yield from (rule.reason for rule in self.rules if rule.refuses(row, self.today))


def policy_of(privacy: Privacy, today: date) -> Policy:
    """The policy that a recipe writes, on the day that it gives or else `today`.

    Raises InputError where a rule's pattern would never come to an end on some texts.
    """
    settings = privacy.policy
    kinds = (*KINDS, *(OWN + one.name for one in privacy.own))
    built_in = [rule for name in settings.sets for rule in BUILT_IN[name]]
    own = [_own(rule) for rule in settings.rules]
    return Policy(
        rules=(*own, *_licences(settings), *built_in),
        embargo=Embargo(settings.embargo) if settings.embargo else None,
        quarantined=frozenset(kind for kind in kinds if privacy.mode(kind) == "quarantine"),
        today=date.fromisoformat(settings.as_of) if settings.as_of else today,
    )


def _own(rule: AdmissionRule) -> Rule:
    return Rule(
        name=rule.name,
        because=rule.because,
        belongs=rule.belongs,
        kinds=frozenset(rule.kinds),
        phrases=tuple(map(phrase, rule.words)),
        pattern=_pattern(rule.name, rule.pattern) if rule.pattern else None,
        column=rule.column,
        values=frozenset(value.strip().casefold() for value in rule.values),
        until=date.fromisoformat(rule.until) if rule.until else None,
    )


def _pattern(name: str, pattern: str) -> re.Pattern[str]:
    if runs_away(pattern):
        raise InputError(
            f"the pattern of the rule '{name}' takes too long on a text that repeats itself",
            remedy="put no `*` or `+` inside another, and give repetitions a limit such as `{1,20}`",
        )
    return re.compile(pattern)


def _licences(settings: Admission) -> list[Rule]:
    if settings.licence is None:
        return []
    allowed = frozenset(one.strip().casefold() for one in settings.licences)
    because = "Its licence is none of those that the recipe lets be learned from."
    return [Rule("licence", because, column=settings.licence, values=allowed, beyond=True)]


def _where(kind: str) -> Belongs:
    return "nowhere" if kind in _SECRETS else "corpus"


def _said(kind: str) -> str:
    return kind.replace("_", " ")
