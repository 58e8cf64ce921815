"""How many rows a paired comparison needs, and what the rows at hand can show. Knows nothing of tasks or arms.

Both rest on the normal approximation for McNemar's test (Connor 1987, Biometrics 43:207): with a share psi of rows
that only one arm gets right, and a difference delta,

    rows = ((z_alpha sqrt(psi) + z_beta sqrt(psi - delta^2)) / delta)^2
"""

from math import ceil, log2, sqrt

from scipy.special import ndtri

from finewright.evaluate.statistics.intervals import critical

POWER = 0.8


def fewest(confidence: float) -> int:
    """Units below which even one direction in all of them is no evidence: a fair coin falls so too."""
    return ceil(log2(2 / (1 - confidence)))


def rows_needed(won: int, lost: int, rows: int, confidence: float, power: float = POWER) -> int | None:
    """Test rows at which the test would tell with probability `power`, if rows kept falling as these `rows` did.

    None where the arms were right equally often: no number of rows tells a difference of nothing.
    """
    if won == lost:
        return None
    psi, delta = (won + lost) / rows, abs(won - lost) / rows
    spread = critical(confidence) * sqrt(psi) + float(ndtri(power)) * sqrt(max(0.0, psi - delta * delta))
    # The exact test cannot reach the level on fewer discordant rows than this, however one-sided they are.
    return ceil(max((spread / delta) ** 2, fewest(confidence) / psi))


def detectable(won: int, lost: int, rows: int, confidence: float, power: float = POWER) -> float | None:
    """Smallest difference that `rows` rows show with probability `power`, at the share of discordant rows seen.

    Connor's formula solved for delta, the larger root of a quadratic. None where no possible difference would show.
    """
    psi, z_alpha, z_beta = (won + lost) / rows, critical(confidence), float(ndtri(power))
    inside = rows - z_alpha**2 + z_beta**2
    if not psi or inside < 0:
        return None
    delta = sqrt(psi) * (sqrt(rows) * z_alpha + z_beta * sqrt(inside)) / (rows + z_beta**2)
    return delta if delta <= psi else None
