"""How well a model predicts documents, and whether training changed that. Knows no files and no loop.

The unit is the document: tokens of one document hang together, so a test over tokens would be far too sure of itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from finewright.base.errors import InputError
from finewright.base.progress import progress
from finewright.base.results import Figure, Outcome, Perplexity, Verdict
from finewright.evaluate.decide import outcome_of
from finewright.evaluate.statistics.paired import paired_bootstrap
from finewright.evaluate.statistics.power import fewest
from finewright.evaluate.words import level, p_value

if TYPE_CHECKING:
    from torch import nn

    from finewright.model.batch import Batches, Example


@dataclass(frozen=True, slots=True)
class Likelihood:
    """The summed log-likelihood in nats of the `tokens` predicted tokens of a text."""

    total: float
    tokens: int

    @property
    def mean(self) -> float:
        """Nats per predicted token."""
        return self.total / self.tokens


def likelihoods(
    model: "nn.Module",
    documents: "Mapping[str, Sequence[Example]]",
    batches: "Batches",
    name: str = "Reading documents",
) -> dict[str, Likelihood]:
    """The likelihood of each document, given as its rows; without dropout, in the mode it was in afterwards."""
    from finewright.model.likelihood import log_prob_sums  # torch, which who words a change has no need to wait for

    every = [row for rows in documents.values() for row in rows]
    with progress(name, len(every), "rows") as advance:
        read = log_prob_sums(model, every, batches, advance)
    return {document: _together([read[row.id] for row in rows]) for document, rows in documents.items()}


def _together(read: Sequence[tuple[float, int]]) -> Likelihood:
    return Likelihood(sum(total for total, _ in read), sum(tokens for _, tokens in read))


def compare(before: Mapping[str, Likelihood], after: Mapping[str, Likelihood], confidence: float) -> Perplexity:
    """Perplexity of the same documents before and after: a paired bootstrap over documents.

    A mean difference d of log-likelihoods is a change of perplexity by the factor e^-d, and so are its interval's
    ends. Raises InputError where the documents, or what was predicted of them, are not the same.
    """
    if not before or {name: of.tokens for name, of in before.items()} != {
        name: of.tokens for name, of in after.items()
    }:
        raise InputError("the documents before and after training are not the same", remedy="measure both again")
    first = np.array([before[name].mean for name in sorted(before)])  # (N,)
    second = np.array([after[name].mean for name in sorted(before)])  # (N,)
    low, high, p = paired_bootstrap(second - first, confidence)
    return Perplexity(
        documents=len(first),
        tokens=sum(of.tokens for of in before.values()),
        before=exp(-first.mean()),
        after=exp(-second.mean()),
        change=exp(-(second - first).mean()) - 1,
        low=exp(-high) - 1,
        high=exp(-low) - 1,
        p=p,
    )


def decide_documents(found: Perplexity, confidence: float) -> Verdict:
    """Whether held-out documents became more predictable; the same figures give the same words."""
    outcome = _outcome(found, confidence)
    return Verdict(outcome, _sentence(found, outcome, confidence), _advice(found, outcome, confidence))


def change_said(share: float) -> str:
    """A relative change in percent with its sign, one decimal."""
    text = f"{100 * share:+.1f}%"
    return "0.0%" if text in ("+0.0%", "-0.0%") else text


def _outcome(found: Perplexity, confidence: float) -> Outcome:
    if found.documents < fewest(confidence):
        return "cannot tell"
    fall = Figure(-found.change, -found.high, -found.low, found.documents)
    return outcome_of(found.p, fall, confidence)


def _sentence(found: Perplexity, outcome: Outcome, confidence: float) -> str:
    figures = (
        f"perplexity {found.before:.2f} before and {found.after:.2f} after ({change_said(found.change)}, "
        f"{level(confidence)} interval {change_said(found.low)} to {change_said(found.high)}, {p_value(found.p)})"
    )
    documents = f"{found.documents:,} held-out document{'s' if found.documents > 1 else ''}"
    match outcome:
        case "better":
            return f"Continued pretraining made {documents} more predictable: {figures}."
        case "no better":
            return f"Continued pretraining did not make {documents} more predictable: {figures}."
        case _:
            return f"With {documents} it cannot be told whether continued pretraining helped: {figures}."


def _advice(found: Perplexity, outcome: Outcome, confidence: float) -> str:
    match outcome:
        case "better":
            return "Tune it on examples of your task next, with `train.start`, and measure there whether it helps."
        case "no better":
            return "Give it more documents like the held-out ones, or go on with the base as it is."
        case _ if found.documents < fewest(confidence):
            return f"Hold out {fewest(confidence)} documents or more."
        case _:
            return "Hold out more documents."
