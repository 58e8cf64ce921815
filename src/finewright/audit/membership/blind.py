"""What can be told of membership from the texts alone, without the model: a classifier over their words.

Where members and hold-outs are draws from one pool it is at chance. Where it is not, they differ in what they speak of,
and an attack on the model may live on that (Das, Zhang & Tramer 2024, Blind baselines beat membership inference attacks
for foundation models, arXiv 2406.16201). Knows no model and no records.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.model_selection import StratifiedGroupKFold

from finewright.evaluate.arms.linear import regression
from finewright.evaluate.arms.tfidf import STRENGTH, vectoriser
from finewright.evaluate.statistics.clusters import Groups

Floats = NDArray[np.float64]

FOLDS = 5

SPREAD = sqrt(1 + FOLDS / (FOLDS - 1))
"""How many times wider an interval of scores from such folds is: their classifiers share most of what they learned
(Nadeau & Bengio 2003, Machine Learning 52:239). Of 24 random draws the areas strayed 1.5 times as far."""

_MEMBER, _OTHER = "member", "other"


def blind_scores(members: Sequence[str], hold_outs: Sequence[str], groups: Groups | None = None) -> Floats:
    """How like a member each text is, members first, by a classifier that saw neither it nor its group: (m + n,).

    TF-IDF of words and pieces of words, logistic regression, out of fold; within a fold the scores are ranks between 0
    and 1, so that folds can be pooled. `groups` number the texts, all of them their own group where it is None.

    Raises ValueError where a side has fewer groups than there are folds.
    """
    texts = np.array([*members, *hold_outs], dtype=object)
    sides = np.array([_MEMBER] * len(members) + [_OTHER] * len(hold_outs))
    within = np.arange(len(texts)) if groups is None else groups
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    found = np.full(len(texts), 0.5)
    for learned, asked in folds.split(texts, sides, within):
        found[asked] = _ranked(texts[learned], sides[learned], texts[asked])
    return found


def _ranked(texts: NDArray[np.object_], sides: NDArray[np.str_], asked: NDArray[np.object_]) -> Floats:
    """The asked texts' ranks as members, by what is learned of the others."""
    features = vectoriser()
    model = regression(features.fit_transform(texts), sides.tolist(), STRENGTH)
    likely = model.predict_proba(features.transform(asked))[:, list(model.classes_).index(_MEMBER)]
    return np.asarray((rankdata(likely) - 0.5) / len(likely))
