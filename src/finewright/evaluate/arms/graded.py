"""How likely each label is for a text, by the classifiers of the TF-IDF and the frozen arm.

What learning curves, the search for label errors and the choice of rows to label rest on: none of them asks a language
model. Knows nothing of records, parts or files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from finewright.base.protocols import Embed
from finewright.evaluate.arms import frozen, tfidf
from finewright.evaluate.arms.linear import Features, regression
from finewright.evaluate.statistics.intervals import Floats


@dataclass(frozen=True, slots=True)
class Grades:
    """The probability of each of K labels, sorted, for each of N texts; `table` is (N, K), its rows adding up to 1."""

    labels: tuple[str, ...]
    table: Floats

    @property
    def likeliest(self) -> list[str]:
        """The likeliest label of each text; of equals the first."""
        return [self.labels[at] for at in self.table.argmax(axis=1)]

    def among(self, labels: Sequence[str]) -> Floats:
        """The table with a column for each of `labels`, (N, L): zero for those that were not learned."""
        known = {label: at for at, label in enumerate(self.labels)}
        wider = np.zeros((len(self.table), len(labels)))
        for at, label in enumerate(labels):
            if label in known:
                wider[:, at] = self.table[:, known[label]]
        return wider


Grade = Callable[[Sequence[str], Sequence[str], Sequence[str]], Grades]
"""Texts, their labels, and the texts asked about: learns from the first two and grades the last."""


def by_tfidf(texts: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Grades:
    """By the classifier of the TF-IDF arm."""
    features = tfidf.vectoriser()
    learned = features.fit_transform(texts)
    return _graded(learned, labels, features.transform(asked), tfidf.STRENGTH)


def by_embeddings(embed: Embed) -> Grade:
    """By the classifier of the frozen arm; each text is embedded once, however often it is learned or asked."""
    known: dict[str, Floats] = {}

    def vectors(texts: Sequence[str]) -> Floats:
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            known.update(zip(new, np.asarray(embed(new), dtype=np.float64), strict=True))
        return np.stack([known[text] for text in texts])

    def grade(texts: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> Grades:
        both = vectors([*texts, *asked])
        return _graded(both[: len(texts)], labels, both[len(texts) :], frozen.STRENGTH)

    return grade


def _graded(learned: Features, labels: Sequence[str], asked: Features, strength: float) -> Grades:
    """A classifier's probabilities; where all labels are one, that one is certain."""
    if len(set(labels)) == 1:
        return Grades((labels[0],), np.ones((asked.shape[0], 1)))
    model = regression(learned, labels, strength)
    return Grades(tuple(map(str, model.classes_)), np.asarray(model.predict_proba(asked), dtype=np.float64))
