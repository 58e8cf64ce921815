"""Measured figures as the terminal writes them. Knows no tables."""

from finewright.base.results import Figure


def share(figure: Figure | None) -> str:
    """A share with its interval, in percent."""
    if figure is None:
        return "n/a"
    return f"{100 * figure.value:.1f}% ({100 * figure.low:.1f} to {100 * figure.high:.1f})"
