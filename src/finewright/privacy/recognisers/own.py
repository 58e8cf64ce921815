"""A team's own identifiers by its own patterns: `own("deal", "DEAL-[0-9]{4}", "project")`, found as `own:deal`.

A pattern is tried before it is used: one that does not compile, that matches the empty string, or that takes ever
longer on a text that repeats itself would stop a whole scan later.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

from finewright.base.errors import InputError
from finewright.privacy.recogniser import Recogniser

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SECONDS = 20.0
_LENGTH = 4_000
_PIECES = ("a", "A", "0", " ", "-", ".", "_", "a0", "0-", "a ", "0 ", "a-", "ab", "a.", "\n", "é")
_TRIAL = """
import json, re, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
except ImportError:
    pass
pattern, texts = json.load(sys.stdin)
for text in texts:
    for found in re.finditer(pattern, text):
        pass
"""
"""Run by an interpreter of its own, which can be ended while `re` is at work: after a second of its own
time, where the system counts it, so that a busy machine refuses no good pattern, and otherwise after `_SECONDS`."""


def _written(name: str) -> str:
    return name


def own(name: str, pattern: str, *context: str) -> Recogniser:
    """A recogniser of the kind `own:NAME`. With `context`, one of these words must stand before it or in its column's
    header; without, the pattern alone is enough. A group called `value` is what is found.

    Raises InputError for a name that is none, and for a pattern that does not compile, matches the empty string or runs
    away.
    """
    compiled = _compiled(name, pattern)
    words = frozenset(word.casefold().strip() for word in context if word.strip())
    headers = frozenset("".join(filter(str.isalnum, word)) for word in (*words, name))
    alone = 0.0 if words else 0.9
    return Recogniser(f"own:{name}", compiled, _written, context=words, headers=headers, alone=alone)


def _compiled(name: str, pattern: str) -> re.Pattern[str]:
    where = f"the pattern of own identifiers `{name}`"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"`{name}` cannot name own identifiers", remedy="write small letters, digits, `-` and `_`, a letter first"
        )
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as fault:
        raise InputError(
            f"{where} is no regular expression: {fault}", remedy="mend it, or escape what is meant as it is"
        ) from fault
    if compiled.match("") or any(found.start() == found.end() for found in compiled.finditer(pattern)):
        raise InputError(f"{where} matches the empty string", remedy="ask for at least one character")
    if runs_away(pattern):
        raise InputError(
            f"{where} takes too long on a text that repeats itself",
            remedy="put no `*` or `+` inside another, and give repetitions a limit such as `{1,20}`",
        )
    return compiled


def _trials(pattern: str) -> Iterator[str]:
    """Texts that repeat what the pattern could be waiting for, and then end otherwise."""
    literal = re.findall(r"[^\W_]+", re.sub(r"\\[a-zA-Z]|[{][0-9,]*[}]", " ", pattern))
    pieces = dict.fromkeys((*_PIECES, *(word[:12] for word in literal), *(word[0] for word in literal)))
    heads = dict.fromkeys(("", *(word[:12] for word in literal[:4])))
    for piece in pieces:
        for head in heads:
            yield head + piece * (_LENGTH // len(piece)) + "\x01"


@cache
def runs_away(pattern: str) -> bool:
    """Whether a pattern that compiles takes ever longer on some text that repeats itself."""
    try:
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", _TRIAL],
            input=json.dumps([pattern, list(_trials(pattern))]).encode(), timeout=_SECONDS, check=True,
            capture_output=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return True
    return False
