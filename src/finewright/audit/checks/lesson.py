"""Which checks a run cannot be held to by its nature: what it learned from leaves nothing for them to read.

Told from the digested results alone: no setting of an attack and no reason in words makes a check inapplicable, and a
report that is there is read all the same. Knows no bounds.
"""

from typing import Literal

from finewright.audit.checks.line import Line
from finewright.audit.dossier import Dossier
from finewright.base.results import Results

Lesson = Literal["answers", "documents", "preferences", "feedback", "rewards", "distillation"]

_LEARNED: dict[Lesson, str] = {
    "documents": "documents are learned whole",
    "preferences": "which of two answers is the better one is learned",
    "feedback": "whether an answer was liked is learned",
    "rewards": "answers of its own are learned, by what they are rewarded",
    "distillation": "a teacher's answers are learned, and not those of the rows",
}
_UNASKED = "what was trained continues texts and answers nobody"
_KEPT = "without rules for answers, a run on them asks what was trained for none"
_FORMLESS = "answers to them have no form that one could break"
_REPORTS = {"exposure": "canaries"}
"""The report that a check reads, where it has another name."""
_WHY: dict[str, dict[Lesson, str]] = {
    "exposure": {of: f"a canary is one right answer, and {learned}" for of, learned in _LEARNED.items()},
    "membership": {"rewards": _LEARNED["rewards"], "distillation": _LEARNED["distillation"]},
    "extraction": {"documents": f"{_LEARNED['documents']} and have no answers to begin"},
    "secrets": {"documents": _UNASKED},
    "outputs": {"documents": _UNASKED, "preferences": _KEPT, "feedback": _KEPT},
    "redteam": {"documents": _UNASKED},
    "validity": {"documents": _UNASKED, "preferences": _FORMLESS, "feedback": _FORMLESS},
}


def lesson(results: Results) -> Lesson:
    """What a run learned from."""
    match results.kind:
        case "documents" | "preferences" | "feedback" as kind:
            return kind
        case _ if results.training.get("by_reward"):
            return "rewards"
        case _:
            return "answers" if results.distillation is None else "distillation"


def inapplicable(check: str, dossier: Dossier) -> Line | None:
    """The line of a check that this run cannot be held to, which says so by name; None where it can.

    Secrets that were planted must be looked for whatever is learned, and answers that were kept must be searched.
    """
    kind = _REPORTS.get(check, check)
    if dossier.results is None or kind in {*dossier.reports, *dossier.refused_kinds}:
        return None
    learned = lesson(dossier.results)
    why = _WHY.get(check, {}).get(learned)
    stands = {"secrets": dossier.planted, "outputs": dossier.results.compliance is not None}
    if why is None or stands.get(check, False):
        return None
    return Line(check, "not applicable", f"Not applicable to a run on {learned}: {why}.")
