"""Checks on what the run measured: lift, forgetting, valid answers. They read its results and nothing else."""

from finewright.audit.checks.finding import missing
from finewright.audit.checks.line import Line, Outcome, Rule, Unit, held, told
from finewright.audit.dossier import Dossier
from finewright.audit.policy import Forgetting, Lift, Validity
from finewright.base.results import ArmResult, Change, Figure, Measured, Results
from finewright.evaluate.statistics.intervals import wilson

_LIFTS: dict[str, Outcome] = {"better": "pass", "no better": "fail", "cannot tell": "inconclusive"}
_SURVIVALS: dict[str, Outcome] = {"kept": "pass", "lost": "fail", "cannot tell": "inconclusive"}
_CONFIDENCE = 0.95


def lift(check: Lift, dossier: Dossier) -> list[Line]:
    """The verdict of the run; where a smallest difference is asked for, the deciding difference against it."""
    results = dossier.results
    if results is None:
        return [no_results(dossier)]
    verdict = results.verdict
    if verdict.outcome == "not compared":
        return [missing("lift", "a comparison with another way", verdict.sentence)]
    if check.smallest == 0:
        said = f"The verdict is '{verdict.outcome}', and 'better' is wanted: {verdict.sentence}"
        figure = verdict.deciding.difference if verdict.deciding else None
        return [Line("lift", _LIFTS[verdict.outcome], said, figure, "better")]
    return [_gain(check.smallest, results)]


def _gain(smallest: float, results: Results) -> Line:
    """What was gained over the best other way, or where there is none over the base, against the bound."""
    noun = "Difference to the best other way"
    unit: Unit = "points"
    gained: Figure | None = None
    if results.preferences is not None:
        noun, gained = "Held-out preferences told, beyond those that the base tells", results.preferences.difference
    elif (read := results.perplexity) is not None:
        noun, unit = "Fall of the perplexity of held-out documents, as a share of the base's", "share"
        gained = Figure(-read.change, -read.high, -read.low, read.documents)
    elif results.verdict.deciding is not None:
        gained = results.verdict.deciding.difference
    if gained is None:
        return missing("lift", "a difference to another way, which the policy bounds", results.verdict.sentence)
    return held(Rule("lift", noun, smallest, unit, most=False), gained)


def forgetting(check: Forgetting, dossier: Dossier) -> list[Line]:
    """Accuracy on general questions and perplexity of general text, after training beside before."""
    results = dossier.results
    if results is None:
        return [no_results(dossier)]
    found = results.forgetting
    if found is None and results.kind == "documents" and not dossier.talks:
        why = "the base has no chat template, by which it could be asked what it knows"
        return [Line("forgetting", "not applicable", f"Not applicable to such a base: {why}.")]
    if found is None:
        return [missing("forgetting", "what training did to what the base knew, which the run did not measure")]
    why = " ".join(found.why_not)
    return [
        _survived("accuracy", found.accuracy, check.accuracy, why),
        _survived("perplexity", found.perplexity, check.perplexity, why),
    ]


def validity(check: Validity, dossier: Dossier) -> list[Line]:
    """The share of the tuned model's answers that have the form asked for, on the test rows."""
    results = dossier.results
    if results is None:
        return [no_results(dossier)]
    tuned = tuned_of(results)
    if tuned is None or tuned.test is None:
        return [missing("validity", "answers of the tuned model to the test rows")]
    figure = _valid(results, tuned.test)
    if figure is None:
        said = f"Answers of the kind {results.kind} have no form that one could break."
        return [Line("validity", "not applicable", said)]
    return [held(Rule("validity", "Share of valid answers", check.at_least, most=False), figure)]


def tuned_of(results: Results) -> ArmResult | None:
    """The arm that the verdict is about, or the first trained one that was measured."""
    told_of = results.verdict.deciding.arm if results.verdict.deciding else None
    trained = [arm for arm in results.arms if arm.trained and arm.test]
    return next((arm for arm in trained if arm.name == told_of), trained[0] if trained else None)


def no_results(dossier: Dossier) -> Line:
    """The results of the run are not there."""
    return missing("results", "results.json of the run", dossier.refused.get("results.json", ""))


def _survived(name: str, change: Change | None, bound: float | None, why: str) -> Line:
    if change is None:
        return missing(name, f"the change of {name} that training made", why)
    if bound is None:
        said = change.sentence
        return Line(
            name, _SURVIVALS[change.outcome], said, _figure(change, 1), f"the recipe's {told(change.margin, 'share')}"
        )
    lost = _figure(change, -1 if name == "accuracy" else 1)
    noun = "Loss of accuracy" if name == "accuracy" else "Rise of perplexity"
    return held(Rule(name, noun, bound), lost)


def _figure(change: Change, sign: int) -> Figure:
    """The difference as a figure; with `sign` -1 a loss counts upwards."""
    low, high = sorted((sign * change.low, sign * change.high))
    return Figure(sign * change.difference, low, high, change.rows)


def _valid(results: Results, measured: Measured) -> Figure | None:
    """The measured share of valid answers, of labels that of answers which are one; None where no form is asked for."""
    if "validity" in measured.figures:
        return measured.figures["validity"]
    if results.kind != "classes":
        return None
    right = measured.rows - measured.unmatched
    return Figure(right / measured.rows, *wilson(right, measured.rows, _CONFIDENCE), measured.rows)
