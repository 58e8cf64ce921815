"""Reading a policy: a YAML file, one that finewright ships or a team's own, to a checked `Policy`.

All faults are collected and told at once, each with its line. Knows the schema and no reports.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from finewright.audit.policy import Policy
from finewright.base.errors import InputError, PolicyError
from finewright.base.nearest import nearest
from finewright.base.recipe_faults import schema_faults
from finewright.base.recipe_keys import schema_of
from finewright.base.settings_file import settings_text
from finewright.base.yaml_lines import Document, KeyPath, read_yaml

SCHEMA = schema_of(Policy, "the policy")
EVIDENCE = ("model card", "data card", "results", "reports", "decision", "approvals", "policy", "bill of materials")
"""The parts of an audit pack that a heading may point to."""

_SHIPPED = Path(__file__).parent / "policies"
_START = "start from a copy of one that finewright ships: default, release"


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """A policy and the text it was read from, which a pack hands on."""

    policy: Policy
    text: str


def shipped() -> list[str]:
    """The names of the policies that finewright ships."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def policy_path(named: str | Path) -> Path:
    """The file of a shipped name, or the file itself. Raises InputError where a bare word names neither."""
    if not str(named).strip():
        raise InputError("the policy has no name", remedy=f"name a file, or one of {', '.join(shipped())}")
    path = Path(named)
    if path.exists() or len(path.parts) != 1 or path.suffix in (".yaml", ".yml"):
        return path
    if path.name in shipped():
        return _SHIPPED / f"{path.name}.yaml"
    like = nearest(path.name, shipped())
    remedy = f"did you mean {like}" if like else f"name a file, or one of {', '.join(shipped())}"
    raise InputError(f"there is no policy named {path.name!r}", remedy=remedy)


def read_policy(named: str | Path) -> ReadPolicy:
    """Read and check a policy by its file or its shipped name. Raises PolicyError with all faults, by line."""
    path = policy_path(named)
    try:
        text = settings_text(path, "policy", _START)
        document = read_yaml(text, path, _START)
    except InputError as fault:
        raise PolicyError([fault]) from fault
    policy, faults = _checked(document)
    if policy is None or faults:
        raise PolicyError(sorted(faults, key=lambda fault: (fault.place and fault.place.line) or 0))
    return ReadPolicy(policy, text)


def _checked(document: Document) -> tuple[Policy | None, list[InputError]]:
    faults = list(document.faults)
    try:
        policy = Policy.model_validate_json(json.dumps(document.values), strict=True)
    except ValidationError as refused:
        return None, [*faults, *schema_faults(refused.errors(), document, SCHEMA)]
    return policy, [
        *faults,
        *_nothing_asked(policy, document),
        *_unbounded(policy, document),
        *_strange_names(policy, document),
    ]


def _nothing_asked(policy: Policy, document: Document) -> list[InputError]:
    asked = policy.checks.asked.values()
    if any(check.required for check in asked):
        return []
    place = document.place(("checks",))
    if asked:
        remedy = "leave `required: false` out of those that matter"
        return [InputError("the policy requires no check, and would let anything pass", place=place, remedy=remedy)]
    remedy = f"write some of {', '.join(type(policy.checks).model_fields)} below it"
    return [InputError("the policy asks no check", place=place, remedy=remedy)]


_BOUNDS = {
    "extraction": ("difference", "extracted", "identifiers"),
    "redteam": ("overall", "category", "overall_change", "category_change"),
}
"""Checks all of whose bounds can be left out."""


def _unbounded(policy: Policy, document: Document) -> list[InputError]:
    """Checks that would pass whatever the report says, since no figure of it is bounded."""
    asked = policy.checks.asked
    return [
        InputError(
            f"checks.{name} bounds nothing",
            place=document.place(("checks", name)),
            remedy=f"give one of {', '.join(bounds)} a number, or leave the check out",
        )
        for name, bounds in _BOUNDS.items()
        if name in asked and all(getattr(asked[name], bound) is None for bound in bounds)
    ]


def _strange_names(policy: Policy, document: Document) -> list[InputError]:
    """Headings that point to a check which the policy does not ask, or to evidence that no pack holds."""
    faults = []
    for number, heading in enumerate(policy.headings):
        for key, names, known in (
            ("checks", heading.checks, list(policy.checks.asked)),
            ("evidence", heading.evidence, EVIDENCE),
        ):
            above = ("headings", str(number), key)
            faults += [
                _strange(name, key, known, document, (*above, str(at)))
                for at, name in enumerate(names)
                if name not in known
            ]
    return faults


def _strange(name: str, key: str, known: Sequence[str], document: Document, place: KeyPath) -> InputError:
    what = f"{name!r} is no check that this policy asks" if key == "checks" else f"{name!r} is no part of an audit pack"
    like = nearest(name, known)
    remedy = f"write {like}" if like else f"write one of {', '.join(known)}"
    return InputError(what, place=document.place(place), remedy=remedy)
