"""What people said of two arms' answers since the run ended. Knows no models.

Who rated is told by number: names stay in the run's folder, a page goes further.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from finewright.base.results import Results
from finewright.evaluate.review.findings import Compared, Findings, Pull
from finewright.evaluate.review.words import agreement_sentence, compared_sentence, pull_sentence
from finewright.flows.report.wording import DASH, coefficient, count, evidence, point_interval, points
from finewright.flows.review.imported import Imported


def review_section(found: Sequence[Imported], results: Results) -> list[dict[str, Any]]:
    """What the section shows of each imported review; empty where nobody rated."""
    titles = {arm.name: arm.title for arm in results.arms}
    return [_review(one, titles) for one in found]


def _review(one: Imported, titles: Mapping[str, str]) -> dict[str, Any]:
    found = one.findings
    raters = "1 person" if len(found.raters) == 1 else f"{count(len(found.raters))} people"
    return {
        "title": f"Review {one.review}, rated by {raters}",
        "lines": [_line(pair, titles) for pair in found.pairs],
        "said": _said(found),
    }


def _line(one: Compared, titles: Mapping[str, str]) -> dict[str, str]:
    contrast, alpha = one.contrast, one.agreement
    return {
        "pair": f"{titles.get(contrast.arm, contrast.arm)} against {titles.get(contrast.other, contrast.other)}",
        "won": count(contrast.won),
        "ties": count(one.ties),
        "lost": count(contrast.lost),
        "difference": points(contrast.difference.value),
        "interval": point_interval(contrast.difference),
        "p": evidence(contrast),
        "alpha": f"{coefficient(alpha.value)} ({coefficient(alpha.low)} to {coefficient(alpha.high)})"
        if alpha
        else DASH,
    }


def _said(found: Findings) -> list[str]:
    """The sentences of a review without anybody's name: of several raters the pull on all of them together."""
    said = [compared_sentence(one, found) for one in found.pairs]
    if len(found.raters) > 1:
        said += [agreement_sentence(one, found.confidence) for one in found.pairs]
    return said + [pull_sentence(one, found.confidence) for one in _pulls(found)]


def _pulls(found: Findings) -> list[Pull]:
    if len(found.raters) == 1:
        return [replace(one, rater="The one rater") for one in found.pulls]
    return [one for one in found.pulls if one.rater is None]
