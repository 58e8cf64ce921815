"""Numbers and names as people read them: percentages to one decimal, thousands set apart, no float noise."""

from typing import Any

from finewright.base.results import Contrast, Figure

FIGURES = {
    "accuracy": "Right answers",
    "calibration_error": "Calibration error",
    "macro_f1": "Macro-F1",
    "mean_distance": "Mean distance, of the scale",
    "kappa": "Quadratic kappa",
    "exact_set": "Sets all right",
    "micro_f1": "Micro-F1",
    "jaccard": "Jaccard index",
    "records": "Records all right",
    "fields": "Fields right",
    "validity": "Valid answers",
    "exact": "Exact answers",
    "right_numbers": "Right numbers",
    "unit": "Same unit",
    "chrf": "chrF",
    "rouge_l": "ROUGE-L",
    "hedged": "Answers that hedge",
    "sure": "Answers that claim certainty",
    "right_hedged": "Right where hedging",
    "right_unhedged": "Right where not",
    "passes": "Keep the team's rules",
    "answered": "Answered rather than abstained",
    "cites": "Answers that cite",
    "resolves": "Citations that lead to a passage",
    "borne_out": "Figures and names that the cited passages hold",
}
OUTCOMES = {
    "better": "Better",
    "no better": "No better",
    "cannot tell": "Cannot tell",
    "not compared": "Not compared",
}
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


def figure_name(key: str) -> str:
    """The name of a figure; `field:amount` is the share of rows with that field right."""
    if key.startswith("field:"):
        return f"{key.removeprefix('field:')} right"
    return FIGURES.get(key, key.replace("_", " ").capitalize())


def figure(key: str, of: Figure) -> str:
    """A figure's value: a kappa as the number it is, all else as a share."""
    return coefficient(of.value) if key == "kappa" else percent(of.value)


def coefficient(value: float) -> str:
    """A kappa or an alpha, in -1..1: two decimals."""
    return f"{value:.2f}".replace("-", MINUS)


def percent(share: float) -> str:
    """0.934 as 93.4%."""
    return f"{100 * share:.1f}%"


def interval(figure: Figure) -> str:
    """Both ends of a figure's interval: 91.0-95.2%."""
    return f"{100 * figure.low:.1f}{DASH}{100 * figure.high:.1f}%"


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign."""
    value = round(100 * share, 1)
    sign = "+" if value > 0 else MINUS if value < 0 else "±"
    return f"{sign}{abs(value):.1f}"


def point_interval(difference: Figure) -> str:
    """Both ends of a difference's interval, in percentage points."""
    return f"{points(difference.low)} to {points(difference.high)}"


def count(number: float) -> str:
    """A count with its thousands set apart."""
    return f"{number:,.0f}"


def tokens_per_call(tokens: float) -> str:
    """Tokens a call; a dash for arms that use none."""
    return count(tokens) if tokens else DASH


def pace(seconds: float, rows: int) -> str:
    """Seconds per 100 rows."""
    value = 100 * seconds / rows if rows else 0.0
    if value < 0.1:
        return "<0.1"
    return f"{value:.1f}" if value < 100 else count(value)


def duration(seconds: float) -> str:
    """Seconds as the two largest units: 4 min 12 s."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def size(of: float) -> str:
    """Bytes in the unit that leaves one to three digits before the point."""
    for unit in ("bytes", "kB", "MB"):
        if of < 1000:
            return f"{of:.0f} {unit}" if unit == "bytes" else f"{of:.1f} {unit}"
        of /= 1000
    return f"{of:.1f} GB"


def p_value(p: float | None) -> str:
    """A p-value to three decimals, small ones as a bound; a dash where there is none."""
    if p is None:
        return DASH
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def evidence(contrast: Contrast) -> str:
    """The p-value that counts: adjusted where the contrast is one of several."""
    return p_value(contrast.p if contrast.adjusted is None else contrast.adjusted)


def loss(value: float) -> str:
    """A loss, three decimals."""
    return f"{value:.3f}"


def plain(value: Any) -> str:
    """A setting or fact as text: yes and no, "none", at most six significant digits, lists by commas."""
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case int():
            return f"{value:,}" if abs(value) >= 10_000 else str(value)
        case list() | tuple():
            return ", ".join(map(plain, value)) or "none"
        case dict():
            return ", ".join(f"{key} {plain(held)}" for key, held in value.items()) or "none"
        case _:
            return str(value)
