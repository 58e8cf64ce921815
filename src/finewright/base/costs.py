"""What a run cost and what calls cost afterwards: a part of `results.json`. Money is in `Costs.currency`."""

from dataclasses import dataclass
from typing import Literal

from finewright.base.break_even import BreakEven

Way = Literal["none", "lora", "full"]
"""No tuning (the best prompt), an adapter, or all weights."""


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes on disk of the base and of what was trained, and how many weights each has; None where not known.

    `quantised` says that the base lay in fewer bits while something was trained on top of it.
    """

    base_bytes: int | None = None
    base_weights: int | None = None
    trained_bytes: int | None = None
    trained_weights: int | None = None
    quantised: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run itself took, in wall seconds and money: `training`, `asking` the arms, looking for `forgetting`."""

    training_seconds: float
    asking_seconds: float
    forgetting_seconds: float
    training: float
    asking: float
    forgetting: float

    @property
    def total(self) -> float:
        """All of it, in money."""
        return self.training + self.asking + self.forgetting


@dataclass(frozen=True, slots=True)
class ArmCost:
    """What calls of one arm cost: `call` one call, `thousand` a thousand, `month` the month's calls with hosting.

    `seconds` is the wall time of a call, as measured where many were answered side by side.
    """

    name: str
    title: str
    right: float | None
    prompt_tokens: float
    completion_tokens: float
    seconds: float
    call: float
    thousand: float
    month: float


@dataclass(frozen=True, slots=True)
class WayCost:
    """No tuning, LoRA or all weights, as one line; `why_not` is set, and `calls` None, of what was not measured.

    `training` is what was paid once. `stored_bytes` is what each task adds to the disk beside the base, `memory_bytes`
    what weights, gradients and optimiser hold while it learns. `break_even` is against no tuning.
    """

    way: Way
    training: float | None = None
    calls: ArmCost | None = None
    stored_bytes: int | None = None
    memory_bytes: int | None = None
    break_even: BreakEven | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class EndpointCost:
    """What one endpoint costs, at prices of a million tokens that are its `own` or those of the table.

    `calls` are later calls, `spent` what this run paid for its `rows`; None where the endpoint told no tokens, and
    then the money in `calls` is not known either. `break_even` is that of each way to tune against this endpoint.
    """

    calls: ArmCost
    million_in: float
    million_out: float
    own: bool
    rows: int
    spent: float | None
    break_even: dict[Way, BreakEven]


@dataclass(frozen=True, slots=True)
class Costs:
    """All costs at the prices that were given; `as_of` is None where those are the examples."""

    currency: str
    as_of: str | None
    calls_month: int
    spent: Spent
    arms: tuple[ArmCost, ...]
    ways: tuple[WayCost, ...]
    storage: Storage
    sentences: tuple[str, ...]
    endpoints: tuple[EndpointCost, ...] = ()
