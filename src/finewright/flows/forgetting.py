"""What training did to what the base knew: the same probes and the same text, before and after, compared.

The base's answers are kept under FINEWRIGHT_HOME by the digests of base, probes, text and versions, so that they are
computed once and not for every run. What does not fit a base is left out, with the reason in the report.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from finewright.base.files import digest_json, read_json, write_json
from finewright.base.home import home
from finewright.base.recipe import Recipe
from finewright.base.results import Forgetting
from finewright.engine.local import LocalCompleter
from finewright.evaluate.forgetting.probes import Probe, ask, conversation, probes_digest, read_probes
from finewright.evaluate.forgetting.text import SHORTEST, WINDOW, read_text, windows
from finewright.evaluate.forgetting.verdict import accuracy_change, perplexity_change
from finewright.evaluate.perplexity import Likelihood, likelihoods
from finewright.flows.arms import Bench
from finewright.flows.learning import take_threads, versions
from finewright.flows.prepare import Conversing
from finewright.model.batch import Example
from finewright.model.chat import Chat
from finewright.model.hub import Base, load_tokenizer
from finewright.model.padded import PaddedBatches
from finewright.model.plain import Plain

Asked = Callable[[], tuple[LocalCompleter, str | None]]
"""Who answers, and the adapter to ask for: called only where there is something to ask."""

_TOKENS = 4 * WINDOW  # of text, computed at once


@dataclass(frozen=True, slots=True)
class General:
    """What a base can be asked: probes and windows of text that fit it, and why the others were left out."""

    probes: list[Probe]
    windows: list[Example]
    pad: int
    why_not: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Digest of all that is asked."""
        return digest_json([probes_digest(self.probes), [window.tokens for window in self.windows]])


@dataclass(frozen=True, slots=True)
class Measured:
    """One model's answers: whether each probe was right, the likelihood of each window, and the seconds it took."""

    right: list[bool]
    read: dict[str, Likelihood]
    seconds: float


def general(recipe: Recipe, base: Base, chat: Chat) -> General:
    """The recipe's probes and text, or those that finewright ships, as far as they fit the base.

    Raises DataError where a file of the recipe's is missing or holds something else.
    """
    settings, plain = recipe.evaluate.forgetting, Plain(load_tokenizer(base))
    probes = read_probes(settings.probes)
    cut = windows(plain.encode(read_text(settings.text))[:-1], base.context)  # a text that goes on has no end
    unfit = _unfit(probes, chat, base.context)
    short = () if cut else (f"Perplexity was not measured: fewer than {SHORTEST} tokens of text fit.",)
    return General([] if unfit else probes, cut, plain.pad, (*unfit, *short))


def check_general(prepared: Conversing) -> None:
    """Raise DataError where the recipe's probes or text cannot be used, before anything is written."""
    if prepared.recipe.evaluate.forgetting.enabled:
        general(prepared.recipe, prepared.base, prepared.chat)


def forgetting_of(bench: Bench, trained: str) -> Forgetting | None:
    """What the training of a run lost, once there is something that answers for the tuned arm.

    `trained` is the digest of what was trained. None where the recipe switches it off.
    """
    prepared, tuned = bench.prepared, bench.tuned
    if tuned is None:
        return None
    return forgetting(
        prepared.recipe,
        prepared.base,
        prepared.chat,
        before=lambda: (bench.completer, None),
        after=lambda: tuned,
        trained=trained,
        kept=bench.folder.forgetting,
        say=bench.say,
    )


def forgetting(
    recipe: Recipe,
    base: Base,
    chat: Chat,
    *,
    before: Asked,
    after: Asked,
    trained: str,
    kept: Path,
    say: Callable[[str], None],
) -> Forgetting | None:
    """Measure both models and compare; None where the recipe switches it off.

    `trained` is the digest of what was trained, `kept` the file in which its answers are stored. Raises DataError where
    a file of the recipe's cannot be used.
    """
    settings = recipe.evaluate.forgetting
    if not settings.enabled:
        return None
    threads = take_threads(recipe.train)
    asked = general(recipe, base, chat)
    circumstances = {"base": base.digests.combined, "asked": asked.digest, "threads": threads, "versions": versions()}
    stored = home() / "forgetting" / f"{digest_json(circumstances)[:16]}.json"
    say(f"Forgetting: {len(asked.probes)} general questions and {len(asked.windows)} windows of text")
    first = _measured(stored, circumstances, before, asked)
    second = _measured(kept, circumstances | {"trained": trained}, after, asked)
    confidence = recipe.evaluate.confidence
    return Forgetting(
        accuracy=accuracy_change(first.right, second.right, settings.margin, confidence) if asked.probes else None,
        perplexity=(
            perplexity_change(first.read, second.read, settings.perplexity_margin, confidence)
            if asked.windows
            else None
        ),
        seconds=second.seconds,
        base_seconds=first.seconds,
        why_not=asked.why_not,
    )


def measure(completer: LocalCompleter, adapter: str | None, asked: General) -> Measured:
    """Ask a model the probes and read it the text."""
    started = time.perf_counter()
    right = ask(completer, asked.probes, adapter)
    with completer.serving(adapter) as model:
        documents = {window.id: [window] for window in asked.windows}
        read = likelihoods(model, documents, PaddedBatches(_TOKENS, asked.pad), "Reading general text")
    return Measured(right, read, time.perf_counter() - started)


def _measured(path: Path, circumstances: dict[str, Any], who: Asked, asked: General) -> Measured:
    """What the file holds, where it was measured under these circumstances; else measured now, and kept."""
    stored = read_json(path) if path.exists() else {}
    if stored.get("circumstances") == circumstances:
        read = {name: Likelihood(**of) for name, of in stored["read"].items()}
        return Measured(stored["right"], read, stored["seconds"])
    found = measure(*who(), asked)
    write_json(path, {"circumstances": circumstances, **asdict(found)})
    return found


def _unfit(probes: list[Probe], chat: Chat, context: int) -> tuple[str, ...]:
    """Why the base cannot be asked the probes; empty where it can."""
    for number, probe in enumerate(probes, 1):
        answers = {tuple(chat.encode_answer(choice)) for choice in probe.choices}
        if len(answers) < len(probe.choices):
            return (f"The probes were not asked: two choices of number {number} are the same to the base.",)
        size = len(chat.encode_prompt(conversation(probe))) + max(map(len, answers))
        if size > context:
            return (f"The probes were not asked: number {number} takes {size} tokens, and the base holds {context}.",)
    return ()
