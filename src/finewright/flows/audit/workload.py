"""How many tokens the attacks at the end of a run will read and write. Knows tokens, not seconds.

An upper bound: a beginning of a canary that is already less likely than the whole is not read on, and red team and
extraction end an answer where it ends.
"""

from collections.abc import Iterator

from finewright.audit.extraction.verbatim import WORDS
from finewright.audit.redteam.asking import Setting, conversations
from finewright.base.recipe_objective import OF_REWARDS, objective_of
from finewright.flows.audit.canaries import CHECKED
from finewright.flows.audit.planting import record_of
from finewright.flows.audit.redteam import probes_of
from finewright.flows.examples import prompt_of
from finewright.flows.prepare import Prepared
from finewright.flows.workload import Stage, all_tokens_of, total

NAME = "attacks"
_TWICE = 2
"""What was trained and its base are both asked."""
_SPREAD = 10
"""One probe in so many is counted."""


def attacks(prepared: Prepared) -> Iterator[Stage]:
    """The one stage of all attacks; none where the run ends without an audit."""
    recipe = prepared.recipe
    if recipe.audit.enabled and recipe.train.enabled and recipe.arms.tuned.enabled:
        parts = [_membership(prepared), _extraction(prepared), _canaries(prepared), _redteam(prepared)]
        yield Stage(NAME, read=sum(one.read for one in parts), written=sum(one.written for one in parts))


def _membership(prepared: Prepared) -> Stage:
    settings, objective = prepared.recipe.audit.membership, objective_of(prepared.recipe.train, prepared.task.kind)
    if not settings.enabled or objective in (*OF_REWARDS, "distil"):
        return Stage(NAME)
    held_out = len(prepared.parts.test) + len(prepared.parts.validation)
    rows = min(settings.rows, len(prepared.learning)) + min(settings.rows, held_out)
    return Stage(NAME, read=_TWICE * rows * _usual(prepared))


def _extraction(prepared: Prepared) -> Stage:
    settings = prepared.recipe.audit.extraction
    if not settings.enabled:
        return Stage(NAME)
    rows = min(settings.rows, len(prepared.learning)) + min(settings.rows, len(prepared.parts.test))
    return Stage(NAME, read=rows * _usual(prepared), written=rows * (settings.samples + 1) * WORDS)


def _canaries(prepared: Prepared) -> Stage:
    """Every beginning of every possible answer, a token a digit, read once behind the question of each canary."""
    if not prepared.canaries:
        return Stage(NAME)
    first = prepared.canaries[0]
    beginnings = sum(10**digits for digits in range(len(first.secret)))
    asked = len(prepared.chat.encode_prompt(prompt_of(prepared.recipe, prepared.task, record_of(first))))
    times = len(prepared.canaries) + min(CHECKED, len(prepared.canaries))
    return Stage(NAME, read=times * (asked + beginnings))


def _redteam(prepared: Prepared) -> Stage:
    recipe = prepared.recipe
    settings = recipe.audit.redteam
    if not settings.enabled:
        return Stage(NAME)
    setting = Setting(prepared.task, recipe.arms.tuned.prompt, recipe.arms.rag.prompt)
    asked = [messages for probe in probes_of(settings) for messages in conversations(probe, setting)]
    looked_at = [len(prepared.chat.encode_prompt(messages)) for messages in asked[::_SPREAD]]
    read = len(asked) * sum(looked_at) / max(1, len(looked_at))
    return Stage(NAME, read=_TWICE * read, written=_TWICE * len(asked) * settings.max_tokens)


def _usual(prepared: Prepared) -> float:
    """Tokens of a row, on average: of a preference both sides."""
    return total(prepared.learning, all_tokens_of(prepared)) / max(1, len(prepared.learning))
