"""What a judge said of a run's arms since it ended, in words and figures. Knows no models."""

from collections.abc import Mapping, Sequence
from typing import Any

from finewright.base.results import Figure, Results
from finewright.evaluate.judge.judgement import Judgement, Rated
from finewright.evaluate.judge.people import Agreement
from finewright.evaluate.judge.words import sentences
from finewright.flows.report.wording import DASH, coefficient, count, interval, percent, point_interval, points


def judge_section(found: Sequence[Judgement], results: Results) -> list[dict[str, Any]]:
    """What the section shows of each judgement; empty where nobody judged."""
    titles = {arm.name: arm.title for arm in results.arms}
    return [_judgement(one, titles) for one in found]


def _judgement(found: Judgement, titles: Mapping[str, str]) -> dict[str, Any]:
    *said, standing = sentences(found)
    first, second = found.arms
    return {
        "pair": f"{titles.get(first, first)} against {titles.get(second, second)}",
        "by": str(found.judge.get("base") or found.judge.get("endpoint") or found.judge.get("model") or ""),
        "arms": (titles.get(first, first), titles.get(second, second)),
        "standing": standing,
        "decides": found.decides,
        "said": said,
        "rows": count(len(found.rows)),
        "rated": [_rated(one, found.arms) for one in found.rated],
        "agreement": [_agreement(one) for one in found.agreement],
    }


def _rated(one: Rated, arms: tuple[str, str]) -> dict[str, str]:
    lost = sum(counts["inconclusive"] for counts in one.counts.values())
    every = sum(sum(counts.values()) for counts in one.counts.values())
    return {
        "criterion": one.criterion,
        "first": _mean(one.means[arms[0]]),
        "second": _mean(one.means[arms[1]]),
        "difference": points(one.difference.value) if one.difference else DASH,
        "interval": point_interval(one.difference) if one.difference else DASH,
        "inconclusive": percent(lost / every) if every else DASH,
    }


def _mean(figure: Figure | None) -> str:
    return f"{percent(figure.value)} ({interval(figure)})" if figure else DASH


def _agreement(one: Agreement) -> dict[str, str]:
    kappa = one.kappa
    return {
        "criterion": one.criterion,
        "labels": count(kappa.rows),
        "kappa": coefficient(kappa.value),
        "interval": f"{coefficient(kappa.low)} to {coefficient(kappa.high)}",
        "reaches": "yes" if one.decides else "no",
    }
