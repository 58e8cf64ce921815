"""What differentially private steps cost: epsilon of a noise multiplier, and the multiplier for an epsilon.

By Google's dp-accounting: privacy loss distributions of the Poisson-subsampled Gaussian mechanism, rounded so that
epsilon comes out too large rather than too small. Two data sets are neighbours where one has one example more.
"""

from typing import Any

from finewright.base.errors import InputError

_GRID = 1e-3  # of the privacy loss: a finer one takes many times as long and gains less than a hundredth of epsilon
_NEAR = 1e-3  # of the multiplier
_LEAST, _GUESS = 0.2, 1.0  # multipliers to look between at first


def multiplier_for(epsilon: float, delta: float, rate: float, steps: int) -> float:
    """The least noise multiplier with which so many steps at this sampling rate cost at most (epsilon, delta).

    Never less than a fifth, below which noise hides nothing. Raises InputError where the package is not installed, or
    no multiplier was found.
    """
    accounting = _package()
    from dp_accounting.mechanism_calibration import NoBracketIntervalFoundError

    if epsilon_of(_LEAST, delta, rate, steps) <= epsilon:
        return _LEAST
    bracket = accounting.LowerEndpointAndGuess(_LEAST, _GUESS)
    try:
        found = accounting.calibrate_dp_mechanism(
            _accountant, lambda multiplier: _event(multiplier, rate, steps), epsilon, delta, bracket, tol=_NEAR
        )
    except NoBracketIntervalFoundError as fault:
        raise InputError(
            f"no noise was found that keeps {steps} steps within epsilon {epsilon:g} at delta {delta:g}",
            remedy="raise `train.dp.epsilon`, or lower `train.epochs`",
        ) from fault
    return float(found)


def epsilon_of(multiplier: float, delta: float, rate: float, steps: int) -> float:
    """What so many steps cost at this delta; 0 of none. Raises InputError where the package is not installed."""
    if not steps:
        return 0.0
    return float(_accountant().compose(_event(multiplier, rate, steps)).get_epsilon(delta))


def _event(multiplier: float, rate: float, steps: int) -> Any:
    accounting = _package()
    step = accounting.PoissonSampledDpEvent(rate, accounting.GaussianDpEvent(multiplier))
    return accounting.SelfComposedDpEvent(step, steps)


def _accountant() -> Any:
    _package()
    from dp_accounting import pld

    return pld.PLDAccountant(value_discretization_interval=_GRID)


def _package() -> Any:
    try:
        import dp_accounting
    except ImportError as fault:
        raise InputError(
            "train.dp wants the package dp-accounting, which is not installed",
            remedy="pip install 'finewright[dp]'",
        ) from fault
    return dp_accounting
