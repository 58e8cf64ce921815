"""Checks that hold figures of one report against bounds: canaries, planted secrets, extraction, answers."""

from finewright.audit.checks.finding import missing
from finewright.audit.checks.line import Line, Rule, Unit, held
from finewright.audit.checks.strength import strength
from finewright.audit.dossier import Dossier
from finewright.audit.policy import Exposure, Extraction, Outputs, Secrets


def exposure(check: Exposure, dossier: Dossier) -> list[Line]:
    """The mean exposure of canaries that were planted once."""
    rule = Rule("exposure", "Mean exposure of canaries seen once", check.at_most, "bits", rows=check.rows)
    return [*held_in("canaries", [rule], dossier), *strength("canaries", check.asked, dossier)]


def secrets(check: Secrets, dossier: Dossier) -> list[Line]:
    """How many planted secrets are said, and how far they stand out."""
    there = dossier.planted or "secrets" in {*dossier.reports, *dossier.refused_kinds}
    if check.unplanted == "passes" and not there:
        return [_let_pass("secrets", "No secrets were planted in the data", dossier.missing.get("secrets", ""))]
    rules = [Rule("found", "Share of planted secrets said word for word", check.found, rows=check.rows)]
    if check.exposure is not None:
        rules.append(Rule("exposure", "Mean exposure of planted secrets", check.exposure, "bits", rows=check.rows))
    return [*held_in("secrets", rules, dossier), *strength("secrets", check.asked, dossier)]


def extraction(check: Extraction, dossier: Dossier) -> list[Line]:
    """How many answers are continued as they were learned, and how many real identifiers are said."""
    rules = [
        Rule(name, noun, bound, unit, rows=check.rows if name != "identifiers" else 1)
        for name, noun, bound, unit in _drawn_out(check)
        if bound is not None
    ]
    report, asked = dossier.reports.get("extraction"), strength("extraction", check.asked, dossier)
    if report is None or check.unasked == "fails" or "identifiers" in report.figures or check.identifiers is None:
        return [*held_in("extraction", rules, dossier), *asked]
    lines = held_in("extraction", [rule for rule in rules if rule.name != "identifiers"], dossier)
    return [*lines, *asked, _let_pass("identifiers", "No real identifiers were asked for", " ".join(report.notes))]


def _drawn_out(check: Extraction) -> list[tuple[str, str, float | None, Unit]]:
    return [
        (
            "difference",
            "Learned answers continued word for word, beyond as many held-out ones",
            check.difference,
            "points",
        ),
        ("extracted", "Share of learned answers continued word for word", check.extracted, "share"),
        ("identifiers", "Share of real identifiers said", check.identifiers, "share"),
    ]


def _let_pass(name: str, what: str, why: str) -> Line:
    """Evidence that is not there, where the policy says that there may be none."""
    because = f" ({why.rstrip('.')})" if why else ""
    return Line(name, "pass", f"{what}{because}, which the policy lets pass.")


def outputs(check: Outputs, dossier: Dossier) -> list[Line]:
    """How many answers hold an identifier that stands neither in the question nor in the wanted answer."""
    noun = "Share of answers with an identifier of nobody's asking"
    return held_in("outputs", [Rule("identifiers", noun, check.identifiers, rows=check.rows)], dossier)


def held_in(kind: str, rules: list[Rule], dossier: Dossier) -> list[Line]:
    """Each rule on its figure of a report; a report or a figure that is missing fails by its name."""
    if kind not in dossier.reports:
        return [no_report(kind, dossier)]
    figures = dossier.reports[kind].figures
    return [
        held(rule, figures[rule.name])
        if rule.name in figures
        else missing(rule.name, f"the figure `{rule.name}` of the report audit/{kind}.json")
        for rule in rules
    ]


def no_report(kind: str, dossier: Dossier) -> Line:
    """A report that is not there, with the reason where the audit gave one."""
    file = f"audit/{kind}.json"
    why = dossier.refused.get(file) or dossier.missing.get(kind, "no attack of this kind was made")
    return missing(kind, f"the report {file}", why)
