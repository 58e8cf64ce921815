"""From seconds and tokens to money. Knows no arms and no runs."""

from finewright.base.recipe_cost import Cost

_HOUR = 3600
_KILO = 1000
_MILLION = 1_000_000


def hour(prices: Cost) -> float:
    """Money for an hour of the machine, electricity included:

    price of an hour + watts / 1000 * price of a kilowatt hour.
    """
    machine = prices.gpu_hour if prices.machine == "gpu" else prices.cpu_hour
    return machine + prices.watts / _KILO * prices.kilowatt_hour


def time(prices: Cost, seconds: float) -> float:
    """Money for wall seconds of the machine: seconds / 3600 * hour."""
    return seconds / _HOUR * hour(prices)


def tokens(prices: Cost, prompt: float, completion: float) -> float:
    """Money for tokens read and written: (prompt * million_in + completion * million_out) / 1,000,000."""
    return (prompt * prices.million_in + completion * prices.million_out) / _MILLION


def month(prices: Cost, call: float, *, trained: bool) -> float:
    """Money for a month: calls_month * call, and hosting_month of what was trained."""
    return prices.calls_month * call + (prices.hosting_month if trained else 0.0)
